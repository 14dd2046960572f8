import { POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import type { FleetHistory, History, SisterHistory } from "../../../domain/telemetry/history.ts";
import {
  BUCKET_S,
  bucketGrid,
  chooseLevel,
  type Level,
  type RolledLevel,
  spreadOverGaps,
  stepSeconds,
} from "../../../domain/telemetry/history-level.ts";
import type { FakeFleet } from "./fake-fleet.ts";

/** Made-up history: day curves, a nightly gap at some sites, one site that leaves its sisters, one that went silent. */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RETENTION = { rawDays: 90, fiveMinuteDays: 90, hourDays: 400, dayDays: null };
/** Sites 1, 11, 21 … have no readings in this stretch of a UTC day. Today has none: the last hours look alike at any hour. */
const GAP = { fromMs: 3 * HOUR_MS, toMs: 3 * HOUR_MS + 50 * 60_000 };

type Range = { readonly fromMs: number; readonly toMs: number };

export function fakeHistory(fleet: FakeFleet, siteId: string, url: URL): History {
  const range = rangeOf(url);
  const level = levelOf(fleet, url, range);
  const stepS = stepSeconds(level, fleet.intervalS);
  const points = (url.searchParams.get("points") ?? "").split(",") as PointName[];
  const now = Date.now();
  const known = timesOf(range, stepS, now).filter((ms) => isKnown(fleet, siteId, ms, stepS * 1000, now));
  const { timesMs, rows } = spreadOverGaps(known, stepS);
  const series = points.map((point) => {
    const own = rows.map((row) => (row < 0 ? null : valueAt(fleet, siteId, point, known[row] ?? 0, level, now)));
    const column = (name: "avg" | "min" | "max") => own.map((value) => value?.[name] ?? null);
    return [point, { avg: column("avg"), min: column("min"), max: column("max") }] as const;
  });
  return {
    siteId,
    step: level,
    stepS,
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
    times: timesMs.map(isoOf),
    series: Object.fromEntries(series),
  };
}

export function fakeFleetHistory(fleet: FakeFleet, url: URL): FleetHistory {
  const range = rangeOf(url);
  const level = rolledOf(fleet, url, range);
  const point = (url.searchParams.get("point") ?? "supply_temp_c") as PointName;
  const now = Date.now();
  const grid = bucketGrid(range.fromMs, Math.min(range.toMs, now), level);
  const sites = fleet.ids.map((id) => {
    const own = grid.map((ms) =>
      isKnown(fleet, id, ms, BUCKET_S[level] * 1000, now) ? valueAt(fleet, id, point, ms, level, now) : null,
    );
    return [id, { avg: own.map((value) => value?.avg ?? null) }] as const;
  });
  return { point, ...headOf(level, range, grid), sites: Object.fromEntries(sites) };
}

export function fakeSisters(fleet: FakeFleet, siteId: string, url: URL): SisterHistory {
  const range = rangeOf(url);
  const level = rolledOf(fleet, url, range);
  const grid = bucketGrid(range.fromMs, range.toMs, level);
  const now = Date.now();
  const points = (url.searchParams.get("points") ?? "").split(",") as PointName[];
  const sister = fleet.ids.find((id) => id !== siteId && id.endsWith("5")) ?? siteId;
  const series = points.map((point) => {
    const median = grid.map((ms) => valueAt(fleet, sister, point, ms, level, now)?.avg ?? null);
    const spread = (share: number) => median.map((value) => (value === null ? null : value * share));
    return [point, { median, p25: spread(0.992), p75: spread(1.008) }] as const;
  });
  return { siteId, basis: "zone", sisters: 9, ...headOf(level, range, grid), series: Object.fromEntries(series) };
}

export function fakeOutliers(fleet: FakeFleet, url: URL) {
  const all = (
    [
      ["site-023", "supply_temp_c", 46.2, 34.9, 31.4, "zone"],
      ["site-041", "supply_temp_c", 37.8, 34.8, 8.2, "zone"],
      ["site-041", "return_temp_c", 46.1, 43, 7.9, "zone"],
      ["site-023", "supply_flow_m3h", 0, 94.6, -48.7, "region"],
      ["site-006", "total_power_kw", 902, 915, -4.1, "profile"],
    ] as const
  ).filter(([id]) => fleet.ids.includes(id));
  const point = url.searchParams.get("point");
  const least = Number(url.searchParams.get("minDeviation") ?? 3.5);
  const items = all
    .filter(([, name, , , deviation]) => (point === null || name === point) && Math.abs(deviation) >= least)
    .sort((a, b) => Math.abs(b[4]) - Math.abs(a[4]))
    .map(([siteId, name, value, median, deviation, basis]) => ({
      siteId,
      point: name,
      value,
      median,
      mad: 0.2,
      deviation,
      sisters: 9,
      basis,
      ageS: 34,
    }));
  return { items, total: items.length, nextCursor: null };
}

function headOf(level: RolledLevel, { fromMs, toMs }: Range, grid: readonly number[]) {
  return { step: level, stepS: BUCKET_S[level], from: isoOf(fromMs), to: isoOf(toMs), times: grid.map(isoOf) };
}

function rangeOf(url: URL): Range {
  const toMs = Date.parse(url.searchParams.get("to") ?? "") || Date.now();
  return { fromMs: Date.parse(url.searchParams.get("from") ?? "") || toMs - HOUR_MS, toMs };
}

function levelOf(fleet: FakeFleet, url: URL, range: Range): Level {
  const asked = url.searchParams.get("step") ?? "auto";
  if (asked !== "auto") return asked as Level;
  return chooseLevel({ ...range, nowMs: Date.now(), intervalS: fleet.intervalS, retention: RETENTION });
}

function rolledOf(fleet: FakeFleet, url: URL, range: Range): RolledLevel {
  const level = levelOf(fleet, url, range);
  return level === "raw" ? "5m" : level;
}

/** Raw up to now; of a roll-up only buckets that have ended. */
function timesOf({ fromMs, toMs }: Range, stepS: number, now: number): number[] {
  const stepMs = stepS * 1000;
  const endMs = Math.min(toMs, stepS > 60 ? now - stepMs : now);
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return Array.from({ length: Math.max(0, Math.ceil((endMs - first) / stepMs)) }, (_, step) => first + step * stepMs);
}

function isKnown(fleet: FakeFleet, siteId: string, ms: number, stepMs: number, now: number): boolean {
  if (ms + (stepMs > 60_000 ? stepMs : 0) > now) return false;
  const place = fleet.ids.indexOf(siteId) + 1;
  if (place === 97 && ms > now - 1.5 * HOUR_MS) return false;
  if (ms >= now - (now % DAY_MS)) return true;
  const inDay = ms % DAY_MS;
  return place % 10 !== 1 || stepMs > HOUR_MS || inDay < GAP.fromMs || inDay >= GAP.toMs;
}

function valueAt(fleet: FakeFleet, siteId: string, point: PointName, ms: number, level: Level, now: number) {
  const place = fleet.ids.indexOf(siteId) + 1;
  const current = fleet.snapshot(siteId)?.values[point];
  if (typeof current === "boolean") return stateAt(point, current, place, ms, level);
  if (typeof current !== "number") return null;
  const settled = usualOf(point, place, current);
  const since = Math.min(1, Math.max(0, (ms - (now - 8 * HOUR_MS)) / (7 * HOUR_MS)));
  const base = settled + (current - settled) * since * since;
  const hour = (ms % DAY_MS) / HOUR_MS;
  const swing = point.endsWith("setpoint_c") ? 0 : 0.02 * Math.sin(((hour - 3) / 12) * Math.PI);
  const noise = 0.004 * Math.sin(place * 7.3 + ms / 191_000) + 0.003 * Math.sin(ms / 67_000 + place);
  const avg = base * (1 + swing + (point.endsWith("setpoint_c") ? 0 : noise));
  const wide = level === "raw" ? 0 : Math.abs(base) * (point.endsWith("setpoint_c") ? 0 : 0.008);
  return { avg: round3(avg), min: round3(avg - wide), max: round3(avg + wide) };
}

/** What trouble has moved was usual before. */
function usualOf(point: PointName, place: number, current: number): number {
  const isMoved = place === 23 || place === 41;
  const [from, to] = POINTS[point].band ?? [null, null];
  return isMoved && from !== null && to !== null ? (from + to) / 2 : current;
}

function stateAt(point: PointName, current: boolean, place: number, ms: number, level: Level) {
  const minute = Math.floor(ms / 60_000) + place * 13;
  const hour = (ms % DAY_MS) / HOUR_MS;
  if (point === "makeup_pump_running") return share(minute % 430 < 9 ? 1 : 0);
  if (point === "spray_pump_running") return share(hour > 6 && hour < 20 ? (level === "1h" ? 0.8 : 1) : 0);
  return share(current ? 1 : 0);
}

const share = (value: number) => ({ avg: value, min: value, max: value });
const isoOf = (ms: number): string => new Date(ms).toISOString();
const round3 = (value: number): number => Math.round(value * 1000) / 1000;
