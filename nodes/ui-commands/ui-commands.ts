import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** The page of commands. */
export default function registerUiCommands(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-commands");
}
