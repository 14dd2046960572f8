import type { SiteReading } from "../../domain/alarms/alarm-engine.ts";
import { createFirstLook, type FirstLook } from "../../domain/alarms/back-test/first-look.ts";
import { historyFacts } from "../../domain/alarms/back-test/history-facts.ts";
import type { Waking } from "../../domain/alarms/back-test/sleepers.ts";
import { tripFaultsOf } from "../../domain/alarms/back-test/tested-rules.ts";
import { factsOfWanted, type WantedUntil, wantedByAny } from "../../domain/alarms/back-test/wanted-sites.ts";
import { createZoneBook, type ZoneBook } from "../../domain/alarms/back-test/zone-book.ts";
import { slotBit, type ZoneGrid, zoneAt } from "../../domain/alarms/back-test/zone-grid.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../../domain/alarms/back-test.ts";
import { localClock } from "../../domain/alarms/local-clock.ts";
import { compileRuleSet, judgingOnly } from "../../domain/alarms/rule-set.ts";
import type { LocalClock } from "../../domain/alarms/site-view.ts";
import type {
  BackTestAnswers,
  BackTestTask,
  BackTestVariant,
  LookPlan,
  ToBackTest,
  WantedPiece,
} from "./back-test-messages.ts";
import { createSlotReader } from "./history-slots.ts";
import { createZoneReader, type StoredZone } from "./history-zones.ts";
import type { HistoryChunk } from "./read-history-slots.ts";
import type { ZoneChunk } from "./read-zones.ts";
import { createSisterSlots, type SisterSlots } from "./sister-slots.ts";

type Judge = Pick<BackTest, "take" | "wake">;
type Answer = BackTestAnswers[keyof BackTestAnswers];

/** One statement of the database for each of them, at least. */
const PIECE_MS = 3_600_000;
const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;
/** Where no rule asks for the time. */
const NO_TIME: LocalClock = { minuteOfDay: 0, weekday: 1 };

/** One look at history: what is read of it, zones first where there are any. */
type Look = {
  readonly plan: LookPlan;
  readonly books: readonly ZoneBook[];
  readonly slotsOf: ReturnType<typeof createSlotReader>;
  readonly sisters: SisterSlots | null;
  readonly zonesOf: ReturnType<typeof createZoneReader> | null;
  /** When somebody was polled, as far as that is known: ms since the epoch, in order. */
  readonly moments: number[];
  /** Made when the zones are known. */
  judges: readonly Judge[] | null;
  /** Up to where history was judged. */
  doneMs: number;
  /** The end of the piece that is being read. */
  pieceToMs: number;
  awake: ReadonlySet<string>;
};

