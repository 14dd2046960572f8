import type { BackTestResult } from "../../domain/alarms/back-test/back-test-result.ts";
import { canLookFirst, judgedFirst } from "../../domain/alarms/back-test/first-look.ts";
import {
  pointsComparedBy,
  pointsJudgedBy,
  pointsReadBy,
  pointsWatchedBy,
  triableOf,
  tripFaultsOf,
  warmUpMsOf,
} from "../../domain/alarms/back-test/tested-rules.ts";
import type { WantedUntil } from "../../domain/alarms/back-test/wanted-sites.ts";
import { zoneGrid, zoneWishes } from "../../domain/alarms/back-test/zone-grid.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import type { BackTestTask, BackTestVariant, Piece } from "./back-test-messages.ts";
import { startBackTestThread } from "./back-test-thread.ts";
import { readFlagPeriods, readLabSamples } from "./read-history-facts.ts";
import { type HistoryChunk, type HistoryDatabase, type OpenHistory, openHistory } from "./read-history-slots.ts";
import { type OpenZones, openZones } from "./read-zones.ts";

export type BackTestRun = Omit<BackTestTask, "flags" | "lab" | "looksFirst"> & {
  readonly database: HistoryDatabase;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BackTestProgress) => void;
  /** So many values about are read by one statement; few where others wait for the same database and event loop. */
  readonly valuesPerStatement?: number;
  /** `everything`: also what cannot matter, which changes no result and takes far longer. */
  readonly reads?: "what-matters" | "everything";
};

/** `share`: of the whole, 0 to 1. `rows`: how many rows were read one by one until now. */
export type BackTestProgress = { readonly share: number; readonly snapshots: number; readonly rows: number };

/** Of the whole, a first look: the second one is about some of the sites. And of a look, its zones. */
const FIRST_SHARE = 0.8;
const ZONES_SHARE = 0.6;

/** One look at history: what is read and judged in it. */
type Look = {
  readonly siteIds: readonly string[];
  /** Absent: all of them to the end. */
  readonly wanted?: WantedUntil;
  readonly points: readonly PointName[];
  readonly judged: readonly Rule[];
  readonly begin: number;
  readonly share: number;
};

/** A part of the whole, as progress; `isFirst`: in the first look, where snapshots are counted. */
type Part = { readonly begin: number; readonly share: number; readonly isFirst: boolean };

/**
 * Runs rules over stored history: reads here, judges in a thread. First come the extremes of each quarter of an hour and
 * site, then the rows of those that may matter. What the rules have to know at the begin of the stretch they hear from the
 * time before it.
 *
 * @returns a result for each variant; rules of whose points no history is kept are left out of it
 * @throws {AppError} `rule.invalid`, `rule.expression-invalid`, `storage.unavailable`; the signal's reason when it is aborted
 */
