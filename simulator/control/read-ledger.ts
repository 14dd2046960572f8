import { readNumber, refuse } from "../faults/fault-arguments.ts";
import type { LedgerFilter } from "../ledger/ledger.ts";
import type { FleetRuntime } from "../server/fleet-runtime.ts";
import { UnknownSiteError } from "./select-sites.ts";

const FIELDS = ["kind", "site", "since", "after", "limit"];
const REPLY_COLUMNS = ["row", "siteId", "request", "at", "seq", "connection", "whole", "fault"] as const;
const COMMAND_COLUMNS = ["row", "siteId", "command", "at", "connection", "answer", "acted", "actedAt"] as const;

/** One page of the ledger, oldest first; `next` is the `after` of the next page, null at the end. @throws {InputError} */
export function readLedger(runtime: FleetRuntime, query: URLSearchParams) {
  for (const field of query.keys()) if (!FIELDS.includes(field)) refuse(field, query.get(field), FIELDS.join(", "));
  const kind = query.get("kind") ?? "replies";
  const filter = readFilter(runtime, query);
  if (kind === "replies") {
    const records = runtime.ledger.replies(filter);
    const rows = records.map((record) => REPLY_COLUMNS.map((column) => record[column]));
    return { columns: REPLY_COLUMNS, rows, next: nextOf(records, filter), firstRow: runtime.ledger.firstReplyRow() };
  }
  if (kind === "commands") {
    const records = runtime.ledger.commands(filter);
    const rows = records.map((record) => COMMAND_COLUMNS.map((column) => record[column]));
    return { columns: COMMAND_COLUMNS, rows, next: nextOf(records, filter) };
  }
  return refuse("kind", kind, "replies, commands");
}

type PageFilter = LedgerFilter & { readonly limit: number };

function readFilter(runtime: FleetRuntime, query: URLSearchParams): PageFilter {
  const site = query.get("site");
  if (site !== null && !runtime.sites.some(({ spec }) => spec.id === site)) {
    throw new UnknownSiteError(`site: no site ${JSON.stringify(site.slice(0, 80))}`);
  }
  return {
    ...(site === null ? {} : { siteId: site }),
    since: numberIn(query, "since", 0, 0, Number.MAX_SAFE_INTEGER),
    after: numberIn(query, "after", -1, -1, Number.MAX_SAFE_INTEGER),
    limit: numberIn(query, "limit", 10_000, 1, 100_000),
  };
}

function numberIn(query: URLSearchParams, field: string, fallback: number, min: number, max: number): number {
  const text = query.get(field);
  if (text === null) return fallback;
  return readNumber(field, text === "" ? Number.NaN : Number(text), min, max);
}

function nextOf(records: readonly { row: number }[], { limit }: PageFilter): number | null {
  return records.length < limit ? null : (records.at(-1)?.row ?? null);
}
