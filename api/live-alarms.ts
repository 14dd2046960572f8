import { type SiteScope, scopeKey } from "../domain/access/site-scope.ts";
import { summariseAlarms } from "./alarm-view.ts";
import type { ApiContext } from "./context.ts";
import { isClogged, type LiveClient } from "./live-client.ts";
import type { SendQueue } from "./send-queue.ts";
import { textFrame } from "./text-frame.ts";

/** Screens are told at most once in this time: in a flood alarms change with every statement. */
const TELL_EVERY_MS = 1_000;
/** How often it looks for what other processes have changed. */
const LOOK_EVERY_MS = 2_000;

/** Tells the clients of the live stream how many alarms there are: when they come, and when that changes. */
export interface AlarmNews {
  /** To one that has just come, or had no room before. */
  tell(client: LiveClient): void;
  close(): void;
}

export type AlarmNewsOptions = {
  readonly context: Pick<ApiContext, "alarms" | "inventory">;
  readonly clients: ReadonlySet<LiveClient>;
  readonly queue: Pick<SendQueue<LiveClient>, "push">;
  readonly send: (client: LiveClient, frame: Buffer) => void;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
};

export function createAlarmNews({ context, clients, queue, send, clock }: AlarmNewsOptions): AlarmNews {
  const { store } = context.alarms;
  /** By scope, until something changes: counting once is enough for all who may see the same. */
  const summaries = new Map<string, Promise<string | null>>();
  let changes: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isLooking = false;
  let toldMs = Number.NEGATIVE_INFINITY;

  const listeners = () => [...clients].filter(({ hears }) => hears.has("alarms"));

  /** @returns the summary as JSON; null while the database is away */
  function summaryFor(scope: SiteScope | null): Promise<string | null> {
    const key = scopeKey(scope);
    const summary = summaries.get(key) ?? count(scope);
    summaries.set(key, summary);
    return summary;
  }

  async function count(scope: SiteScope | null): Promise<string | null> {
    try {
      return JSON.stringify(await summariseAlarms(context, scope, clock()));
    } catch {
      // Clients stay marked, and ask again with the next heartbeat.
      summaries.delete(scopeKey(scope));
      return null;
    }
  }

  /** The time is that of sending, also of what was counted before: browsers set their clock by it. */
  function stamp(summary: string | null): Buffer | null {
    if (summary === null) return null;
    return textFrame(`{"type":"alarms","at":"${new Date(clock()).toISOString()}","summary":${summary}}`);
  }

  function give(client: LiveClient, frame: Buffer | null): void {
    client.needsAlarms = frame === null || isClogged(client, clock());
    if (frame !== null && !client.needsAlarms) send(client, frame);
  }

  async function tellAll(): Promise<void> {
    timer = null;
    toldMs = performance.now();
    // Before the counting: what changes from now on is seen at the next look.
    changes = await store.countChanges().catch(() => null);
    summaries.clear();
    const scopes = new Map(listeners().map(({ scope }) => [scopeKey(scope), scope]));
    const made = await Promise.all(
      [...scopes].map(async ([key, scope]) => [key, stamp(await summaryFor(scope))] as const),
    );
    const frameOf = new Map(made);
    queue.push(listeners(), (client) => give(client, frameOf.get(scopeKey(client.scope)) ?? null));
  }

  function tellSoon(): void {
    summaries.clear();
    if (listeners().length === 0) return;
    timer ??= setTimeout(() => void tellAll(), Math.max(0, toldMs + TELL_EVERY_MS - performance.now()));
  }

  async function look(): Promise<void> {
    if (isLooking) return;
    if (listeners().length === 0) {
      summaries.clear();
      return;
    }
    isLooking = true;
    const now = await store.countChanges().catch(() => null);
    isLooking = false;
    if (now !== null && now !== changes) tellSoon();
  }

  const lookTimer = setInterval(() => void look(), LOOK_EVERY_MS);
  lookTimer.unref();
  const stops = [store.onChange(tellSoon), context.inventory.onChange(tellSoon)];

  return {
    tell(client) {
      if (client.hears.has("alarms")) void summaryFor(client.scope).then((summary) => give(client, stamp(summary)));
    },
    close() {
      clearInterval(lookTimer);
      if (timer) clearTimeout(timer);
      for (const stop of stops) stop();
    },
  };
}
