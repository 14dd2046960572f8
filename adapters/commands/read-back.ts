import type { Command } from "../../domain/commands/command.ts";
import type { CommandSite } from "../../domain/commands/command-site.ts";
import {
  dueAfterS,
  type EffectView,
  judgeEffect,
  type ReadBack as ReadBackOutcome,
  stateAfterReadBack,
} from "../../domain/commands/effect.ts";
import { findCommandKind } from "../../domain/commands/kinds/index.ts";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { SYSTEM } from "./command-rows.ts";
import type { CommandLedger } from "./ledger.ts";
import type { CommandClock, CommandedPlant, CommandFacts } from "./sender-ports.ts";

export type ReadBackParts = {
  readonly ledger: Pick<CommandLedger, "resolve" | "eventsOf">;
  readonly facts: Pick<CommandFacts, "siteOf">;
  readonly plant: CommandedPlant;
  readonly clock: CommandClock;
};

/** Watches what sent commands do to the plant, and says how they have come out. */
export interface ReadBack {
  /**
   * @param commands sent and not resolved, of this process' sites; what is not among them is forgotten
   * @returns those that were resolved by it
   */
  look(commands: readonly Command[]): Promise<Command[]>;
  /** True when each of these has a reading from after it was sent. */
  hasRead(commands: readonly Command[]): boolean;
  stop(): void;
}

type Followed = {
  readonly siteId: string;
  /** The snapshot that it was judged on; null = not kept. */
  readonly before: Snapshot | null;
  /** What is known of the site; null = not asked yet, or it is not known. */
  site: CommandSite | null;
  after: Snapshot[];
  watchedMs: number;
  /** It is being polled, because the effect is due and no reading of that time is there. */
  isAsked: boolean;
};

const WATCH_S = 60;
const WATCH_AGAIN_MS = 30_000;
/** One each 10 s for an hour; what settles a stage is near the beginning, or at the end. */
const MOST_READINGS = 360;

export function createReadBack({ ledger, facts, plant, clock }: ReadBackParts): ReadBack {
  const followed = new Map<string, Followed>();
  const unsubscribe = plant.onMoved((siteIds) => {
    const moved = new Set(siteIds);
    for (const one of followed.values()) if (moved.has(one.siteId)) take(one);
  });

  function take(one: Followed): void {
    const latest = plant.latest(one.siteId);
    if (latest === undefined || latest.slot === one.after.at(-1)?.slot) return;
    one.after = [...one.after.slice(1 - MOST_READINGS), latest];
  }

  async function follow({ id, siteId }: Command): Promise<Followed> {
    const known = followed.get(id);
    if (known !== undefined) return known;
    const sent = (await ledger.eventsOf(id)).find(({ state }) => state === "sent");
    const before = Snapshot.safeParse(sent?.evidence?.["before"]);
    const one: Followed = {
      siteId,
      before: before.success ? before.data : null,
      site: null,
      after: [],
      watchedMs: Number.NEGATIVE_INFINITY,
      isAsked: false,
    };
    followed.set(id, one);
    return one;
  }

  /** What is settled by a reading from after its deadline does not wait for the next round. */
  function pollWhenDue(one: Followed, dueMs: number): void {
    const newest = one.after.at(-1);
    const isRead = newest !== undefined && Date.parse(newest.collectedAt) > dueMs;
    if (one.isAsked || isRead || clock.wallMs() <= dueMs) return;
    one.isAsked = true;
    const end = () => {
      one.isAsked = false;
    };
    plant.pollNow(one.siteId).then(end, end);
  }

  async function lookAt(command: Command): Promise<Command | null> {
    const { id, siteId, kind: name, args, sentAt, state } = command;
    const one = await follow(command);
    if (clock.monotonicMs() - one.watchedMs > WATCH_AGAIN_MS) {
      one.watchedMs = clock.monotonicMs();
      plant.watch(siteId, WATCH_S);
    }
    take(one);
    const kind = findCommandKind(name);
    if (kind === undefined || sentAt === null || (state !== "accepted" && state !== "unknown")) return null;
    one.site ??= (await facts.siteOf(siteId))?.site ?? null;
    if (one.site === null) return null;
    const sentAtMs = Date.parse(sentAt);
    const view = judgeEffect({ kind, args, sentAtMs, before: one.before, site: one.site }, one.after, clock.wallMs());
    if (view.outcome === "not_yet") pollWhenDue(one, sentAtMs + dueAfterS(kind) * 1000);
    const next = stateAfterReadBack(state, view);
    return next === null ? null : conclude(id, next, view);
  }

  async function conclude(id: string, next: ReadBackOutcome, view: EffectView): Promise<Command | null> {
    const { effectAfterS } = view;
    const decided = await ledger.resolve(id, {
      ...next,
      by: SYSTEM,
      effectAfterS: next.state === "verified" ? effectAfterS : null,
      evidence: evidenceOf(view),
    });
    return decided.refused === null ? decided.command : null;
  }

  return {
    async look(commands) {
      const ids = new Set(commands.map(({ id }) => id));
      for (const id of [...followed.keys()]) if (!ids.has(id)) followed.delete(id);
      const resolved = await Promise.all(commands.map(lookAt));
      return resolved.filter((command) => command !== null);
    },
    hasRead: (commands) =>
      commands.every(({ id, sentAt }) => {
        const newest = followed.get(id)?.after.at(-1);
        return newest !== undefined && sentAt !== null && newest.collectedAt > sentAt;
      }),
    stop: unsubscribe,
  };
}

function evidenceOf({ outcome, stages, wasSoBefore }: EffectView) {
  return { outcome, stages, was_so_before: wasSoBefore };
}
