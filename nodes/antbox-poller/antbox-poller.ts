import type { Node, NodeAPI, NodeDef } from "node-red";
import type { CollectedReply } from "../../adapters/controller/collector.ts";
import type { Journal } from "../../adapters/journal/journal.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { unpackJournalBody } from "../../domain/telemetry/journal-body.ts";
import type { JournalEntry } from "../../domain/telemetry/journal-entry.ts";
import type { PlatformMessage } from "../_shared/messages.ts";
import { createStatusDisplay, type StatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";

/**
 * Takes what the platform's collector gathers, and what its journal still holds, into the flow. Collector and journal
 * outlive a deploy; this node comes and goes.
 */
export default function registerAntboxPoller(RED: NodeAPI): void {
  function AntboxPollerNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    let detach = () => {};

    // Not at once: until the flows have started, the nodes behind this one may not be there.
    const attach = () => {
      try {
        if (platform().pollsHere === false) return status.show("off", "antbox-poller.status.elsewhere");
        detach = attachToPlatform(this, status);
        status.show("waits", "antbox-poller.status.waiting");
      } catch (error) {
        status.show("broken", "antbox-poller.status.no-platform");
        this.error(error instanceof Error ? error.message : String(error));
      }
    };
    RED.events.once("flows:started", attach);
    this.on("close", () => {
      RED.events.off("flows:started", attach);
      detach();
      status.close();
    });
  }
  RED.nodes.registerType("antbox-poller", AntboxPollerNode);
}

/** @returns detach: the rounds and the replay stop until the next poller comes */
function attachToPlatform(node: Node, status: StatusDisplay): () => void {
  const { collector, replayer, journal } = platform();
  const sendReply = ({ reply, journalId, isReplay }: CollectedReply) => {
    // An id that says what travels here; the runtime would draw random bytes for each message.
    const _msgid = `${reply.siteId}@${reply.slot}`;
    const message: PlatformMessage = { _msgid, topic: "reply", payload: reply, journalId, isReplay };
    node.send([message, null]);
  };
  const sendRound = (report: RoundReport) => {
    node.send([null, { topic: "round-report", payload: report }]);
    showRound(status, report);
  };
  const stopCollecting = collector.attach({ onReply: sendReply, onRound: sendRound });
  const stopReplaying = replayer.start((entry) => {
    const reply = unpackOrQuarantine(journal, entry);
    if (reply) sendReply({ reply, journalId: entry.id, isReplay: true });
  });
  return () => {
    stopReplaying();
    stopCollecting();
  };
}

/** A damaged entry stays damaged: it must not come again and again. */
function unpackOrQuarantine(journal: Journal, entry: JournalEntry): ControllerReply | null {
  try {
    return unpackJournalBody(entry);
  } catch (error) {
    journal.quarantine(entry.id, error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Figures only, so that no language is needed: sites with a reply of all, and how long the round took. */
function showRound(status: StatusDisplay, { ok, sites, durationMs }: RoundReport): void {
  const text = `${ok} / ${sites} · ${(durationMs / 1000).toFixed(1)} s`;
  if (ok === sites) status.show("works", text);
  else status.show(ok > 0 ? "waits" : "broken", text);
}
