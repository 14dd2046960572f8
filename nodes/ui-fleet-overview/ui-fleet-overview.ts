import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** All sites, worst first. */
export default function registerUiFleetOverview(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-fleet-overview");
}
