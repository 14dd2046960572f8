import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** The platform's own jobs. */
export default function registerUiJobs(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-jobs");
}
