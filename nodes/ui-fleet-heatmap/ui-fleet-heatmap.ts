import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** One point of all sites over a day, and the sites that differ from their sisters. */
export default function registerUiFleetHeatmap(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-fleet-heatmap");
}
