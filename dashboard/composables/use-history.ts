import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import type { LiveRow } from "../../domain/live/live-table.ts";
import { appendReading, type Series, seriesOf, WINDOW_MS } from "../live/series.ts";
import { getJson } from "./api-request.ts";

const RETRY_MS = 5000;
/** The most that one request may ask for. */
const POINTS_PER_REQUEST = 20;

/**
 * The last hour of one site's numbers: asked for once, then continued by the live rows. After an outage it is asked for
 * again, so that the gap is filled with what the platform has stored meanwhile.
 *
 * @param points numeric points to ask for; empty = nothing yet
 */
export function useHistory(
  siteId: Readonly<Ref<string>>,
  points: Readonly<Ref<readonly string[]>>,
  row: Readonly<Ref<LiveRow | null>>,
  serverNowMs: () => number,
  epoch: Readonly<Ref<number>>,
): { series: Readonly<ShallowRef<ReadonlyMap<string, Series>>>; hasFailed: Readonly<Ref<boolean>> } {
  const series = shallowRef<ReadonlyMap<string, Series>>(new Map());
  const hasFailed = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request = 0;

  async function load(): Promise<void> {
    clearTimeout(timer);
    request += 1;
    const mine = request;
    if (points.value.length === 0) return;
    try {
      const loaded = await loadAll(siteId.value, points.value, serverNowMs());
      if (mine !== request) return;
      series.value = continueWith(loaded);
      hasFailed.value = false;
    } catch {
      if (mine !== request) return;
      hasFailed.value = true;
      timer = setTimeout(load, RETRY_MS);
    }
  }

  /** The newest live reading may be newer than what the database has shown. */
  function continueWith(loaded: ReadonlyMap<string, Series>): ReadonlyMap<string, Series> {
    const current = row.value;
    return current ? appendReading(loaded, current, points.value, serverNowMs()) : loaded;
  }

  watch([siteId, () => points.value.join(","), epoch], ([id], [before]) => {
    if (id !== before) series.value = new Map();
    void load();
  });
  watch(row, () => {
    if (series.value.size > 0) series.value = continueWith(series.value);
  });
  void load();
  onScopeDispose(() => {
    request += 1;
    clearTimeout(timer);
  });
  return { series, hasFailed };
}

/** In several requests, one after another: a page must not take the database for itself. */
async function loadAll(siteId: string, points: readonly string[], nowMs: number): Promise<ReadonlyMap<string, Series>> {
  const all = new Map<string, Series>();
  for (let first = 0; first < points.length; first += POINTS_PER_REQUEST) {
    const query = {
      points: points.slice(first, first + POINTS_PER_REQUEST).join(","),
      from: new Date(nowMs - WINDOW_MS).toISOString(),
      to: new Date(nowMs).toISOString(),
      step: "raw",
    } as const;
    const history = await getJson("/api/v1/sites/{id}/history", { path: { id: siteId }, query });
    for (const [point, series] of history ? seriesOf(history) : []) all.set(point, series);
  }
  return all;
}
