import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** Trends: points of some sites over time; the whole view is in the page's address. */
export default function registerUiTrends(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-trends");
}