/** Judges the parts of history in the order in which they come: what runs in the thread of a back-test. */
export function createHistoryJudge(task: BackTestTask): { answer(message: ToBackTest): Answer } {
  /** Times in which somebody was polled between the slots: a second look at few sites has to know of the others, too. */
  const oddTimes: { readonly fromMs: number; readonly toMs: number }[] = [];
  // What does not work together is said before anything is read.
  for (const { rules } of task.variants) compileRuleSet(rules);
  let looks: readonly FirstLook[] | null = null;
  let again: WantedUntil | null = null;
  let look: Look | null = null;
  let tests: readonly BackTest[] = [];

  function begin(plan: LookPlan): null {
    const { zones } = plan;
    const grid = zones?.grid;
    look = {
      plan,
      books: grid === undefined ? [] : task.variants.map((variant) => bookOf(variant, grid)),
      slotsOf: createSlotReader(plan.history),
      sisters: plan.sisters === null ? null : createSisterSlots(plan.sisters),
      zonesOf: zones === null ? null : createZoneReader(zones),
      moments: [],
      judges: null,
      doneMs: grid?.firstMs ?? 0,
      pieceToMs: 0,
      awake: new Set(),
    };
    return null;
  }

  function bookOf({ rules, tested }: BackTestVariant, grid: ZoneGrid): ZoneBook {
    const set = compileRuleSet(rules);
    const ids = new Set(tested);
    const trips = rules.filter(({ id }) => ids.has(id)).flatMap((rule) => [...tripFaultsOf(rule, rules)]);
    return createZoneBook({
      set: task.looksFirst && again === null ? judgingOnly(set, ids) : set,
      grid,
      factsAt: factsAt(again),
      trips: new Set(trips),
    });
  }

  function judgesOf(current: Look): readonly Judge[] {
    if (current.judges !== null) return current.judges;
    const made = task.variants.map((variant, index) => judgeOf(variant, index, current.books[index]));
    current.judges = made;
    return made;
  }
  function judgeOf(variant: BackTestVariant, index: number, zones: ZoneBook | undefined): Judge {
    const options = { ...optionsOf(variant), ...(zones === undefined ? {} : { zones }) };
    const first = looks?.[index];
    if (first !== undefined) {
      const second = first.secondLook(factsAt(), zones);
      tests = [...tests, second];
      return second;
    }
    if (task.looksFirst) return createFirstLook(options);
    const test = createBackTest(options);
    tests = [...tests, test];
    return test;
  }

  function takeZones(current: Look, chunk: ZoneChunk): BackTestAnswers["zones"] {
    const grid = current.plan.zones?.grid;
    if (grid === undefined || current.zonesOf === null) throw new Error("zones of a look without any");
    for (const { zone, readings, rounds } of current.zonesOf(chunk)) {
      const fromMs = grid.firstMs + zone * grid.zoneMs;
      const toMs = fromMs + grid.zoneMs;
      if (isOdd(grid, readings, rounds)) oddTimes.push({ fromMs, toMs });
      const wasOdd = oddTimes.some((time) => time.fromMs < toMs && time.toMs > fromMs);
      for (const book of current.books) book.take(zone, readings, wasOdd);
      // The second look hears from the first one when somebody was polled.
      if (again === null) current.moments.push(...momentsIn(grid, zone, readings, rounds));
    }
    return { doneMs: grid.firstMs + chunk.toZone * grid.zoneMs };
  }

  /** The next piece for which something has to be read; what comes before it was judged without. */
  function nextPiece(current: Look): WantedPiece | null {
    const grid = current.plan.zones?.grid;
    if (grid === undefined) return null;
    const zones = Math.max(1, Math.ceil(PIECE_MS / grid.zoneMs));
    const endMs = grid.firstMs + grid.count * grid.zoneMs;
    const judges = judgesOf(current);
    current.doneMs = Math.max(current.doneMs, current.pieceToMs);
    while (current.doneMs < endMs) {
      const fromMs = current.doneMs;
      const toMs = Math.min(endMs, fromMs + zones * grid.zoneMs);
      current.pieceToMs = toMs;
      const wakings = judges.map((judge) => judge.wake(fromMs, toMs));
      current.awake = new Set(wakings.flatMap(({ awake }) => [...awake]));
      const now = numbersOf(current, wakings);
      if (now.sites.length + now.sisters.length > 0) {
        const afterMs = Math.min(endMs, 2 * toMs - fromMs);
        const soon = numbersOf(
          current,
          wakings.map((waking) => waking.soon),
        );
        return { fromMs, toMs, ...now, soon: { fromMs: toMs, toMs: afterMs, ...soon } };
      }
      judgeUntil(current, { toMs, columns: {}, rounds: null });
    }
    return null;
  }

  function judgeUntil(current: Look, chunk: HistoryChunk): BackTestAnswers["chunk"] {
    const judges = judgesOf(current);
    const isSparse = current.books.length > 0;
    const moments = isSparse ? between(current.moments, current.doneMs, chunk.toMs) : undefined;
    let snapshots = 0;
    let rows = 0;
    const asleepAt = isSparse ? answersOfSleepers(current) : () => 0;
    // What was read ahead may be of more sites.
    const awakeIn = (readings: readonly SiteReading[]) =>
      isSparse ? readings.reduce((count, { siteId }) => count + Number(current.awake.has(siteId)), 0) : readings.length;
    for (const { slotMs, readings } of current.slotsOf(chunk, moments)) {
      const answered = awakeIn(readings) + asleepAt(slotMs);
      const sisters = current.sisters?.at(slotMs) ?? [];
      snapshots += answered;
      rows += readings.length + sisters.length;
      const all = sisters.length === 0 ? readings : [...readings, ...sisters];
      for (const judge of judges) judge.take(slotMs, all, answered);
    }
    current.doneMs = chunk.toMs;
    return { doneMs: chunk.toMs, snapshots, rows };
  }

  function lookAgain(): WantedUntil {
    looks = look === null ? [] : (judgesOf(look) as readonly FirstLook[]);
    again = wantedByAny(looks.map((one) => one.wanted()));
    return again;
  }

  function results(): BackTestAnswers["end"] {
    // Nobody was looked at again, and the rounds were all the same.
    if (tests.length === 0 && look !== null)
      tests = task.variants.map((variant, index) => judgeOf(variant, index, undefined) as BackTest);
    return tests.map((test) => test.result());
  }

  function optionsOf({ rules, tested }: BackTestVariant): BackTestOptions {
    const { flags, fromMs, toMs, budgetPerSiteDay, timeZone } = task;
    return {
      rules,
      tested: new Set(tested),
      factsAt: factsAt(),
      clockAt: rules.some(({ onlyWhen }) => onlyWhen !== undefined) ? clockOf(timeZone) : () => NO_TIME,
      flags,
      fromMs,
      toMs,
      budgetPerSiteDay,
    };
  }

  function factsAt(wanted: WantedUntil | null = null): BackTestOptions["factsAt"] {
    const { facts, flags, lab } = task;
    const all = historyFacts(new Map(facts.map((own) => [own.siteId, own])), flags, lab);
    return wanted === null ? all : factsOfWanted(all, wanted);
  }

  return {
    answer(message) {
      if (message.kind === "look") return begin(message.plan);
      if (look === null) throw new Error(`"${message.kind}" came before anything was to be looked at`);
      switch (message.kind) {
        case "zones":
          return takeZones(look, message.chunk);
        case "piece":
          return nextPiece(look);
        case "sisters":
          look.sisters?.take(message.chunk);
          return null;
        case "chunk":
          return judgeUntil(look, message.chunk);
        case "looked":
          return lookAgain();
        case "end":
          return results();
      }
    },
  };
}

