import type { Log } from "../../domain/log.ts";
import { CHANNEL_KINDS, type Channel, type ChannelKind, type Delivery } from "../../domain/notification/channel.ts";
import type { ChannelDefinition } from "../../domain/notification/channel-definition.ts";
import { TRIES_BEFORE_FALLBACK } from "../../domain/notification/delivery.ts";
import type { Addresses } from "../../domain/notification/recipient.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import type { NotificationLease } from "./notification-database.ts";
import type { ClaimedNotice, Outbox } from "./outbox.ts";
import type { TrendPng } from "./trend-png.ts";

export type SenderOptions = {
  readonly outbox: Outbox;
  readonly definitions: Readonly<Record<ChannelKind, ChannelDefinition>>;
  /** The channel as it is set up now; null when it is not, or is switched off. */
  readonly open: (kind: ChannelKind) => Promise<Channel | null>;
  /** Of a recipient now; null for one who is gone. */
  readonly addressesOf: (recipientId: string) => Promise<Addresses | null>;
  /** The link that acknowledges what a message tells of. */
  readonly acknowledgeUrlOf: (key: string) => string;
  /** The trend for channels that show one. */
  readonly trendPng: TrendPng;
  readonly lease: NotificationLease;
  /** Tells while there are messages to be sent, whichever process has stored them. */
  readonly work: WorkSignal;
  readonly log: Pick<Log, "warn" | "info">;
  /** For tests: how long one try may take. */
  readonly timeLimitMs?: number;
};

/** Sends what is in the outbox, in the one process that holds the lease. */
export interface Sender {
  /** Looks now, instead of a second later. */
  wake(): void;
  /** Begins nothing more, and breaks off what takes too long. Resolves when nothing is under way. */
  stop(): Promise<void>;
}

const TIME_LIMIT_MS = 15_000;
/** A channel that does not heed its signal is left behind after this. */
const GRACE_MS = 2_000;
/** Between the end of a try and its note in the database. */
const MARGIN_MS = 15_000;
const MINUTE_MS = 60_000;
/** A message that is half sent when the process is to end gets so long: nobody would know whether it has arrived. */
const LAST_MS = 3_000;

/**
 * Each channel is a queue of its own with one message under way and a time limit of its own, so that a mail server that
 * hangs delays nobody but itself. It keeps to what the vendor lets through in a minute.
 */
