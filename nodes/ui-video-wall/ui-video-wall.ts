import type { NodeAPI } from "node-red";
import { registerPageWidget } from "../_shared/dashboard.ts";

/** The cameras of all sites on pages of tiles. */
export default function registerUiVideoWall(RED: NodeAPI): void {
  registerPageWidget(RED, "ui-video-wall");
}
