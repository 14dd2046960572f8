import { z } from "zod";
import { FailureCause } from "../collection/failure-cause.ts";
import { AppError } from "../errors.ts";
import type { ControllerReply } from "./controller-reply.ts";
import type { JournalEntry } from "./journal-entry.ts";

const NEWLINE = 10;
/** A UTF-16 unit becomes at most so many bytes. */
const MOST_BYTES_PER_UNIT = 3;
/** Texts are encoded here, one body after the other, as their lengths are wanted first. Longer ones get memory of their own. */
const WORKSPACE = new Uint8Array(256 * 1024);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** First line of a journal body. `parts`: name and length in bytes of each raw body, in order, right behind the line. */
const Header = z.strictObject({
  v: z.literal(1),
  collectedAt: z.iso.datetime(),
  attempts: z.int().min(1),
  latencyMs: z.number().min(0),
  isLate: z.boolean(),
  failedRequests: z.record(z.string(), FailureCause),
  parts: z.array(z.tuple([z.string(), z.int().min(0)])),
});
type Header = z.infer<typeof Header>;

/** What a journal body says beside site, slot and profile, which the entry itself holds. */
type ReplyFacts = Pick<ControllerReply, "collectedAt" | "attempts" | "latencyMs" | "isLate" | "failedRequests">;

/**
 * Packs one reply for the journal: one line of JSON with the facts, then the raw bodies as they came, so that a replay
 * maps exactly what the controller said.
 *
 * @param texts raw JSON per request name, each at most 1 MiB, as read from valid UTF-8
 */
export function packJournalBody(facts: ReplyFacts, texts: ReadonlyMap<string, string>): Uint8Array {
  const { collectedAt, attempts, latencyMs, isLate, failedRequests } = facts;
  const space = workspaceFor(texts);
  const parts: [string, number][] = [];
  let bodyBytes = 0;
  for (const [name, text] of texts) {
    const { written } = encoder.encodeInto(text, space.subarray(bodyBytes));
    parts.push([name, written]);
    bodyBytes += written;
  }
  const header: Header = { v: 1, collectedAt, attempts, latencyMs, isLate, failedRequests, parts };
  const line = encoder.encode(`${JSON.stringify(header)}\n`);
  const packed = new Uint8Array(line.length + bodyBytes);
  packed.set(line);
  packed.set(space.subarray(0, bodyBytes), line.length);
  return packed;
}

function workspaceFor(texts: ReadonlyMap<string, string>): Uint8Array {
  let units = 0;
  for (const { length } of texts.values()) units += length;
  const most = MOST_BYTES_PER_UNIT * units;
  return most <= WORKSPACE.length ? WORKSPACE : new Uint8Array(most);
}

/**
 * The reply of a journal entry, for replay and for the site page.
 *
 * @throws {AppError} `request.invalid` when the body is damaged; the same entry fails each time
 */
export function unpackJournalBody(entry: Pick<JournalEntry, "siteId" | "slot" | "profile" | "body">): ControllerReply {
  const { siteId, slot, profile, body } = entry;
  try {
    const lineEnd = body.indexOf(NEWLINE);
    if (lineEnd < 0) throw new Error("no header line");
    const { v: _version, parts, ...facts } = Header.parse(JSON.parse(decoder.decode(body.subarray(0, lineEnd))));
    return { siteId, slot, profile, ...facts, replies: unpackParts(body, lineEnd + 1, parts) };
  } catch (cause) {
    throw new AppError("request.invalid", `the journalled reply of ${siteId} for ${slot} is damaged`, {
      context: { siteId, slot, bytes: body.length },
      cause,
    });
  }
}

function unpackParts(body: Uint8Array, from: number, parts: Header["parts"]): Record<string, unknown> {
  let at = from;
  const replies = parts.map(([name, length]): [string, unknown] => {
    const end = at + length;
    if (end > body.length) throw new Error(`part ${name} ends at byte ${end} of ${body.length}`);
    const json: unknown = JSON.parse(decoder.decode(body.subarray(at, end)));
    at = end;
    return [name, json];
  });
  if (at !== body.length) throw new Error(`${body.length - at} bytes behind the last part`);
  return Object.fromEntries(replies);
}
