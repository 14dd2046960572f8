import { BUS_TOPICS, type BusBody, type BusTopic } from "../../domain/live/bus-message.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { RedisConnection } from "./redis-connection.ts";

const PREFIX = "antbox:live:";
/** Parts of a message stay small: one of megabytes holds everybody's connection up. */
const ITEMS_PER_MESSAGE = 200;
/** A connection that was cut without a word is noticed in so much time. */
const PING_MS = 5_000;
const COMPLAIN_MS = 60_000;

/** Takes what other processes say. Its own messages do not come back. */
export type BusListener<Topic extends BusTopic> = (body: BusBody<Topic>, from: string) => void;

export type LiveBusOptions = {
  /** For publishing; a connection that listens can do nothing else. */
  readonly speaker: RedisConnection;
  /** A connection of its own, for listening; null for a process that only speaks. */
  readonly ear: RedisConnection | null;
  /** Name of this start of this process. */
  readonly origin: string;
  readonly log: Log;
};

/**
 * Messages between processes by Redis' publish and subscribe. It is quick and forgetful: what is said while somebody is
 * away is lost to him, so nothing may depend on it alone. `onGap` says when to look at what is kept elsewhere.
 */
export interface LiveBus {
  publish<Topic extends BusTopic>(topic: Topic, body: BusBody<Topic>): void;
  /** Of a topic whose body is a list: items that are JSON already, in messages of a size that suits. */
  publishTexts(topic: "snapshots" | "facts", texts: readonly string[]): void;
  listen<Topic extends BusTopic>(topic: Topic, listener: BusListener<Topic>): void;
  /** Called when messages were missed for certain or perhaps: after each connection, and when a number was left out. */
  onGap(listener: () => void): void;
  /** True while the ear is connected, and so hears everything. */
  isHearing(): boolean;
  close(): void;
}

export function createLiveBus({ speaker, ear, origin, log }: LiveBusOptions): LiveBus {
  const listeners = new Map<BusTopic, (body: unknown, from: string) => void>();
  const gapListeners = new Set<() => void>();
  const sent = new Map<BusTopic, number>();
  const heard = new Map<string, number>();
  const mayComplain = seldom(COMPLAIN_MS, () => performance.now());
  let isHearing = false;
  let isClosed = false;

  function say(topic: BusTopic, body: string): void {
    const seq = (sent.get(topic) ?? 0) + 1;
    sent.set(topic, seq);
    if (speaker.state() !== "connected") return;
    // What is not heard is made up for by the next round, or by what is stored.
    speaker.client
      .publish(PREFIX + topic, `{"from":"${origin}","seq":${seq},"body":${body}}`)
      .catch(() => complain(topic, "could not be sent"));
  }

  function complain(topic: string, why: string): void {
    if (isClosed || !mayComplain()) return;
    log.warn({ topic, why }, "a live message between processes was lost");
  }

  function hear(channel: string, text: string): void {
    const topic = channel.slice(PREFIX.length) as BusTopic;
    const listener = listeners.get(topic);
    // Looked at before it is parsed: a process hears everything it says itself.
    if (!listener || text.startsWith(`{"from":"${origin}"`)) return;
    const message = BUS_TOPICS[topic].safeParse(parse(text));
    if (!message.success) {
      complain(topic, "is not what the topic carries");
      return;
    }
    const { from, seq, body } = message.data;
    const before = heard.get(`${topic} ${from}`);
    heard.set(`${topic} ${from}`, seq);
    if (before !== undefined && seq > before + 1) tellGap();
    listener(body, from);
  }

  function tellGap(): void {
    for (const listener of gapListeners) listener();
  }

  function subscribe(): void {
    const channels = [...listeners.keys()].map((topic) => PREFIX + topic);
    if (!ear || channels.length === 0) return;
    ear.client.subscribe(...channels).then(
      () => {
        isHearing = true;
        heard.clear();
        tellGap();
      },
      () => ear.client.disconnect(true),
    );
  }

  ear?.onReady(subscribe);
  ear?.client.on("message", hear);
  ear?.client.on("close", () => {
    isHearing = false;
  });
  const pings = setInterval(() => {
    if (ear?.state() === "connected") ear.client.ping().catch(() => ear.client.disconnect(!isClosed));
  }, PING_MS);
  pings.unref();

  return {
    publish: (topic, body) => say(topic, JSON.stringify(body)),
    publishTexts(topic, texts) {
      for (let start = 0; start < texts.length; start += ITEMS_PER_MESSAGE) {
        say(topic, `[${texts.slice(start, start + ITEMS_PER_MESSAGE).join(",")}]`);
      }
    },
    listen(topic, listener) {
      listeners.set(topic, listener as (body: unknown, from: string) => void);
      if (ear?.state() === "connected") subscribe();
    },
    onGap: (listener) => gapListeners.add(listener),
    isHearing: () => isHearing,
    close() {
      isClosed = true;
      clearInterval(pings);
      listeners.clear();
      gapListeners.clear();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
