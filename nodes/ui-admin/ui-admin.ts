import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** People, their rights, and everything else that is looked after rather than watched. */
export default function registerUiAdmin(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-admin");
}
