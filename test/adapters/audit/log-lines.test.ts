import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { createAuditSigner } from "../../../adapters/audit/audit-keys.ts";
import { createAuditTrail } from "../../../adapters/audit/audit-trail.ts";
import { createCheckpointFile } from "../../../adapters/audit/checkpoint-file.ts";
import { acceptTrail } from "../../../adapters/audit/checkpointer.ts";
import { EXPORTED_COLUMNS, exportedLines, exportedPages } from "../../../adapters/audit/export-rows.ts";
import { writeCsv } from "../../../adapters/documents/write-csv.ts";
import { createLogger } from "../../../adapters/observability/create-logger.ts";
import { allOf, anEntry, SEED } from "./audit-under-test.ts";

/** T16: what breaks a line, paints a terminal, or looks like the next entry. */
const HOSTILE = [
  "eve\r\n",
  'eve\n{"level":"info","msg":"signed in","username":"admin"}',
  "\u001b[2J\u001b[1;31madmin\u001b[0m",
  "a\u2028b\u2029c\u0085d",
  "\u0000\u0007\u0008\u007f\u009b31m",
  '"},{"',
  "x".repeat(50_000),
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

const folder = mkdtempSync(join(tmpdir(), "antbox-lines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function collectedLog() {
  let text = "";
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { log: createLogger("info", sink), text: () => text };
}

function expectWholeLines(text: string, count: number): void {
  const lines = text.split("\n");
  expect(lines.pop()).toBe("");
  expect(lines).toHaveLength(count);
  for (const line of lines) {
    expect(line).not.toMatch(CONTROL);
    expect(JSON.parse(line)).toBeTypeOf("object");
  }
}

test("a hostile name in the log is one JSON line", () => {
  const { log, text } = collectedLog();
  for (const name of HOSTILE) log.warn({ username: name, detail: { before: name, [name]: [name] } }, `refused ${name}`);
  expectWholeLines(text(), HOSTILE.length);
  expect(JSON.parse(text().split("\n")[1] ?? "")).toMatchObject({ level: "warn", username: HOSTILE[1] });
});

test("entries that could not be delivered are one JSON line each, with what was in them", async () => {
  const { log, text } = collectedLog();
  const database = { query: () => Promise.reject(new Error("away")) };
  const trail = createAuditTrail({ database, log, retryMs: 60_000 });
  for (const actor of HOSTILE) trail.note(anEntry({ actor, target: actor, detail: { [actor]: actor } }));
  await trail.close();
  const lines = text()
    .split("\n")
    .filter((line) => line.includes('"audit"'));
  expectWholeLines(`${lines.join("\n")}\n`, HOSTILE.length);
});

test("exports and checkpoints are whole lines, too", async () => {
  const rows = HOSTILE.map((text, index) => ({
    seq: index + 1,
    at: "2026-11-25T00:00:00.000000Z",
    actorKind: "user",
    actor: text,
    action: "user:update",
    outcome: "done",
    target: `=cmd|${text}`,
    address: "",
    detail: JSON.stringify({ [text]: text }),
    prev: "0".repeat(64),
    hash: "0".repeat(64),
  }));
  const pages = async function* () {
    yield rows;
  };
  expectWholeLines((await allOf(exportedLines(pages()))).join(""), HOSTILE.length);
  const csv = (await allOf(writeCsv({ columns: EXPORTED_COLUMNS, pages: exportedPages(pages()) }))).join("");
  // A spreadsheet reads no formula, and no row more than there are.
  expect(csv).not.toMatch(/(^|,)"?=/m);
  expect(csv.split(",user:update,")).toHaveLength(HOSTILE.length + 1);

  const file = createCheckpointFile(join(folder, "checkpoints.jsonl"));
  const state = { seq: 1, hash: "0".repeat(64), first_seq: 1, first_prev: "0".repeat(64), count: 1, newest: 1 };
  const database = { query: async () => [state] };
  for (const reason of HOSTILE) {
    await acceptTrail({ database, file, signer: createAuditSigner(SEED) }, reason.slice(0, 500));
  }
  expectWholeLines(readFileSync(join(folder, "checkpoints.jsonl"), "utf8"), HOSTILE.length);
});
