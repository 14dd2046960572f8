import type { Node, NodeAPI, NodeDef } from "node-red";
import type { WatchingPerson } from "../../adapters/video/gateway-control.ts";
import { DEFAULT_GATEWAY_SETTINGS, type GatewaySettings } from "../../adapters/video/gateway-protocol.ts";
import { GatewaySettingsSchema } from "../../adapters/video/gateway-settings.ts";
import { viewStream } from "../../adapters/video/view-stream.ts";
import type { GatewayFigures } from "../../domain/video/gateway-figures.ts";
import { numbersFrom, refuseUnsetVariables } from "../_shared/editor-values.ts";
import { createStatusDisplay, type StatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

type HlsProxyConfig = Partial<Record<keyof GatewaySettings, unknown>>;

const TELL_MS = 5_000;
const NUMBERS = (Object.keys(DEFAULT_GATEWAY_SETTINGS) as (keyof GatewaySettings)[]).filter(
  (field) => field !== "renditions",
);

/**
 * Asks the video gateway to serve the cameras, and hands out how they are, its figures and who watches. No byte of video
 * passes here: the gateway is a process of its own.
 */
export default function registerHlsProxy(RED: NodeAPI): void {
  function HlsProxyNode(this: Node, config: NodeDef & HlsProxyConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const settings = settingsOf(this, config);
    if (!platformIfStarted() || settings === null) {
      status.show("broken", settings === null ? "hls-proxy.status.bad-config" : "hls-proxy.status.no-platform");
      return;
    }
    const { video, alarms } = platform();
    const takeBack = video.wiring.ask(settings);
    let watching: ReadonlyMap<string, WatchingPerson> = new Map();

    const unsubscribe = video.board.onChange((siteIds) => {
      if (!alarms.isJudging()) return;
      const nowMs = Date.now();
      for (const siteId of siteIds) {
        this.send([{ topic: "stream-state", payload: viewStream(siteId, video.board.get(siteId), nowMs) }, null, null]);
      }
    });

    /** Another process may have the gateway: then it is that one's node that tells. */
    const tell = (): void => {
      const figures = video.gateway?.figures() ?? null;
      showStatus(status, video.gateway === null, figures);
      if (video.gateway === null || figures === null) return;
      this.send([null, { topic: "video-figures", payload: figures }, null]);
      const now = new Map(video.gateway.viewers().map((one) => [`${one.username} ${one.siteId} ${one.since}`, one]));
      for (const viewer of without(now, watching)) sendViewer(this, viewer, "started");
      for (const viewer of without(watching, now)) sendViewer(this, viewer, "ended");
      watching = now;
    };
    const timer = setInterval(tell, TELL_MS);
    timer.unref();
    tell();

    this.on("close", () => {
      takeBack();
      unsubscribe();
      clearInterval(timer);
      status.close();
    });
  }
  RED.nodes.registerType("hls-proxy", HlsProxyNode);
}

function showStatus(status: StatusDisplay, isElsewhere: boolean, figures: GatewayFigures | null): void {
  if (figures === null) {
    status.show("waits", isElsewhere ? "hls-proxy.status.elsewhere" : "hls-proxy.status.starting");
    return;
  }
  const { online, stale, offline } = figures.streams;
  status.show(offline + stale > 0 ? "waits" : "works", `${online} / ${online + stale + offline}`);
}

function without<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): T[] {
  return [...one].filter(([key]) => !other.has(key)).map(([, value]) => value);
}

function sendViewer(node: Node, viewer: WatchingPerson, event: "started" | "ended"): void {
  node.send([null, null, { topic: "video-viewer", payload: { ...viewer, event } }]);
}

function settingsOf(node: Node, config: HlsProxyConfig): GatewaySettings | null {
  try {
    refuseUnsetVariables(config);
    // A node that was saved before there was a field has its default.
    const saved = { ...DEFAULT_GATEWAY_SETTINGS, ...config };
    const parsed = GatewaySettingsSchema.safeParse({ ...numbersFrom(saved, NUMBERS), renditions: saved.renditions });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? "");
    throw new Error(
      `${field}: ${issue?.message ?? "is wrong"}, is ${JSON.stringify(config[field as keyof HlsProxyConfig])}`,
    );
  } catch (error) {
    node.error(`hls-proxy settings: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
