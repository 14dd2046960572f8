import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** The alarm centre. */
export default function registerUiAlarms(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-alarms");
}
