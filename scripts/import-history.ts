import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ImportReport } from "../domain/telemetry/import-report.ts";

const USAGE = `usage: node scripts/import-history.ts <file.csv> [--dry-run] [--skip-bad-lines] [--url http://127.0.0.1:1880] [--user admin]

Sends a CSV file of history to a running platform, in parts. Columns: site, time (ISO 8601 with a zone), points of the
catalogue. The whole file is checked first; with a bad line nothing is stored, unless --skip-bad-lines.
The password comes from ANTBOX_PASSWORD. Exit code: 0 stored (or a good dry run), 1 bad lines or a refusal, 2 wrong use.`;

/** In UTF-8 at most three times as many bytes: below what the server takes. */
const PART_CHARS = 16 * 1024 ** 2;

/** A part of the file with the first line in front. `firstLine`: where its second line stands in the file, from 1. */
type Part = { readonly body: string; readonly firstLine: number };

/** Said to the person who called; no stack. */
class Refusal extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = error instanceof Refusal ? 1 : 2;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      "skip-bad-lines": { type: "boolean", default: false },
      url: { type: "string", default: "http://127.0.0.1:1880" },
      user: { type: "string", default: "admin" },
    },
  });
  const [file] = positionals;
  const password = process.env["ANTBOX_PASSWORD"];
  if (file === undefined || positionals.length > 1 || password === undefined) {
    console.error(USAGE);
    return 2;
  }
  const skips = values["skip-bad-lines"];
  const send = await signIn(values.url, values.user, password, skips);
  const bad = await sendAll(file, (part) => send(part, true), "checked");
  if (values["dry-run"] || (bad > 0 && !skips)) return bad > 0 ? 1 : 0;
  await sendAll(file, (part) => send(part, false), "stored");
  return 0;
}

/** @returns how many problems the file has */
async function sendAll(file: string, send: (part: Part) => Promise<ImportReport>, word: string): Promise<number> {
  const sum = { rows: 0, added: 0, problems: 0 };
  for await (const part of partsOf(file)) {
    const { rows, added, problemCount, problems } = await send(part);
    if (word === "checked") {
      for (const { line, field, value, allowed } of problems) {
        console.error(`line ${line === 1 ? 1 : line - 2 + part.firstLine}: ${field} "${value}": ${allowed}`);
      }
    }
    sum.rows += rows;
    sum.added += added;
    sum.problems += problemCount;
  }
  console.log(
    `${word}: ${sum.rows} good lines, ${sum.problems} problems${word === "stored" ? `, ${sum.added} new rows` : ""}`,
  );
  return sum.problems;
}

async function* partsOf(file: string): AsyncGenerator<Part> {
  let header: string | null = null;
  let lines: string[] = [];
  let chars = 0;
  let firstLine = 2;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (header === null) {
      header = line;
      continue;
    }
    lines.push(line);
    chars += line.length + 1;
    if (chars < PART_CHARS) continue;
    yield { body: [header, ...lines].join("\n"), firstLine };
    firstLine += lines.length;
    lines = [];
    chars = 0;
  }
  if (lines.length > 0 || firstLine === 2) yield { body: [header ?? "", ...lines].join("\n"), firstLine };
}

async function signIn(url: string, username: string, password: string, skips: boolean) {
  const answer = await call(`${url}/api/v1/auth/login`, "application/json", JSON.stringify({ username, password }), "");
  const { accessToken } = answer as { accessToken: string };
  return async ({ body }: Part, isDryRun: boolean): Promise<ImportReport> => {
    const query = new URLSearchParams({ dryRun: String(isDryRun), skipBadLines: String(skips) });
    return ImportReport.parse(await call(`${url}/api/v1/import/history?${query}`, "text/csv", body, accessToken));
  };
}

async function call(url: string, contentType: string, body: string, token: string): Promise<unknown> {
  const headers = { "content-type": contentType, ...(token === "" ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method: "POST", headers, body }).catch((cause: unknown) => {
    throw new Refusal(`${new URL(url).origin} cannot be reached: ${String(cause)}`);
  });
  const json = (await response.json()) as { detail?: string };
  if (!response.ok) throw new Refusal(`${response.status}: ${json.detail ?? "refused"}`);
  return json;
}
