/** What a ticket opens; the route of a request says which one it needs, so a live ticket cannot open a recording. */
export const TICKET_SCOPES = ["live", "record"] as const;
export type TicketScope = (typeof TICKET_SCOPES)[number];

/** In place of a stream: the cookie of our pages, which names a session. Which streams that may see the server knows. */
export const EVERY_STREAM = "*";

/** Long enough that a page may miss a renewal or two, short enough that a copied address is soon worthless [J]. */
export const TICKET_S = 300;

/** A ticket's parts, of which none is believed before its signature is. */
export type Ticket = {
  /** Seconds since the Unix epoch. */
  readonly expiresAtS: number;
  readonly sessionId: string;
  /** Of the key and of the claims, in base64url. */
  readonly signature: string;
};

/** A session id is a UUID; the signature: 4 signs that name the key, and 128 bits. */
const FORM = /^(\d{10})\.([0-9a-f-]{36})\.([\w-]{26})$/;

/** @returns null for anything that has not the form of a ticket */
export function parseTicket(text: string): Ticket | null {
  const [, expires, sessionId, signature] = FORM.exec(text) ?? [];
  if (expires === undefined || sessionId === undefined || signature === undefined) return null;
  return { expiresAtS: Number(expires), sessionId, signature };
}

export function writeTicket({ expiresAtS, sessionId, signature }: Ticket): string {
  return `${expiresAtS}.${sessionId}.${signature}`;
}

/** What is signed: everything that a ticket stands for. No part may hold a line feed: their forms see to that. */
export function signedText(streamId: string, scope: TicketScope, ticket: Omit<Ticket, "signature">): string {
  return `${streamId}\n${scope}\n${ticket.expiresAtS}\n${ticket.sessionId}`;
}
