import type { Node, NodeAPI, NodeDef } from "node-red";
import type { RecordingReport } from "../../adapters/video/recording-protocol.ts";
import { AlarmTransition } from "../../domain/alarms/alarm.ts";
import { SiteId } from "../../domain/sites/site-id.ts";
import { parseRecordingRules, RecordingSettings } from "../../domain/video/recording/recording-mode.ts";
import { numbersFrom, refuseUnsetVariables } from "../_shared/editor-values.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import type { PlatformMessage } from "../_shared/messages.ts";
import { createStatusDisplay, inBothLanguages, type StatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";
import english from "./locales/en-US/video-record.json" with { type: "json" };
import chinese from "./locales/zh-CN/video-record.json" with { type: "json" };

type VideoRecordConfig = Partial<Record<keyof RecordingSettings, unknown>>;
type Moment = { readonly siteId: string; readonly atMs: number; readonly reason: string };

const isTransition: MessageCheck<AlarmTransition> = compileCheck(AlarmTransition);
const LOOK_MS = 2_000;
const NUMBERS = ["preRollS", "postRollS", "keepDays", "maxGb"] as const;

/**
 * Says what the video gateway records, how long that is kept, and by its input around which moments. No byte of video
 * passes here.
 */
export default function registerVideoRecord(RED: NodeAPI): void {
  function VideoRecordNode(this: Node, config: NodeDef & VideoRecordConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const settings = settingsOf(this, config);
    if (!platformIfStarted() || settings === null) {
      status.show("broken", settings === null ? "video-record.status.bad-config" : "video-record.status.no-platform");
      this.on("input", (_msg, _send, done) => done(new Error("nothing is recorded: see the node's status")));
      return;
    }
    const { video } = platform();
    const takeBack = video.wiring.record(settings);
    const hasMoments = settings.mode === "around_alarm" || settings.rules.some(({ mode }) => mode === "around_alarm");
    let told = "";

    const look = (): void => {
      const report = video.gateway?.recording() ?? null;
      showStatus(status, report);
      const state = report && `${report.state} ${report.cause}`;
      if (report === null || state === null || state === told) return;
      told = state;
      this.send({ topic: "recording", payload: report });
    };
    const timer = setInterval(look, LOOK_MS);
    timer.unref();
    // What a node sends before all nodes are there reaches nobody: the state goes out with the first look.
    showStatus(status, video.gateway?.recording() ?? null);

    this.on("input", (msg: PlatformMessage, _send, done) => {
      const moment = momentOf(msg, Date.now());
      if (moment instanceof Error) return done(moment);
      if (moment === null || !hasMoments) return done();
      video.marks
        .mark(moment.siteId, moment.atMs, moment.reason)
        .then((isKnown) => (isKnown ? done() : done(new Error(`there is no site ${JSON.stringify(moment.siteId)}`))))
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
    });
    this.on("close", () => {
      takeBack();
      clearInterval(timer);
      status.close();
    });
  }
  RED.nodes.registerType("video-record", VideoRecordNode);
}

/** @returns null when nothing is to be kept: an alarm that ends, or that is about no site */
function momentOf(msg: PlatformMessage, nowMs: number): Moment | Error | null {
  const { topic, payload } = msg;
  if (topic === "alarm") {
    if (!isTransition(payload)) return new Error(`not an AlarmTransition: ${problemsOf(isTransition)}`);
    const { siteId, isAnnounced, at, ruleId } = payload;
    return isAnnounced && siteId !== null ? { siteId, atMs: Date.parse(at), reason: ruleId } : null;
  }
  const siteId = typeof payload === "object" && payload !== null && "siteId" in payload ? payload.siteId : undefined;
  const parsed = SiteId.safeParse(siteId);
  if (!parsed.success) return new Error(`payload.siteId is ${JSON.stringify(siteId)}, the id of a site is right`);
  return { siteId: parsed.data, atMs: nowMs, reason: "flow" };
}

function showStatus(status: StatusDisplay, report: RecordingReport | null): void {
  const [zh, en] = [chinese["video-record"].status, english["video-record"].status];
  if (report === null) status.show("waits", "video-record.status.elsewhere");
  else if (report.state === "stopped")
    status.show("broken", inBothLanguages(zh.stopped, en.stopped, { cause: report.cause ?? "" }));
  else if (report.state === "off") status.show("waits", "video-record.status.starting");
  else status.show("works", inBothLanguages(zh.records, en.records, { count: report.streams }));
}

function settingsOf(node: Node, config: VideoRecordConfig): RecordingSettings | null {
  try {
    refuseUnsetVariables(config);
    const rules = parseRecordingRules(typeof config.rules === "string" ? config.rules : "");
    const parsed = RecordingSettings.safeParse({
      mode: config.mode,
      rules,
      // A node from before there was a choice has none.
      rendition: config.rendition || "smallest",
      ...numbersFrom(config, NUMBERS),
    });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? "");
    throw new Error(
      `${field}: ${issue?.message ?? "is wrong"}, is ${JSON.stringify(config[field as keyof VideoRecordConfig])}`,
    );
  } catch (error) {
    node.error(`video-record settings: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
