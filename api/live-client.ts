import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { NOTHING, type SiteScope } from "../domain/access/site-scope.ts";
import type { LiveTopic } from "../domain/live/live-frame.ts";
import type { Channel } from "./live-channel.ts";

/** Above this a client gets nothing more until it has read: then everything at once, never a queue of old deltas. */
const CLOGGED_BYTES = 1_048_576;
const FREE_BYTES = 65_536;
const CLOGGED_FOR_MS = 60_000;
/** Messages of a client: a burst for a page that opens, then two per second. */
const BURST = 20;
const REFILL_PER_S = 2;

/** One live connection and what it has been told so far. */
export type LiveClient = {
  readonly socket: WebSocket;
  /** The connection below: frames that are made once for all go there directly. */
  readonly stream: Duplex;
  readonly username: string;
  /** The sites that it may be told of: none before its session is confirmed. Another scope is another connection. */
  scope: SiteScope | null;
  /** What it may be told of: nothing before its session is confirmed. */
  mayHear: ReadonlySet<LiveTopic>;
  /** What it has asked for of that. */
  hears: ReadonlySet<LiveTopic>;
  /** It was not told how many alarms there are, for want of room or of a database. */
  needsAlarms: boolean;
  /** The sites whose commands it wants; null = all that it may see. */
  commandSites: ReadonlySet<string> | null;
  /** It has missed something about them. */
  needsCommands: boolean;
  /** It has missed something about cameras. */
  needsStreams: boolean;
  channel: Channel<LiveClient> | null;
  /** Sequence number of the newest frame handed to its socket. */
  sentSeq: number;
  needsFull: boolean;
  /** It has answered since the last ping. */
  hasAnswered: boolean;
  cloggedSinceMs: number | null;
  budget: { tokens: number; atMs: number };
};

export function createLiveClient(socket: WebSocket, stream: Duplex, username: string, nowMs: number): LiveClient {
  return {
    socket,
    stream,
    username,
    scope: NOTHING,
    mayHear: new Set(),
    hears: new Set(),
    needsAlarms: false,
    commandSites: null,
    needsCommands: false,
    needsStreams: false,
    channel: null,
    sentSeq: 0,
    needsFull: false,
    hasAnswered: true,
    cloggedSinceMs: null,
    budget: { tokens: BURST, atMs: nowMs },
  };
}

/** Takes one message from the client's allowance. @returns false when it talks too much */
export function spendMessage({ budget }: LiveClient, nowMs: number): boolean {
  budget.tokens = Math.min(BURST, budget.tokens + ((nowMs - budget.atMs) / 1000) * REFILL_PER_S);
  budget.atMs = nowMs;
  budget.tokens -= 1;
  return budget.tokens >= 0;
}

/** True when the client does not read what it was sent already. */
export function isClogged(client: LiveClient, nowMs: number): boolean {
  const isOver = client.socket.bufferedAmount > CLOGGED_BYTES;
  if (!isOver) client.cloggedSinceMs = null;
  else client.cloggedSinceMs ??= nowMs;
  return isOver;
}

/** True when nobody can be reading there any more. */
export function isStuck({ cloggedSinceMs }: LiveClient, nowMs: number): boolean {
  return cloggedSinceMs !== null && nowMs - cloggedSinceMs > CLOGGED_FOR_MS;
}

/** True when a client that missed something has room for a full frame. */
export function hasRoom({ socket }: LiveClient): boolean {
  return socket.bufferedAmount < FREE_BYTES;
}
