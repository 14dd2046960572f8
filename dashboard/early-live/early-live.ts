import { OVERVIEW_SUBSCRIPTION } from "../../domain/live/first-requests.ts";
import { offerEarlySocket } from "../live/early-socket.ts";
import { offerEarlyVideo } from "../live/early-video.ts";
import { liveUrl } from "../live/live-url.ts";

/**
 * Runs at once, without Vue, while the browser still loads and compiles Dashboard: opens the live stream that the widgets
 * take over, with their first frame in it. `view` in this script's own address says what the page will show: `overview`, or
 * `video`, where the gateway is asked to let this browser in.
 */
const view = new URL(import.meta.url).searchParams.get("view");
if (view === "video") offerEarlyVideo();
offerEarlySocket(new WebSocket(liveUrl()), view === "overview" ? OVERVIEW_SUBSCRIPTION : null, () => performance.now());
