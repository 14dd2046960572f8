import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** One site, named by `?id=` in the page's address. */
export default function registerUiSiteDetail(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-site-detail");
}
