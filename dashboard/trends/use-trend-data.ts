import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import type { LiveRow } from "../../domain/live/live-table.ts";
import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import type { History } from "../../domain/telemetry/history.ts";
import { earlier, SHIFT_MS, withCompared, withSisters } from "./compare.ts";
import { fetchHistory, fetchSisters, RefusedError } from "./history-api.ts";
import { addReading, numberOf, startLive } from "./live-edge.ts";
import { SETPOINT_OF } from "./presets.ts";
import { samplesOf } from "./samples.ts";
import { lengthOf, type Span, spanOf } from "./time-range.ts";
import { seriesKey, type TrendSeries } from "./trend-series.ts";
import type { TrendView } from "./view-url.ts";

/** Why there are no lines. `unknown`: there is no such site; `refused`: the server's own sentence; `away`: tried again. */
export type TrendTrouble =
  | { readonly kind: "unknown"; readonly siteId: string }
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "away" };

export type TrendData = {
  /** What was loaded last; stays while the next is on its way. */
  readonly series: Readonly<ShallowRef<readonly TrendSeries[]>>;
  readonly step: Readonly<Ref<History["step"] | null>>;
  readonly stepS: Readonly<Ref<number>>;
  readonly isLoading: Readonly<Ref<boolean>>;
  readonly trouble: Readonly<ShallowRef<TrendTrouble | null>>;
};

export type TrendDataSources = {
  readonly view: Readonly<Ref<TrendView>>;
  readonly rows: Readonly<ShallowRef<ReadonlyMap<string, LiveRow>>>;
  readonly serverNowMs: () => number;
  /** Grows when the server is back after an outage: what was stored meanwhile is fetched. */
  readonly outages: Readonly<Ref<number>>;
};

const RETRY_MS = 4000;
/** A little before the range, so that lines come in from the edge. */
const LEAD_SHARE = 0.004;
/** A longer tail is read from roll-ups: a site that is polled every few seconds has a great many raw rows. */
const MOST_RAW_MS = 6 * 3_600_000;

