import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { LiveChange } from "../adapters/live/live-state.ts";
import type { Session } from "../adapters/security/create-auth.ts";
import { authorize } from "../domain/access/authorize.ts";
import type { Permission } from "../domain/access/permissions.ts";
import { type SiteScope, scopeKey } from "../domain/access/site-scope.ts";
import type { RoundReport } from "../domain/collection/round-report.ts";
import type { ErrorCode } from "../domain/errors.ts";
import {
  HEARTBEAT_MS,
  LIVE_TOPICS,
  type LiveError,
  type LiveTopic,
  type Subscribe,
  USUAL_TOPICS,
} from "../domain/live/live-frame.ts";
import type { ApiContext } from "./context.ts";
import { createAlarmNews } from "./live-alarms.ts";
import { type Channel, createChannels } from "./live-channel.ts";
import { createLiveClient, hasRoom, isClogged, isStuck, type LiveClient, spendMessage } from "./live-client.ts";
import { type CommandNewsOptions, createCommandNews } from "./live-commands.ts";
import { type RoundContext, readSubscribe, roundFrame, roundWithin, subscribeRefusal } from "./live-messages.ts";
import { createStreamNews } from "./live-streams.ts";
import { checkUpgrade, type LiveAuth, refuseUpgrade } from "./live-upgrade.ts";
import { createSendQueue } from "./send-queue.ts";
import { textFrame } from "./text-frame.ts";

export const LIVE_PATH = "/api/v1/live";
const OWN_PREFIX = "/api/";
/** A subscribe with 1,000 site ids of 64 characters fits. */
const MAX_MESSAGE_BYTES = 98_304;
const BEATS_PER_PING = 8;
const INVENTORY_SETTLES_MS = 250;
const DEFAULT_LIMITS = { maxConnections: 10_000, maxConnectionsPerUser: 64 };
const READING = {
  snapshots: "live:subscribe",
  alarms: "alarms:read",
  commands: "commands:read",
  streams: "video:view",
} as const satisfies Record<LiveTopic, Permission>;
/** The browser must sign in, or come back with the new role. */
const CLOSE_SESSION_ENDED = 4401;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;

