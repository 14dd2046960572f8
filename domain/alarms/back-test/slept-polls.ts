import { isPollDue } from "../due-poll.ts";
import type { SiteState } from "../fleet-state.ts";
import type { SiteFacts } from "../site-facts.ts";
import type { ZoneBook } from "./zone-book.ts";
import { slotBit, zoneAt } from "./zone-grid.ts";

/** What polls have done to a site since it fell asleep. Times: ms since the epoch. */
export type Polls = {
  lastPollMs: number;
  lastGoodMs: number | null;
  misses: number;
  goodPolls: number;
  readonly before: SiteState;
};

/** A round that took place while sites slept. */
export type SleptRound = { readonly slotMs: number; readonly facts: ReadonlyMap<string, SiteFacts> };

export function pollsOf(site: SiteState): Polls {
  const { lastPollMs, lastGoodMs, misses, goodPolls } = site;
  return { lastPollMs, lastGoodMs, misses, goodPolls, before: site };
}

export function awoken({ before, lastPollMs, lastGoodMs, misses, goodPolls }: Polls): SiteState {
  return { ...before, lastPollMs, lastGoodMs, misses, goodPolls };
}

/**
 * Tells those who are asleep of the rounds that they slept through, in order; most of them answered all of a zone at once.
 */
export function pollSleepers(book: ZoneBook, asleep: ReadonlyMap<string, Polls>, slept: readonly SleptRound[]): void {
  for (const [zone, rounds] of Map.groupBy(slept, ({ slotMs }) => zoneAt(book.grid, slotMs))) {
    const bits = rounds.map(({ slotMs }) => slotBit(book.grid, slotMs));
    const all = bits.reduce((some, bit) => some | bit, 0);
    const isPlain = !bits.includes(0);
    const lastMs = rounds.at(-1)?.slotMs ?? 0;
    for (const [siteId, polls] of asleep) {
      const answers = book.answersIn(siteId, zone);
      if (isPlain && (answers & all) === all) answer(polls, lastMs, rounds.length);
      else pollEach(polls, siteId, rounds, (at) => (answers & (bits[at] ?? 0)) !== 0);
    }
  }
}

function pollEach(
  polls: Polls,
  siteId: string,
  rounds: readonly SleptRound[],
  hasAnswered: (at: number) => boolean,
): void {
  for (const [at, { slotMs, facts }] of rounds.entries()) {
    if (hasAnswered(at)) {
      answer(polls, slotMs, 1);
    } else if (isPollDue(polls.lastPollMs, facts.get(siteId)?.intervalS ?? 0, slotMs)) {
      polls.lastPollMs = slotMs;
      polls.misses++;
      polls.goodPolls = 0;
    }
  }
}

function answer(polls: Polls, atMs: number, count: number): void {
  polls.lastGoodMs = atMs;
  polls.lastPollMs = atMs;
  polls.misses = 0;
  polls.goodPolls += count;
}
