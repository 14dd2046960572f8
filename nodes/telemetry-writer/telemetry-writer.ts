import type { Node, NodeAPI, NodeDef } from "node-red";
import { RoundReport } from "../../domain/collection/round-report.ts";
import { type ControllerReply, RejectedReply } from "../../domain/telemetry/controller-reply.ts";
import { packJournalBody } from "../../domain/telemetry/journal-body.ts";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { journalIdOf, type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay, inBothLanguages, type StatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";
import english from "./locales/en-US/telemetry-writer.json" with { type: "json" };
import chinese from "./locales/zh-CN/telemetry-writer.json" with { type: "json" };

const isSnapshot: MessageCheck<Snapshot> = compileCheck(Snapshot);
const isRejected: MessageCheck<RejectedReply> = compileCheck(RejectedReply);
const isRound: MessageCheck<RoundReport> = compileCheck(RoundReport);

const STATUS_EVERY_MS = 1000;

/**
 * Hands snapshots, rejected replies and round reports to the platform's writer, which stores them in batches and
 * acknowledges the journal after the commit. Snapshots and reports are passed on, so that what comes next stands in
 * series and costs no copy.
 */
export default function registerTelemetryWriter(RED: NodeAPI): void {
  function TelemetryWriterNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    showState(status);
    const timer = setInterval(() => showState(status), STATUS_EVERY_MS);

    this.on("input", (msg: PlatformMessage, send, done) => {
      try {
        send(take(msg));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.on("close", () => {
      clearInterval(timer);
      status.close();
    });
  }
  RED.nodes.registerType("telemetry-writer", TelemetryWriterNode);
}

/** @returns what goes on, by output: the snapshot, the report, or nothing */
function take(msg: PlatformMessage): (PlatformMessage | null)[] {
  const { writer } = platform();
  const { payload } = msg;
  switch (msg.topic) {
    case "snapshot":
      if (!isSnapshot(payload)) throw new Error(`not a Snapshot: ${problemsOf(isSnapshot)}`);
      writer.write(payload, journalIdOf(msg));
      return [msg, null];
    case "round-report":
      if (!isRound(payload)) throw new Error(`not a RoundReport: ${problemsOf(isRound)}`);
      writer.writeRound(payload);
      return [null, msg];
    case "rejected":
      if (!isRejected(payload)) throw new Error(`not a RejectedReply: ${problemsOf(isRejected)}`);
      writer.writeRejected(payload, journalIdOf(msg), msg.reply ? bodyOf(msg.reply) : null);
      return [null, null];
    default:
      throw unexpectedTopic("telemetry-writer", msg.topic, ["snapshot", "round-report", "rejected"]);
  }
}

/** The reply as the journal packs it, so that one reader serves both. */
function bodyOf(reply: ControllerReply): Uint8Array {
  const texts = Object.entries(reply.replies).map(([name, json]): [string, string] => [
    name,
    JSON.stringify(json) ?? "null",
  ]);
  return packJournalBody(reply, new Map(texts));
}

function showState(status: StatusDisplay): void {
  const services = platformIfStarted();
  if (!services) {
    status.show("broken", "telemetry-writer.status.no-platform");
    return;
  }
  const { state, lagS, lastError } = services.writer.stats();
  const [zh, en] = [chinese["telemetry-writer"].status, english["telemetry-writer"].status];
  if (state === "writing") status.show("works", "telemetry-writer.status.writing");
  else if (state === "behind")
    status.show("waits", inBothLanguages(zh.behind, en.behind, { seconds: Math.round(lagS) }));
  else status.show("broken", inBothLanguages(zh.database, en.database, { error: lastError ?? "" }));
}