/** The live stream of `domain/live/live-frame.ts` over WebSocket. */
export interface Live {
  /** Synchronous from the request to the answer: another listener ends upgrades that stay unanswered for a second. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

/**
 * A connection belongs to a session, not to one access token: it outlives the token as long as the session lives and the
 * browser goes on renewing, and is closed within 2 s when it is signed out, disabled or gets another role.
 *
 * @param clock milliseconds since the Unix epoch
 */
export function createLive(
  context: Pick<ApiContext, "alarms" | "liveState" | "metrics" | "limits" | "video"> &
    RoundContext &
    CommandNewsOptions["context"] & { readonly auth: LiveAuth },
  clock: () => number,
): Live {
  const { auth, inventory, liveState, metrics } = context;
  const limits = { ...DEFAULT_LIMITS, ...context.limits };
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Compressing per client costs sixteen times the processor time of sending; a proxy may do it.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  const clients = new Set<LiveClient>();
  const perUser = new Map<string, number>();
  const channels = createChannels<LiveClient>(inventory, liveState, clock);
  const queue = createSendQueue<LiveClient>();
  const alarms = createAlarmNews({ context, clients, queue, send, clock });
  const commands = createCommandNews({ context, clients, queue, send, clock });
  const streams = createStreamNews({ context, clients, queue, send, clock });
  let beats = 0;
  // Counted here and told once per heartbeat: a counter of the metrics costs as much as a twentieth of a send.
  let sentBytes = 0;
  let inventoryTimer: NodeJS.Timeout | null = null;

  /** Without compression the library, too, writes each of its frames whole: ours never lands inside one. */
  function send({ socket, stream }: LiveClient, frame: Buffer): void {
    if (socket.readyState !== socket.OPEN || !stream.writable) return;
    stream.write(frame);
    sentBytes += frame.length;
  }

  function sendFull(client: LiveClient, channel: Channel<LiveClient>): void {
    client.needsFull = false;
    client.sentSeq = channel.seq;
    send(client, channels.fullFrame(channel));
  }

  /** A delta only to those who have everything before it; the others wait until they have room for everything. */
  function sendDelta(client: LiveClient, channel: Channel<LiveClient>, seq: number, frame: Buffer): void {
    if (client.channel !== channel || client.sentSeq >= seq) return;
    if (isClogged(client, clock()) || client.sentSeq !== seq - 1) client.needsFull = true;
    if (!client.needsFull) {
      client.sentSeq = seq;
      send(client, frame);
    } else if (hasRoom(client)) sendFull(client, channel);
  }

  function sendError(client: LiveClient, code: ErrorCode, detail: string): void {
    send(client, textFrame(JSON.stringify({ type: "error", code, detail } satisfies LiveError)));
  }

  function join(client: LiveClient, channel: Channel<LiveClient>): void {
    if (client.channel && client.channel !== channel) channels.leave(client.channel, client);
    client.channel = channel;
    channel.members.add(client);
  }

  function subscribe(client: LiveClient, request: Subscribe): void {
    const refusal = subscribeRefusal(inventory, client.scope, request);
    if (refusal) {
      sendError(client, refusal.code, refusal.detail);
      return;
    }
    const { view, sites, epoch, after, topics = USUAL_TOPICS } = request;
    const named = sites ? [...new Set(sites)].sort() : null;
    const channel = channels.find(view, client.scope, topics.includes("snapshots") ? named : []);
    client.commandSites = named !== null && named.length > 0 ? new Set(named) : null;
    hear(client, topics);
    join(client, channel);
    metrics.setLiveChannels(channels.size());
    const missed = channels.missed(channel, epoch, after);
    if (!missed) {
      sendFull(client, channel);
      return;
    }
    client.needsFull = false;
    client.sentSeq = channel.seq;
    for (const frame of missed) send(client, frame);
    send(client, channels.heartbeat(channel));
  }

  /** What is told at each change is told as a whole first. */
  function hear(client: LiveClient, topics: readonly LiveTopic[]): void {
    const heard = client.hears;
    client.hears = new Set(topics.filter((topic) => client.mayHear.has(topic)));
    if (!heard.has("alarms")) alarms.tell(client);
    if (!heard.has("streams")) streams.tell(client);
    commands.tell(client);
  }

  function receive(client: LiveClient, data: RawData, isBinary: boolean): void {
    if (!spendMessage(client, clock())) {
      client.socket.close(CLOSE_POLICY, "too many messages");
      return;
    }
    const request = isBinary ? null : readSubscribe(String(data));
    if (request) subscribe(client, request);
    else sendError(client, "request.invalid", "send a subscribe message of domain/live/live-frame.ts as JSON text");
  }

  function open(socket: WebSocket, stream: Duplex, session: Session): void {
    const client = createLiveClient(socket, stream, session.username, clock());
    clients.add(client);
    perUser.set(client.username, (perUser.get(client.username) ?? 0) + 1);
    metrics.setLiveClients(clients.size);
    const endWithSession = () => socket.close(CLOSE_SESSION_ENDED, "the session has ended");
    let unsubscribe: () => void = () => undefined;
    // A token may be older than the last change of its user's rights: the session says what counts now.
    const confirmed = auth.confirm(session).then((known) => {
      if (socket.readyState !== socket.OPEN) return false;
      if (known === null || authorize(known, "live:subscribe") !== null) {
        endWithSession();
        return false;
      }
      client.scope = known.scope;
      client.mayHear = new Set(LIVE_TOPICS.filter((topic) => authorize(known, READING[topic]) === null));
      unsubscribe = auth.onSessionEnd(known, endWithSession);
      return true;
    });
    socket.on("message", (data, isBinary) => {
      void confirmed.then((isConfirmed) => {
        if (isConfirmed) receive(client, data, isBinary);
      });
    });
    socket.on("pong", () => {
      client.hasAnswered = true;
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      unsubscribe();
      forget(client);
    });
  }

  function forget(client: LiveClient): void {
    if (!clients.delete(client)) return;
    if (client.channel) channels.leave(client.channel, client);
    const left = (perUser.get(client.username) ?? 1) - 1;
    if (left > 0) perUser.set(client.username, left);
    else perUser.delete(client.username);
    metrics.setLiveClients(clients.size);
  }

  function beat(): void {
    beats += 1;
    metrics.addLiveBytes(sentBytes);
    sentBytes = 0;
    channels.sweep();
    metrics.setLiveChannels(channels.size());
    for (const channel of channels.all()) {
      if (channel.members.size === 0) continue;
      const frame = channels.heartbeat(channel);
      queue.push(channel.members, (client) => beatOne(client, channel, frame));
    }
    if (beats % BEATS_PER_PING === 0) queue.push(clients, ping);
  }

  function beatOne(client: LiveClient, channel: Channel<LiveClient>, frame: Buffer): void {
    if (client.channel !== channel) return;
    if (isClogged(client, clock())) {
      if (isStuck(client, clock())) client.socket.terminate();
      return;
    }
    if (hasRoom(client)) catchUp(client, channel);
    send(client, frame);
  }

  /** What it has missed. */
  function catchUp(client: LiveClient, channel: Channel<LiveClient>): void {
    if (client.needsFull) sendFull(client, channel);
    if (client.needsAlarms) alarms.tell(client);
    if (client.needsCommands) commands.tell(client);
    if (client.needsStreams) streams.tell(client);
  }

  function ping(client: LiveClient): void {
    if (!client.hasAnswered) client.socket.terminate();
    client.hasAnswered = false;
    if (client.socket.readyState === client.socket.OPEN) client.socket.ping();
  }

  function takeChange({ siteIds, rounds }: LiveChange): void {
    for (const { channel, seq, frame } of channels.advanceAll(siteIds)) {
      queue.push(channel.members, (client) => sendDelta(client, channel, seq, frame));
    }
    for (const report of rounds) {
      const frameFor = roundFrames(report);
      queue.push(clients, (client) => {
        if (client.channel && !isClogged(client, clock())) send(client, frameFor(client.scope));
      });
    }
  }

  /** Made once per scope, when the first client of it is served. */
  function roundFrames(report: RoundReport): (scope: SiteScope | null) => Buffer {
    const frames = new Map<string, Buffer>();
    return (scope) => {
      const key = scopeKey(scope);
      const seen = () => (scope === null ? report : roundWithin(context, scope, report));
      const frame = frames.get(key) ?? textFrame(JSON.stringify(roundFrame(seen(), clock())));
      frames.set(key, frame);
      return frame;
    };
  }

  /** Another index table: everybody starts anew from a full frame. */
  function takeInventory(): void {
    inventoryTimer = null;
    streams.tellAll();
    for (const { from, to } of channels.renew()) {
      for (const client of from.members) {
        client.channel = to;
        client.sentSeq = 0;
        client.needsFull = true;
        to.members.add(client);
      }
      queue.push(to.members, (client) => {
        if (client.channel === to && client.needsFull && !isClogged(client, clock())) sendFull(client, to);
      });
    }
  }

  function refusalOf(session: Session) {
    const isFull = clients.size >= limits.maxConnections;
    if (!isFull && (perUser.get(session.username) ?? 0) < limits.maxConnectionsPerUser) return null;
    const detail = isFull ? "too many live connections" : "too many live connections of this user";
    return { code: "request.rate-limited" as const, detail };
  }

  const unsubscribe = [
    liveState.onChange(takeChange),
    inventory.onChange(() => {
      inventoryTimer ??= setTimeout(takeInventory, INVENTORY_SETTLES_MS);
    }),
  ];
  const beatTimer = setInterval(beat, HEARTBEAT_MS);

  return {
    handleUpgrade(request, socket, head) {
      const path = (request.url ?? "/").split("?")[0] ?? "/";
      if (path !== LIVE_PATH) {
        if (!path.startsWith(OWN_PREFIX)) return false;
        refuseUpgrade(socket, { code: "request.not-found", detail: "there is nothing at this address" });
        return true;
      }
      const session = checkUpgrade(auth, request);
      const refusal = "code" in session ? session : refusalOf(session);
      if (refusal) refuseUpgrade(socket, refusal);
      else if ("sessionId" in session)
        server.handleUpgrade(request, socket, head, (opened) => open(opened, socket, session));
      return true;
    },
    close() {
      for (const stop of unsubscribe) stop();
      clearInterval(beatTimer);
      if (inventoryTimer) clearTimeout(inventoryTimer);
      alarms.close();
      commands.close();
      streams.close();
      queue.close();
      for (const { socket } of clients) socket.close(CLOSE_GOING_AWAY, "the platform is stopping");
      server.close();
    },
  };
}