export async function runBackTest(run: BackTestRun): Promise<readonly BackTestResult[]> {
  const { database, signal, onProgress, valuesPerStatement, reads = "what-matters", ...rest } = run;
  const given = { ...rest, variants: rest.variants.map(triableOf) };
  const { variants, facts, fromMs, toMs } = given;
  const rules = variants.flatMap((variant) => variant.rules);
  const earliestMs = fromMs - warmUpMsOf(rules);
  const looksFirst = variants.every(looksFirstAt);
  const intervalS = facts.reduce((least, own) => Math.min(least, own.intervalS), 3600);
  const size = valuesPerStatement === undefined ? {} : { valuesPerStatement };
  const stretch = { fromMs: earliestMs, toMs, intervalS, ...size };
  const siteIds = facts.map(({ siteId }) => siteId);
  const [flags, lab] = await Promise.all([
    readFlagPeriods(database, siteIds, earliestMs, toMs),
    readLabSamples(database, siteIds, toMs),
  ]);
  signal.throwIfAborted();
  const thread = startBackTestThread({ ...given, looksFirst, flags, lab });
  const abort = () => void thread.end(signal.reason);
  signal.addEventListener("abort", abort);
  const progress = { snapshots: 0, rows: 0 };

  function tell(begin: number, share: number, doneMs: number): void {
    const done = Math.min(1, Math.max(0, (doneMs - earliestMs) / (toMs - earliestMs)));
    onProgress?.({ share: begin + share * done, ...progress });
  }
  /** Of all there is, what is asked of zones; null: everything is read. */
  function zonesOf({ judged, wanted }: Look, { plan, selected }: OpenHistory): OpenZones | null {
    const wishes = wishesOf(judged, variants);
    const grid = zoneGrid(earliestMs, toMs, intervalS, wishes.whole.length > 0);
    if (reads === "everything" || grid === null) return null;
    const watched = pointsWatchedBy(judged);
    const ofWatched = selected.filter(({ point }) => watched.has(point));
    return openZones(database, { plan, selected: ofWatched }, grid, wishes, stretch, wanted);
  }
  async function look(one: Look): Promise<void> {
    const { siteIds: ids, points, judged, begin, share } = one;
    const history = await openHistory(database, { ...stretch, siteIds: ids, points });
    const zones = zonesOf(one, history);
    const compared = zones === null ? [] : pointsComparedBy(judged);
    const sisters =
      compared.length === 0 ? null : await openHistory(database, { ...stretch, siteIds: ids, points: compared });
    const plan = { history: history.plan, sisters: sisters?.plan ?? null, zones: zones?.plan ?? null };
    // The first statements are computed while the thread starts.
    await thread.send<"look">({ kind: "look", plan }, () => undefined);
    const isFirst = begin === 0;
    if (zones === null) return read(history.chunks(), { begin, share, isFirst });
    for await (const chunk of zones.chunks()) {
      signal.throwIfAborted();
      await thread.send<"zones">({ kind: "zones", chunk }, ({ doneMs }) => tell(begin, share * ZONES_SHARE, doneMs));
    }
    await readPieces(history, sisters, {
      begin: begin + share * ZONES_SHARE,
      share: share * (1 - ZONES_SHARE),
      isFirst,
    });
  }
  async function readPieces(history: OpenHistory, sisters: OpenHistory | null, { begin, share, isFirst }: Part) {
    let ahead: BegunPiece | null = null;
    for (let piece = await nextPiece(); piece !== null; piece = await nextPiece()) {
      const begun: BegunPiece =
        ahead !== null && isIn(piece, ahead.piece) ? ahead : beginPiece(piece, history, sisters);
      for await (const chunk of begun.sisters) {
        signal.throwIfAborted();
        await thread.send<"sisters">({ kind: "sisters", chunk }, () => undefined);
      }
      await read(begun.rows, { begin, share, isFirst });
      // The server is at work while this one is judged.
      ahead = beginPiece(piece.soon, history, sisters);
    }
    tell(begin, share, toMs);
  }
  function nextPiece() {
    signal.throwIfAborted();
    return thread.ask({ kind: "piece" });
  }
  async function read(chunks: AsyncIterable<HistoryChunk>, { begin, share, isFirst }: Part) {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      await thread.send<"chunk">({ kind: "chunk", chunk }, ({ doneMs, snapshots, rows }) => {
        if (isFirst) progress.snapshots += snapshots;
        progress.rows += rows;
        tell(begin, share, doneMs);
      });
    }
  }

  try {
    const first = looksFirst ? variants.flatMap(judgedFirstIn) : rules;
    const points = looksFirst ? pointsJudgedBy(first) : pointsReadBy(rules);
    await look({ siteIds, points, judged: first, begin: 0, share: looksFirst ? FIRST_SHARE : 1 });
    if (looksFirst) {
      const again = await thread.ask({ kind: "looked" });
      const second = { points: pointsReadBy(rules), judged: rules, begin: FIRST_SHARE, share: 1 - FIRST_SHARE };
      if (again.size > 0) await look({ ...second, siteIds: [...again.keys()], wanted: again });
      else tell(FIRST_SHARE, 1 - FIRST_SHARE, toMs);
    }
    return await thread.ask({ kind: "end" });
  } finally {
    signal.removeEventListener("abort", abort);
    await thread.end(new Error("the back-test is over"));
  }
}

/** A piece of which the first statements are under way. */
type BegunPiece = {
  readonly piece: Piece;
  readonly sisters: AsyncIterable<HistoryChunk>;
  readonly rows: AsyncIterable<HistoryChunk>;
};

function beginPiece(piece: Piece, history: OpenHistory, ofSisters: OpenHistory | null): BegunPiece {
  const { fromMs, toMs, sites, sisters } = piece;
  const none = ofSisters === null || sisters.length === 0;
  return {
    piece,
    sisters: begun(none ? noChunks() : ofSisters.piece(fromMs, toMs, sisters)),
    rows: begun(history.piece(fromMs, toMs, sites)),
  };
}

/** Starts at once: the first item is on its way when somebody asks for it, who hears of its failure then. */
function begun<T>(source: AsyncGenerator<T>): AsyncIterable<T> {
  const first = source.next();
  first.catch(() => undefined);
  return (async function* () {
    for (let item = await first; item.done !== true; item = await source.next()) yield item.value;
  })();
}

async function* noChunks(): AsyncGenerator<HistoryChunk> {
  // Nobody is compared.
}

function isIn(piece: Piece, read: Piece): boolean {
  if (piece.fromMs !== read.fromMs || piece.toMs !== read.toMs) return false;
  const [sites, sisters] = [new Set(read.sites), new Set([...read.sisters, ...read.sites])];
  return piece.sites.every((site) => sites.has(site)) && piece.sisters.every((site) => sisters.has(site));
}

/** Rules that do not work together are refused by the thread, with their reason. */
function looksFirstAt({ rules, tested }: BackTestVariant): boolean {
  try {
    return canLookFirst({ rules, tested: new Set(tested) });
  } catch {
    return false;
  }
}

function judgedFirstIn({ rules, tested }: BackTestVariant): readonly Rule[] {
  return judgedFirst({ rules, tested: new Set(tested) });
}

/** What these rules ask of zones; and the faults with which controllers say what those under test warn of. */
function wishesOf(judged: readonly Rule[], variants: readonly BackTestVariant[]) {
  const trips = variants.flatMap(({ rules, tested }) =>
    rules.filter(({ id }) => tested.includes(id)).flatMap((rule) => [...tripFaultsOf(rule, rules)]),
  );
  const conditions = judged.flatMap(({ condition, clear, escalations }) => [condition, clear, escalations]);
  return zoneWishes(conditions, trips);
}
