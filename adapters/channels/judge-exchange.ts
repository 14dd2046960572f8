import type { Delivery } from "../../domain/notification/channel.ts";
import type { ReasonWord } from "../../domain/notification/delivery-reason.ts";
import { fitText, oneLine, utf16Units } from "../../domain/notification/fit-text.ts";
import type { Exchange, OutgoingFault } from "../../domain/notification/outgoing.ts";

/** Of an answer that is a JSON object. */
export type Answer = { readonly status: number; readonly fields: Readonly<Record<string, unknown>> };
/** What the vendor's own codes say. @returns null when the answer is not the vendor's: the status decides */
export type ReadAnswer = (answer: Answer) => Delivery | null;

/** A receiver that names no time is asked again by the outbox' own schedule; one that names days is not believed. */
const LONGEST_WAIT_MS = 3_600_000;
const MOST_DETAIL_CHARS = 160;
/** A shorter one would take harmless words out of a reason. */
const SHORTEST_SECRET = 4;
const URLS = /\b[a-z][a-z\d+.-]*:\/\/\S+/gi;
const ADDRESSES = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g;
const FAULTS_THAT_LAST: readonly OutgoingFault[] = ["forbidden-address", "invalid-request"];
const PASSING_STATUSES = [408, 421, 425, 429];
/** A gateway handed the message on and heard nothing. Any other status is an answer: the message was not taken. */
const UNHEARD_STATUS = 504;

export type Failure = Omit<Extract<Delivery, { ok: false }>, "ok" | "mayHaveArrived" | "reason"> & {
  readonly word: ReasonWord;
  readonly detail?: string | undefined;
  readonly mayHaveArrived?: boolean;
};

export function failed({ word, detail = "", mayHaveArrived = false, ...rest }: Failure): Delivery {
  return { ok: false, reason: detail === "" ? word : `${word} ${detail}`, mayHaveArrived, ...rest };
}

/**
 * What a receiver says of itself, fit to be shown: on one line, short, without URLs (they carry keys), addresses and secrets,
 * however those are written.
 */
export function safeDetail(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  const written = known.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
  ]);
  let shown = oneLine(text).replace(URLS, "…").replace(ADDRESSES, "…");
  for (const secret of written.sort((a, b) => b.length - a.length)) shown = shown.replaceAll(secret, "…");
  return fitText(shown, MOST_DETAIL_CHARS, utf16Units).trim();
}

/** The delivery that an exchange amounts to. @param readAnswer for the codes in the body; null: the status is all there is */
export function judgeExchange(exchange: Exchange, readAnswer: ReadAnswer | null): Delivery {
  if (exchange.kind === "fault") {
    const { fault, wasSent } = exchange;
    return failed({ word: fault, retryable: !FAULTS_THAT_LAST.includes(fault), mayHaveArrived: wasSent });
  }
  const { status, headers } = exchange;
  const fields = readAnswer && exchange.isWhole ? objectFrom(exchange.text) : null;
  const said = fields && readAnswer?.({ status, fields });
  if (said) return withWait(said, headers);
  if (status < 200 || status >= 300) return withWait(judgeStatus(status), headers);
  if (readAnswer === null) return { ok: true };
  return failed({ word: "unreadable-answer", retryable: true, mayHaveArrived: true });
}

function judgeStatus(status: number): Delivery {
  const detail = String(status);
  if (status >= 300 && status < 400) return failed({ word: "redirect", detail, retryable: false });
  if (status === 429) return failed({ word: "rate-limit", detail, retryable: true });
  if (status === 401) return failed({ word: "sign-in", detail, retryable: false });
  const retryable = PASSING_STATUSES.includes(status) || status >= 500;
  return failed({ word: "status", detail, retryable, mayHaveArrived: status === UNHEARD_STATUS });
}

/** A wait that the body asks for counts before one in the headers. */
function withWait(delivery: Delivery, headers: Readonly<Record<string, string>>): Delivery {
  if (delivery.ok || !delivery.retryable) return delivery;
  const asked = delivery.retryAfterMs ?? waitFrom(headers["retry-after"]) ?? waitFrom(headers["x-ogw-ratelimit-reset"]);
  return asked === undefined ? delivery : { ...delivery, retryAfterMs: Math.min(Math.max(asked, 0), LONGEST_WAIT_MS) };
}

/** Seconds, or a date. */
function waitFrom(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : atMs - Date.now();
}

function objectFrom(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
