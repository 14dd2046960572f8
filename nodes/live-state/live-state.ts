import type { Node, NodeAPI, NodeDef } from "node-red";
import { RoundReport } from "../../domain/collection/round-report.ts";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";

const isSnapshot: MessageCheck<Snapshot> = compileCheck(Snapshot);
const isRound: MessageCheck<RoundReport> = compileCheck(RoundReport);

/** Puts the newest snapshot of each site, and each round, on the screens. Replayed snapshots pass by: they are history. */
export default function registerLiveState(RED: NodeAPI): void {
  function LiveStateNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);

    this.on("input", (msg: PlatformMessage, send, done) => {
      try {
        send(show(msg));
        status.show("works", String(platform().liveState.all().size));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("live-state", LiveStateNode);
}

/** @returns what goes on, by output: the snapshot, or the report */
function show(msg: PlatformMessage): (PlatformMessage | null)[] {
  const { liveState } = platform();
  const { payload } = msg;
  if (msg.topic === "snapshot") {
    if (!isSnapshot(payload)) throw new Error(`not a Snapshot: ${problemsOf(isSnapshot)}`);
    if (msg.isReplay !== true) liveState.apply(payload);
    return [msg, null];
  }
  if (msg.topic === "round-report") {
    if (!isRound(payload)) throw new Error(`not a RoundReport: ${problemsOf(isRound)}`);
    liveState.applyRound(payload);
    return [null, msg];
  }
  throw unexpectedTopic("live-state", msg.topic, ["snapshot", "round-report"]);
}