/** The numbers of those who are wanted by any of several judges. */
function numbersOf({ plan }: Look, wanted: readonly Pick<Waking, "awake" | "compared">[]) {
  const awake = new Set(wanted.flatMap((one) => [...one.awake]));
  const compared = new Set(wanted.flatMap((one) => [...one.compared]));
  const all = plan.history.sites;
  return {
    sites: all.filter(({ id }) => awake.has(id)).map(({ number }) => number),
    sisters: all.filter(({ id }) => compared.has(id) && !awake.has(id)).map(({ number }) => number),
  };
}

/** How many sites answered in a slot, of those that are not read. To be asked about one zone after the other. */
function answersOfSleepers({ plan, books: [book], awake }: Look): (slotMs: number) => number {
  const asleep = plan.history.sites.filter(({ id }) => !awake.has(id));
  let known = -1;
  let answers: readonly number[] = [];
  return (slotMs) => {
    if (book === undefined) return 0;
    const bit = slotBit(book.grid, slotMs);
    const zone = zoneAt(book.grid, slotMs);
    if (zone !== known) answers = asleep.map(({ id }) => book.answersIn(id, zone));
    known = zone;
    let count = 0;
    for (const own of answers) if ((own & bit) !== 0) count++;
    return count;
  };
}

/** When there were rounds in a zone, or somebody answered in a slot; who answered at other times is read anyway. */
function momentsIn(
  grid: ZoneGrid,
  zone: number,
  readings: StoredZone["readings"],
  rounds: readonly number[],
): readonly number[] {
  const mask = [...readings.values()].reduce((all, own) => (own.isOdd ? all : all | own.mask), 0);
  const fromMs = grid.firstMs + zone * grid.zoneMs;
  const slots = Array.from({ length: grid.slots }, (_, slot) => slot).filter((slot) => ((mask >>> slot) & 1) === 1);
  const moments = new Set([...rounds, ...slots.map((slot) => fromMs + slot * grid.intervalMs)]);
  return [...moments].sort((x, y) => x - y);
}

/** Whether somebody was polled between the slots. */
function isOdd(grid: ZoneGrid, readings: StoredZone["readings"], rounds: readonly number[]): boolean {
  const isBetween = rounds.some((ms) => (ms - grid.firstMs) % grid.intervalMs !== 0);
  return isBetween || [...readings.values()].some((reading) => reading.isOdd);
}

/** Those of some times in order that lie between two. */
function between(moments: readonly number[], fromMs: number, toMs: number): readonly number[] {
  const first = firstAtLeast(moments, fromMs);
  return moments.slice(first, firstAtLeast(moments, toMs));
}

function firstAtLeast(moments: readonly number[], ms: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Clocks are set forward and back at full quarters of an hour, and asking for the time of a zone takes long. */
function clockOf(timeZone: string): (slotMs: number) => LocalClock {
  let known: { readonly quarterMs: number; readonly clock: LocalClock } | null = null;
  return (slotMs) => {
    const quarterMs = Math.floor(slotMs / QUARTER_MS) * QUARTER_MS;
    if (known?.quarterMs !== quarterMs) known = { quarterMs, clock: localClock(quarterMs, timeZone) };
    const { minuteOfDay, weekday } = known.clock;
    return { minuteOfDay: minuteOfDay + Math.floor((slotMs - quarterMs) / MINUTE_MS), weekday };
  };
}
