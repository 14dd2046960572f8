import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import {
  EVERY_STREAM,
  parseTicket,
  signedText,
  TICKET_S,
  type Ticket,
  type TicketScope,
  writeTicket,
} from "../../domain/video/ticket.ts";
import { VideoError } from "../../domain/video/video-cause.ts";
import { ownText } from "./own-text.ts";

/** Makes and checks tickets. */
export interface Tickets {
  /** @param streamId or `EVERY_STREAM`, for the cookie */
  issue(streamId: string, scope: TicketScope, sessionId: string, nowMs: number): { text: string; expiresAtMs: number };
  /** @throws {VideoError} `ticket_invalid`, `ticket_expired` */
  check(text: string, streamId: string, scope: TicketScope, nowMs: number): Ticket;
}

/** Of the signature: what names the key, in base64url. */
const KEY_ID_CHARS = 4;
/** 128 bits: who can try a million a second needs longer than the sun has. */
const MAC_BYTES = 16;
const MOST_KNOWN = 10_000;

type Known = { readonly streamId: string; readonly scope: TicketScope; readonly ticket: Ticket };

/** @param keys 32 bytes each; the first signs, the others still count */
export function createTickets(keys: readonly Uint8Array[]): Tickets {
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const [present] = keys;
  if (present === undefined) throw new Error("tickets need a key");
  /** Signatures that were right: a viewer shows the same ticket with each segment. */
  const known = new Map<string, Known>();

  function macOf(key: Uint8Array, text: string): string {
    return createHmac("sha256", key).update(text).digest().subarray(0, MAC_BYTES).toString("base64url");
  }

  function verify(text: string, streamId: string, scope: TicketScope): Ticket {
    const ticket = parseTicket(text);
    const key = ticket && byId.get(ticket.signature.slice(0, KEY_ID_CHARS));
    if (!ticket || !key) throw new VideoError("ticket_invalid", "is no ticket of ours");
    // As text: the last sign holds two bits only, and fifteen others would decode to the same.
    const shown = Buffer.from(ticket.signature.slice(KEY_ID_CHARS));
    const right = Buffer.from(macOf(key, signedText(streamId, scope, ticket)));
    if (shown.length !== right.length || !timingSafeEqual(shown, right))
      throw new VideoError("ticket_invalid", "the signature is wrong");
    return ticket;
  }

  return {
    issue(streamId, scope, sessionId, nowMs) {
      const expiresAtS = Math.floor(nowMs / 1000) + TICKET_S;
      const mac = macOf(present, signedText(streamId, scope, { expiresAtS, sessionId }));
      const signature = `${keyId(present)}${mac}`;
      return { text: writeTicket({ expiresAtS, sessionId, signature }), expiresAtMs: expiresAtS * 1000 };
    },
    check(text, streamId, scope, nowMs) {
      const found = known.get(text);
      // It stands for what its signature was right for, and for nothing else.
      const isKnown = found?.streamId === streamId && found.scope === scope;
      const ticket = isKnown ? found.ticket : verify(ownText(text), streamId, scope);
      if (ticket.expiresAtS * 1000 <= nowMs) {
        known.delete(text);
        throw new VideoError("ticket_expired", "has run out");
      }
      if (!isKnown) {
        if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string);
        known.set(ownText(text), { streamId: ownText(streamId), scope, ticket });
      }
      return ticket;
    },
  };
}

function keyId(key: Uint8Array): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, KEY_ID_CHARS);
}

/** The cookie of our pages: Path=/v/, so that nothing else is sent it. `__Host-` would ask for the whole host. */
export function videoCookieName(isSecure: boolean): string {
  return isSecure ? "__Secure-antbox_video" : "antbox_video";
}

/** Value of `Set-Cookie` for a session. */
export function videoCookie(tickets: Tickets, sessionId: string, isSecure: boolean, nowMs: number) {
  const { text, expiresAtMs } = tickets.issue(EVERY_STREAM, "live", sessionId, nowMs);
  const attributes = `Path=/v/; Max-Age=${TICKET_S}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  return { cookie: `${videoCookieName(isSecure)}=${text}; ${attributes}`, expiresAtMs };
}
