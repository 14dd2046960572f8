import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Database } from "../../adapters/database/database.ts";
import { refuseUnsetVariables } from "../_shared/editor-values.ts";
import type { PlatformMessage } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";
import { type DbQueryConfig, type QuerySettings, readSettings } from "./query-settings.ts";
import { readOnlyStatements } from "./read-only-statements.ts";

/** Queries of one node under way at a time: messages on wires have no back-pressure, connections are few. */
const MOST_AT_ONCE = 4;
const MOST_PARAMETERS = 100;

type QueryMessage = PlatformMessage & { params?: unknown; rowCount?: number; isTruncated?: boolean };

/** Runs one SQL statement with bound parameters, by default inside a read-only transaction. */
export default function registerDbQuery(RED: NodeAPI): void {
  function DbQueryNode(this: Node, config: NodeDef & DbQueryConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const settings = settingsOf(this, config);
    if (settings === null) status.show("broken", "db-query.status.bad-config");
    let underWay = 0;

    this.on("input", (msg: QueryMessage, send, done) => {
      if (settings === null)
        return done(new Error("db-query settings are wrong: see the node's error after the deploy"));
      if (underWay >= MOST_AT_ONCE) return done(new Error(`${MOST_AT_ONCE} queries are under way: message dropped`));
      underWay += 1;
      runQuery(settings, msg)
        .then((answer) => {
          status.show("works", String(answer.rowCount));
          send(answer);
          done();
        })
        .catch((error: unknown) => {
          status.show("broken", "db-query.status.failed");
          done(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => {
          underWay -= 1;
        });
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("db-query", DbQueryNode);
}

function settingsOf(node: Node, config: NodeDef & DbQueryConfig): QuerySettings | null {
  try {
    refuseUnsetVariables(config);
    return readSettings(config);
  } catch (error) {
    node.error(`db-query settings: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function runQuery(settings: QuerySettings, msg: QueryMessage): Promise<QueryMessage> {
  const parameters = parametersOf(msg.params);
  const found = await rowsOf(platform().database, settings, parameters);
  const rows = found.slice(0, settings.rowLimit);
  return { ...msg, topic: "rows", payload: rows, rowCount: rows.length, isTruncated: found.length > rows.length };
}

async function rowsOf(database: Database, settings: QuerySettings, parameters: readonly unknown[]) {
  const { sql, isReadOnly, timeoutMs, rowLimit } = settings;
  if (!isReadOnly) return database.query(sql, parameters, { timeoutMs });
  const answers = await database.transaction(readOnlyStatements(sql, parameters, rowLimit), { timeoutMs });
  return answers.at(-1) ?? [];
}

/** @throws {Error} unless the parameters are a list of plain values */
function parametersOf(params: unknown): readonly unknown[] {
  if (params === undefined) return [];
  if (!Array.isArray(params) || params.length > MOST_PARAMETERS) {
    throw new Error(`msg.params must be an array of at most ${MOST_PARAMETERS} values`);
  }
  const wrong = params.findIndex((value) => typeof value === "object" && value !== null && !(value instanceof Date));
  if (wrong >= 0) throw new Error(`msg.params[${wrong}] must be a text, a number, a boolean, a Date or null`);
  return params;
}