/** History of a view, and its live edge while the range ends at now. Call in `setup`. */
export function useTrendData({ view, rows, serverNowMs, outages }: TrendDataSources): TrendData {
  const series = shallowRef<readonly TrendSeries[]>([]);
  const step = ref<History["step"] | null>(null);
  const stepS = ref(60);
  const isLoading = ref(false);
  const trouble = shallowRef<TrendTrouble | null>(null);
  let flight: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    flight?.abort();
    const mine = new AbortController();
    flight = mine;
    const wanted = view.value;
    if (wanted.sites.length === 0 || wanted.points.length === 0) {
      series.value = [];
      isLoading.value = false;
      return;
    }
    isLoading.value = true;
    try {
      await loadView(wanted, mine.signal);
      if (!mine.signal.aborted) trouble.value = null;
    } catch (error) {
      if (mine.signal.aborted) return;
      trouble.value = troubleOf(error);
      if (trouble.value.kind === "away") timer = setTimeout(load, RETRY_MS);
    }
    if (!mine.signal.aborted) isLoading.value = false;
  }

  async function loadView(wanted: TrendView, signal: AbortSignal): Promise<void> {
    const span = spanOf(wanted.range, serverNowMs());
    const asked = { fromMs: span.fromMs - lengthOf(span) * LEAD_SHARE, toMs: span.toMs };
    const points = withSetpoints(wanted.points);
    const histories = await Promise.all(
      wanted.sites.map(async (siteId) => {
        const history = await fetchHistory(siteId, points, asked, wanted.step, signal);
        if (!history) throw new UnknownSiteError(siteId);
        return { siteId, history };
      }),
    );
    signal.throwIfAborted();
    const first = histories[0]?.history;
    const made = histories.flatMap(({ siteId, history }) => linesOf(wanted, siteId, history));
    series.value = keepBeside(made, series.value, wanted);
    step.value = first?.step ?? null;
    stepS.value = first?.stepS ?? 60;
    await Promise.all([
      ...histories.map(({ siteId, history }) => loadTail(wanted, siteId, history, span, signal)),
      ...histories.map(({ siteId, history }) => loadCompared(wanted, siteId, asked, history.step, signal)),
      ...histories.slice(0, 1).map(({ siteId, history }) => loadSisters(wanted, siteId, asked, history.step, signal)),
    ]);
    signal.throwIfAborted();
    addLive();
  }

  function linesOf(wanted: TrendView, siteId: string, history: History): TrendSeries[] {
    const stepMs = history.stepS * 1000;
    const nowMs = serverNowMs();
    const place = wanted.sites.indexOf(siteId) * wanted.points.length;
    return wanted.points.map((point, index) => {
      const setpoint = SETPOINT_OF[point];
      const hasOwnSetpoint = setpoint !== undefined && !wanted.points.includes(setpoint);
      return {
        key: seriesKey(siteId, point),
        siteId,
        point,
        colour: place + index,
        samples: startLive(samplesOf(history, point, stepMs), nowMs),
        compared: null,
        sisters: null,
        setpoint: hasOwnSetpoint ? startLive(samplesOf(history, setpoint, stepMs), nowMs) : null,
      };
    });
  }

  /** The server's last bucket has ended; what came after it is still raw. */
  async function loadTail(wanted: TrendView, siteId: string, history: History, span: Span, signal: AbortSignal) {
    if (wanted.range.kind !== "last" || history.step === "raw") return;
    const stepMs = history.stepS * 1000;
    const ended = history.times.map((time) => Date.parse(time) + stepMs).filter((endMs) => endMs <= span.toMs);
    const fromMs = Math.max(ended.at(-1) ?? span.fromMs, span.toMs - 2 * Math.max(stepMs, MOST_RAW_MS));
    if (span.toMs - fromMs < 1000) return;
    const finest = span.toMs - fromMs > MOST_RAW_MS ? "5m" : "raw";
    const points = withSetpoints(wanted.points);
    const tail = await fetchHistory(siteId, points, { fromMs, toMs: span.toMs }, finest, signal);
    if (!tail) return;
    tail.times.forEach((time, row) => {
      const atMs = Date.parse(time);
      append(siteId, atMs, (point) => tail.series[point]?.avg[row] ?? null);
    });
  }

  async function loadCompared(wanted: TrendView, siteId: string, span: Span, at: History["step"], signal: AbortSignal) {
    const byMs = SHIFT_MS[wanted.compare];
    if (byMs === 0) return;
    const history = await fetchHistory(siteId, wanted.points, earlier(span, byMs), at, signal);
    series.value = withCompared(series.value, siteId, history, byMs);
  }

  async function loadSisters(wanted: TrendView, siteId: string, span: Span, at: History["step"], signal: AbortSignal) {
    const numbers = wanted.points.filter((point) => POINTS[point].type === "num");
    if (!wanted.hasSisters || numbers.length === 0) return;
    // First the answer, then the lines: others have changed them while it was on its way.
    const sisters = await fetchSisters(siteId, numbers, span, at, signal);
    series.value = withSisters(series.value, siteId, sisters);
  }

  function addLive(): void {
    if (view.value.range.kind !== "last") return;
    for (const siteId of view.value.sites) {
      const row = rows.value.get(siteId);
      const atMs = row?.slotMs ?? row?.collectedAtMs ?? null;
      if (row && atMs !== null) append(siteId, atMs, (point) => numberOf(row.values[point]));
    }
  }

  function append(siteId: string, atMs: number, readingOf: (point: PointName) => number | null): void {
    let hasChanged = false;
    const next = series.value.map((line) => {
      if (line.siteId !== siteId) return line;
      const samples = addReading(line.samples, { atMs, value: readingOf(line.point) });
      if (samples === line.samples) return line;
      hasChanged = true;
      const wanted = SETPOINT_OF[line.point];
      const setpoint = line.setpoint && wanted ? addReading(line.setpoint, { atMs, value: readingOf(wanted) }) : null;
      return { ...line, samples, setpoint };
    });
    if (hasChanged) series.value = next;
  }

  const whatToLoad = (): string => {
    const { sites, points, range, step: asked, compare, hasSisters } = view.value;
    return JSON.stringify([sites, points, range, asked, compare, hasSisters]);
  };
  watch([whatToLoad, outages], () => void load(), { immediate: true });
  watch(rows, addLive);
  onScopeDispose(() => {
    flight?.abort();
    clearTimeout(timer);
  });
  return { series, step, stepS, isLoading, trouble };
}

class UnknownSiteError extends Error {
  override readonly name = "UnknownSiteError";
  readonly siteId: string;
  constructor(siteId: string) {
    super(`there is no site ${siteId}`);
    this.siteId = siteId;
  }
}

function troubleOf(error: unknown): TrendTrouble {
  if (error instanceof UnknownSiteError) return { kind: "unknown", siteId: error.siteId };
  return error instanceof RefusedError ? { kind: "refused", text: error.message } : { kind: "away" };
}

function withSetpoints(points: readonly PointName[]): readonly PointName[] {
  return [...new Set([...points, ...points.flatMap((point) => SETPOINT_OF[point] ?? [])])];
}

/** What stands beside the lines stays until its own answer is here: otherwise it would blink at every step of a zoom. */
function keepBeside(
  made: readonly TrendSeries[],
  before: readonly TrendSeries[],
  { compare, hasSisters }: TrendView,
): readonly TrendSeries[] {
  return made.map((line) => {
    const old = before.find(({ key }) => key === line.key);
    if (!old) return line;
    return { ...line, compared: compare === "none" ? null : old.compared, sisters: hasSisters ? old.sisters : null };
  });
}
