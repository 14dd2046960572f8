import type { NodeAPI } from "node-red";
import { registerBaseWidget } from "../_shared/dashboard.ts";

/** Navigation, language, light and dark, connection state: on all pages. */
export default function registerUiAntboxShell(RED: NodeAPI): void {
  registerBaseWidget(RED, "ui-antbox-shell");
}
