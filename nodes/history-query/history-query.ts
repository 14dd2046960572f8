import type { Node, NodeAPI, NodeDef } from "node-red";
import { answerHistory } from "../../adapters/database/history/answer-history.ts";
import type { History } from "../../domain/telemetry/history.ts";
import { refuseUnsetVariables } from "../_shared/editor-values.ts";
import type { PlatformMessage } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";
import { type HistoryQueryConfig, type QuerySettings, readSettings } from "./query-settings.ts";
import { readQuestion } from "./read-question.ts";

/** Questions of one node under way at a time: messages on wires have no back-pressure, connections are few. */
const MOST_AT_ONCE = 4;

/** Answers questions about the stored history of a site, as the REST API does. */
export default function registerHistoryQuery(RED: NodeAPI): void {
  function HistoryQueryNode(this: Node, config: NodeDef & HistoryQueryConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const settings = settingsOf(this, config);
    if (settings === null) status.show("broken", "history-query.status.bad-config");
    let underWay = 0;

    this.on("input", (msg: PlatformMessage, send, done) => {
      if (settings === null)
        return done(new Error("history-query settings are wrong: see the node's error after the deploy"));
      if (underWay >= MOST_AT_ONCE) return done(new Error(`${MOST_AT_ONCE} questions are under way: message dropped`));
      underWay += 1;
      answer(settings, msg.payload)
        .then((history) => {
          status.show("works", `${history.step} × ${history.times.length}`);
          send({ ...msg, topic: "history", payload: history });
          done();
        })
        .catch((error: unknown) => {
          status.show("broken", "history-query.status.failed");
          done(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => {
          underWay -= 1;
        });
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("history-query", HistoryQueryNode);
}

function settingsOf(node: Node, config: NodeDef & HistoryQueryConfig): QuerySettings | null {
  try {
    refuseUnsetVariables(config);
    return readSettings(config);
  } catch (error) {
    node.error(`history-query settings: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function answer(settings: QuerySettings, payload: unknown): Promise<History> {
  const { storage, inventory, pollIntervalS } = platform();
  const nowMs = Date.now();
  const question = readQuestion(payload, settings, nowMs);
  const site = inventory.get(question.siteId);
  if (!site) throw new Error(`siteId is ${JSON.stringify(question.siteId.slice(0, 60))}: no such site`);
  const asked = { id: site.id, intervalS: site.intervalS ?? pollIntervalS };
  return answerHistory(storage.history, asked, question, nowMs);
}