export function startSender(options: SenderOptions): Sender {
  const { outbox, definitions, lease, work, log, timeLimitMs = TIME_LIMIT_MS } = options;
  const honouring = CHANNEL_KINDS.filter((kind) => definitions[kind].honoursKey);
  let isStopped = false;
  const cut = new AbortController();
  const underWay = new Map<ChannelKind, Promise<void>>();
  const failures = new Map<ChannelKind, number>();
  const sentMs = new Map<ChannelKind, number[]>();
  let isAway = false;
  let looking: Promise<void> | null = null;
  let isAsked = false;

  async function look(): Promise<void> {
    if (isStopped || lease.token() === null) return;
    await outbox.recover(honouring);
    for (const kind of await outbox.due()) begin(kind);
    isAway = false;
  }

  function begin(kind: ChannelKind): void {
    if (underWay.has(kind) || isStopped || !Object.hasOwn(definitions, kind)) return;
    const draining = drain(kind)
      .catch(note)
      .finally(() => underWay.delete(kind));
    underWay.set(kind, draining);
  }

  function note(error: unknown): void {
    if (isAway || isStopped) return;
    isAway = true;
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      "messages about alarms wait: they cannot be read",
    );
  }

  async function drain(kind: ChannelKind): Promise<void> {
    for (;;) {
      const token = lease.token();
      if (token === null || isStopped || isBeyondRate(kind)) return;
      const startedMs = performance.now();
      const claimed = await outbox.claim(kind, timeLimitMs + GRACE_MS + MARGIN_MS, lease, token);
      if (claimed === null) return;
      // Stopped for long since, by its machine: somebody else may have it by now.
      if (performance.now() - startedMs > timeLimitMs) return;
      const delivery = await trySending(claimed);
      if (delivery === null) return outbox.release(claimed);
      const state = await outbox.settle(claimed, delivery, definitions[kind].honoursKey);
      await follow(kind, delivery, state);
    }
  }

  async function follow(kind: ChannelKind, delivery: Delivery, state: string): Promise<void> {
    const before = failures.get(kind) ?? 0;
    const now = delivery.ok ? 0 : before + 1;
    failures.set(kind, now);
    if (delivery.ok) {
      if (before >= TRIES_BEFORE_FALLBACK)
        log.info({ channel: kind, failures: before }, "a channel of notification works again");
      return;
    }
    if (now === TRIES_BEFORE_FALLBACK) {
      log.warn({ channel: kind, reason: delivery.reason, state }, "a channel of notification fails");
    }
    if (now >= TRIES_BEFORE_FALLBACK) await outbox.spill(kind);
    for (const due of await outbox.due()) begin(due);
  }

  /** The vendor's own limit: what is beyond it would be refused, and may lock the account. */
  function isBeyondRate(kind: ChannelKind): boolean {
    const nowMs = performance.now();
    const { perMinute, perSecond } = definitions[kind].limits;
    const recent = (sentMs.get(kind) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS);
    sentMs.set(kind, recent);
    return (
      recent.length >= perMinute ||
      (perSecond !== null && recent.filter((atMs) => nowMs - atMs < 1_000).length >= perSecond)
    );
  }

  function count(kind: ChannelKind, messages: number): void {
    const nowMs = performance.now();
    sentMs.set(kind, [...(sentMs.get(kind) ?? []), ...Array.from({ length: messages }, () => nowMs)]);
  }

  /** @returns null when it was not begun, because this process ends */
  async function trySending(claimed: ClaimedNotice): Promise<Delivery | null> {
    const { channel: kind, key, notice, recipientId } = claimed;
    const refused = (reason: string): Delivery => ({ ok: false, retryable: false, reason, mayHaveArrived: false });
    const channel = await options.open(kind);
    if (channel === null) return refused("channel-off");
    const address = (await options.addressesOf(recipientId))?.[kind];
    if (address === undefined) return refused("no-address");
    const { picture } = definitions[kind];
    const trendPng = picture === undefined ? null : await options.trendPng(notice, Date.now() - claimed.ageMs);
    if (isStopped) return null;
    count(kind, picture === "beside" && trendPng !== null ? 2 : 1);
    const { title, text, priority, url, language } = notice;
    const acknowledgeUrl = notice.alarms.some(({ isAsking }) => isAsking) ? options.acknowledgeUrlOf(key) : null;
    const signal = AbortSignal.any([cut.signal, AbortSignal.timeout(timeLimitMs)]);
    const message = { key, title, text, priority, url, acknowledgeUrl, language, ...(trendPng ? { trendPng } : {}) };
    return withinLimit(channel.deliver(message, address, signal), signal);
  }

  function wake(): void {
    isAsked = true;
    looking ??= lookWhileAsked().finally(() => {
      looking = null;
    });
  }

  async function lookWhileAsked(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      await look().catch(note);
    }
  }

  const stopWork = work.onWork(wake);
  return {
    wake,
    async stop() {
      stopWork();
      isStopped = true;
      const cutting = setTimeout(() => cut.abort(), LAST_MS);
      await looking;
      await Promise.all(underWay.values());
      clearTimeout(cutting);
    },
  };
}

/** A channel that neither answers nor heeds its signal holds up its queue no longer than the limit. */
async function withinLimit(work: Promise<Delivery>, signal: AbortSignal): Promise<Delivery> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Delivery>((resolve) => {
    const end = () => {
      const late: Delivery = { ok: false, retryable: true, reason: "timeout", mayHaveArrived: true };
      timer = setTimeout(() => resolve(late), GRACE_MS);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
  try {
    return await Promise.race([work, tooLate]);
  } catch (error) {
    const reason = `failed ${error instanceof Error ? error.name : "unknown"}`;
    return { ok: false, retryable: true, reason, mayHaveArrived: true };
  } finally {
    clearTimeout(timer);
  }
}
