import type { Node, NodeAPI, NodeDef } from "node-red";
import type { KnownCameras } from "../../domain/alarms/known-cameras.ts";
import { once } from "../../domain/alarms/once-per-view.ts";
import { hasCamera, type Site } from "../../domain/sites/site.ts";
import { isChosen } from "../../domain/video/camera-choice.ts";
import { isCameraOnline } from "../../domain/video/camera-online.ts";
import { StreamMessage } from "../../domain/video/stream-message.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay, inBothLanguages } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";
import english from "./locales/en-US/video-state.json" with { type: "json" };
import chinese from "./locales/zh-CN/video-state.json" with { type: "json" };
import { readSettings, type VideoStateConfig, type VideoStateSettings } from "./read-settings.ts";

const isStreamMessage: MessageCheck<StreamMessage> = compileCheck(StreamMessage);

/**
 * Lets alarm rules know how cameras are: adds what is known of them to the data that passes, beside the readings and never
 * among them. Of changes of cameras it passes those that are asked for and that have lasted.
 */
export default function registerVideoState(RED: NodeAPI): void {
  function VideoStateNode(this: Node, config: NodeDef & VideoStateConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const settings = settingsOf(this, config);
    if (!platformIfStarted() || settings === null) {
      status.show("broken", settings === null ? "video-state.status.bad-config" : "video-state.status.no-platform");
    } else status.show("waits", "video-state.status.waiting");
    /** Changes that have not lasted long enough yet, by site. */
    const held = new Map<string, NodeJS.Timeout>();
    // The inventory gives the same list until it changes, and data comes far more often.
    const watchedIn = once((sites: readonly Site[]) => watchedCameras(sites, settings), NO_CAMERA);

    const takeChange = (msg: PlatformMessage, { siteId, state }: StreamMessage): void => {
      clearTimeout(held.get(siteId));
      held.delete(siteId);
      const site = platform().inventory.get(siteId);
      if (settings === null || site === undefined || !isChosen(settings.places, site)) return;
      if (settings.states.size > 0 && !settings.states.has(state)) return;
      const pass = (): void => {
        held.delete(siteId);
        this.send([null, msg]);
      };
      if (settings.holdS === 0) pass();
      else held.set(siteId, setTimeout(pass, settings.holdS * 1000));
    };

    this.on("input", (msg: PlatformMessage, send, done) => {
      const { topic, payload } = msg;
      if (topic === "stream-state") {
        if (!isStreamMessage(payload)) return done(new Error(`not a stream state: ${problemsOf(isStreamMessage)}`));
        takeChange(msg, payload);
        return done();
      }
      if (topic !== "snapshots" && topic !== "round-report")
        return done(unexpectedTopic("video-state", topic, ["snapshots", "round-report", "stream-state"]));
      // Without usable settings the data passes all the same: alarms about the plant do not hang on cameras.
      if (settings === null) send([msg, null]);
      else {
        const { all, chosen } = watchedIn(platform().inventory.all());
        const cameras = camerasOf(chosen, settings, Date.now());
        showCounts(status, cameras, all);
        send([{ ...msg, cameras: { ...msg.cameras, ...cameras } }, null]);
      }
      done();
    });
    this.on("close", () => {
      for (const timer of held.values()) clearTimeout(timer);
      status.close();
    });
  }
  RED.nodes.registerType("video-state", VideoStateNode);
}

/** Sites with a camera: how many there are, and the ids of those that the form names. */
type Watched = { readonly all: number; readonly chosen: readonly string[] };
const NO_CAMERA: Watched = { all: 0, chosen: [] };

function watchedCameras(sites: readonly Site[], settings: VideoStateSettings | null): Watched {
  if (settings === null) return NO_CAMERA;
  const fitted = sites.filter(hasCamera);
  const chosen = fitted.filter((site) => isChosen(settings.places, site)).map(({ id }) => id);
  return { all: fitted.length, chosen };
}

function camerasOf(siteIds: readonly string[], { freshS }: VideoStateSettings, nowMs: number): KnownCameras {
  const { board } = platform().video;
  const known: Record<string, boolean> = {};
  for (const siteId of siteIds) {
    const isOnline = isCameraOnline(board.get(siteId), nowMs, freshS * 1000);
    if (isOnline !== null) known[siteId] = isOnline;
  }
  return known;
}

function showCounts(status: ReturnType<typeof createStatusDisplay>, cameras: KnownCameras, all: number): void {
  const known = Object.values(cameras);
  const figures = { online: known.filter((isOnline) => isOnline).length, known: known.length, all };
  const [zh, en] = [chinese["video-state"].status.counts, english["video-state"].status.counts];
  status.show(figures.online < figures.known ? "waits" : "works", inBothLanguages(zh, en, figures));
}

function settingsOf(node: Node, config: VideoStateConfig): VideoStateSettings | null {
  try {
    const { places, states, freshS, holdS } = config;
    return readSettings({ places, states, freshS, holdS });
  } catch (error) {
    node.error(`video-state settings: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
