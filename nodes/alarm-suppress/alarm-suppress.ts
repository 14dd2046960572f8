import type { Node, NodeAPI, NodeDef } from "node-red";
import { z } from "zod";
import { KnownCameras, NO_CAMERAS } from "../../domain/alarms/known-cameras.ts";
import { RoundReport } from "../../domain/collection/round-report.ts";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay, inBothLanguages, type StatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";
import english from "./locales/en-US/alarm-suppress.json" with { type: "json" };
import chinese from "./locales/zh-CN/alarm-suppress.json" with { type: "json" };

const areSnapshots: MessageCheck<Snapshot[]> = compileCheck(z.array(Snapshot));
const areCameras: MessageCheck<KnownCameras> = compileCheck(KnownCameras);
/** A status is one line below a node. */
const MOST_NAMES = 3;
const isRound: MessageCheck<RoundReport> = compileCheck(RoundReport);

/**
 * Judges the fleet by all the rules that the message has passed, and sees to what hides what: in one place, since a cause
 * at one site or segment hides alarms of others.
 */
export default function registerAlarmSuppress(RED: NodeAPI): void {
  function AlarmSuppressNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);

    this.on("input", (msg: PlatformMessage, send, done) => {
      try {
        const { cameras = NO_CAMERAS } = msg;
        const isUsable = areCameras(cameras);
        // Alarms about the plant do not hang on cameras: what cannot be used counts as unknown, and is told of.
        const judged = judge(msg, isUsable ? cameras : NO_CAMERAS);
        showState(status);
        const conditions = { topic: "alarm-conditions", payload: judged };
        send([conditions, msg]);
        done(isUsable ? undefined : new Error(`msg.cameras: ${problemsOf(areCameras)}`));
      } catch (error) {
        status.show("broken", "alarm-suppress.status.failed");
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("alarm-suppress", AlarmSuppressNode);
}

function namesOf(ids: readonly string[]): string {
  const shown = ids.slice(0, MOST_NAMES).join(", ");
  return ids.length > MOST_NAMES ? `${shown} +${ids.length - MOST_NAMES}` : shown;
}

function judge({ topic, payload, ruleHolders = [] }: PlatformMessage, cameras: KnownCameras) {
  const { alarms } = platform();
  if (topic === "snapshots") {
    if (!areSnapshots(payload)) throw new Error(`not snapshots: ${problemsOf(areSnapshots)}`);
    return alarms.judge(ruleHolders, payload, cameras);
  }
  if (topic === "round-report") {
    if (!isRound(payload)) throw new Error(`not a RoundReport: ${problemsOf(isRound)}`);
    return alarms.close(ruleHolders, payload, cameras);
  }
  throw unexpectedTopic("alarm-suppress", topic, ["snapshots", "round-report"]);
}

function showState(status: StatusDisplay): void {
  const { alarms } = platform();
  if (!alarms.isJudging()) {
    status.show("off", "alarm-suppress.status.stand-by");
    return;
  }
  const [zh, en] = [chinese["alarm-suppress"].status, english["alarm-suppress"].status];
  const rules = alarms.rules().filter(({ enabled }) => enabled).length;
  const missing = alarms.holdersWithoutRules();
  if (missing.length > 0) {
    status.show("broken", inBothLanguages(zh.missing, en.missing, { rules, missing: namesOf(missing) }));
    return;
  }
  const twice = alarms.rulesHeldTwice();
  // A version of one's own before the shipped one is meant; the same id by mistake is not: a person has to see it.
  if (twice.length === 0) status.show("works", inBothLanguages(zh.judging, en.judging, { rules }));
  else status.show("works", inBothLanguages(zh.twice, en.twice, { rules, twice: namesOf(twice) }));
}
