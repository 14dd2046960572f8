import { activeFaults, faultDefinition, type Severity } from "../points/fault-labels.ts";
import type { SiteSummary } from "../sites/site-summary.ts";
import { isDoubtful } from "../telemetry/quality.ts";
import { healthOf, type SiteHealth } from "../telemetry/site-health.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import type { LiveRow } from "./live-table.ts";

/** The newest reading of one site: a live row, of which a new reading makes a new object. */
export type SiteReading = Pick<LiveRow, "collectedAtMs" | "values" | "quality" | "faults">;

/** Why a tile is marked. `name`: a fault, a limit that is passed, a health word, or the mark of a core reading. */
export type TileReason = {
  readonly kind: "fault" | "limit" | "health" | "reading";
  readonly name: string;
  readonly severity: Severity;
};

/** One site on the fleet screen. A tile is marked exactly when it has a severity. */
export type FleetTile = {
  readonly site: SiteSummary;
  readonly reading: SiteReading | null;
  readonly health: SiteHealth;
  /** The worst reason's; null = normal, calm. */
  readonly severity: Severity | null;
  /** Worst first. */
  readonly reasons: readonly TileReason[];
};

/** Sum or mean over `of` sites that have a trusted value; sites without contact are in no figure. */
export type FleetFigure = { readonly value: number | null; readonly of: number };

export type FleetSummary = {
  /** Enabled sites. `reporting + late + lost = sites`. */
  readonly sites: number;
  readonly reporting: number;
  readonly late: number;
  readonly lost: number;
  readonly disabled: number;
  /** Tiles with a mark: the sum of `bySeverity`. */
  readonly marked: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Faults on all tiles: the sum of reasons of kind `fault`. */
  readonly faults: number;
  readonly powerKw: FleetFigure;
  readonly hashrateTh: FleetFigure;
  readonly meanSupplyC: FleetFigure;
  /** The hottest supply and where it is. */
  readonly hottest: { readonly siteId: string; readonly valueC: number } | null;
  /** Worst first; sites alike keep the inventory's order, so that a calm screen does not move. */
  readonly tiles: readonly FleetTile[];
};

/** These stay on a tile whose site is silent: nobody may lose sight of a leak because the line went down [J]. */
const OUTLIVES_CONTACT = new Set(["leak_detected", "smoke_detected", "freeze_alarm"]);

/** A running pump is expected above this share of rated power: 5 % of a 1 MW box [API, rule R02]. */
const LOAD_KW = 50;

type Limit = {
  readonly name: string;
  readonly severity: Severity;
  readonly isPassed: (value: (point: string) => PointValue) => boolean;
};

const above = (point: string, limit: number) => (value: (point: string) => PointValue) =>
  asNumber(value(point)) >= limit;
const below = (point: string, limit: number) => (value: (point: string) => PointValue) =>
  asNumber(value(point)) < limit;

/** Readings beyond the starter rules' limits, at once and without delays: a mark on the screen, no alarm. Worst first. */
const LIMITS: readonly Limit[] = [
  {
    name: "circulation_pump_off",
    severity: 1,
    isPassed: (value) => value("circulation_pump_running") === false && asNumber(value("total_power_kw")) > LOAD_KW,
  },
  { name: "supply_temp_too_high", severity: 1, isPassed: above("supply_temp_c", 40) },
  { name: "return_pressure_low", severity: 1, isPassed: below("return_pressure_kpa", 50) },
  { name: "supply_temp_high", severity: 2, isPassed: above("supply_temp_c", 37) },
  { name: "supply_pressure_high", severity: 2, isPassed: above("supply_pressure_kpa", 400) },
  { name: "chip_temp_high", severity: 2, isPassed: above("chip_temp_max_c", 80) },
  {
    name: "supply_temp_low",
    severity: 3,
    isPassed: (value) => asNumber(value("supply_temp_c")) < 25 && asNumber(value("hashrate_th")) > 0,
  },
];

/**
 * Everything the fleet screen says, from one place, so that every number agrees with the tiles beside it.
 *
 * @param sites in the inventory's order
 * @param atMs the moment to judge ages by, server's clock; a blind screen passes the moment it went blind
 * @param previous tiles that did not change are taken over from it, so that a screen can skip them
 */
export function summariseFleet(
  sites: readonly SiteSummary[],
  readings: ReadonlyMap<string, SiteReading>,
  atMs: number,
  previous?: FleetSummary,
): FleetSummary {
  const known = new Map(previous?.tiles.map((tile) => [tile.site.id, tile]));
  const tiles = sites.map((site) => tileOf(site, readingOf(readings, site.id), atMs, known.get(site.id)));
  const enabled = tiles.filter((tile) => tile.health !== "disabled");
  const count = (health: SiteHealth) => enabled.filter((tile) => tile.health === health).length;
  const bySeverity = { 1: 0, 2: 0, 3: 0, 4: 0 };
  for (const { severity } of tiles) if (severity !== null) bySeverity[severity] += 1;
  const inContact = enabled.filter((tile) => tile.health !== "lost");
  const supply = trustedOf(inContact, "supply_temp_c");
  return {
    sites: enabled.length,
    reporting: count("good"),
    late: count("late"),
    lost: count("lost"),
    disabled: tiles.length - enabled.length,
    marked: bySeverity[1] + bySeverity[2] + bySeverity[3] + bySeverity[4],
    bySeverity,
    faults: tiles.reduce((sum, { reasons }) => sum + reasons.filter(({ kind }) => kind === "fault").length, 0),
    powerKw: sumOf(trustedOf(inContact, "total_power_kw")),
    hashrateTh: sumOf(trustedOf(inContact, "hashrate_th")),
    meanSupplyC: { value: supply.length > 0 ? total(supply) / supply.length : null, of: supply.length },
    hottest: hottestOf(supply),
    tiles: tiles.toSorted((a, b) => rank(a) - rank(b)),
  };
}

/** Number of a point that may be shown as a figure; null when missing or doubtful. */
function trustedReading(reading: SiteReading | null, point: string): number | null {
  const value = reading?.values[point];
  return typeof value === "number" && !isDoubtful(reading?.quality[point]) ? value : null;
}

/** A row without a time is a site that has not answered yet. */
function readingOf(readings: ReadonlyMap<string, SiteReading>, siteId: string): SiteReading | null {
  const reading = readings.get(siteId);
  return reading && reading.collectedAtMs !== null ? reading : null;
}

function tileOf(
  site: SiteSummary,
  reading: SiteReading | null,
  atMs: number,
  previous: FleetTile | undefined,
): FleetTile {
  const collectedAtMs = reading?.collectedAtMs ?? null;
  const ageS = collectedAtMs === null ? null : Math.max(0, (atMs - collectedAtMs) / 1000);
  const health = healthOf(ageS, site.intervalS, site.enabled);
  if (previous && previous.site === site && previous.reading === reading && previous.health === health) return previous;
  const reasons = reasonsOf(reading, health).toSorted((a, b) => a.severity - b.severity);
  return { site, reading, health, severity: reasons[0]?.severity ?? null, reasons };
}

function reasonsOf(reading: SiteReading | null, health: SiteHealth): TileReason[] {
  if (health === "disabled") return [];
  const reasons: TileReason[] = reading === null ? [] : faultReasons(reading);
  if (health === "lost") {
    return [...reasons.filter(({ name }) => OUTLIVES_CONTACT.has(name)), { kind: "health", name: "lost", severity: 2 }];
  }
  if (reading !== null) reasons.push(...readingReasons(reading, reasons));
  if (health === "late") reasons.push({ kind: "health", name: "late", severity: 4 });
  return reasons;
}

function faultReasons({ values, faults }: SiteReading): TileReason[] {
  const names = activeFaults(values, faults);
  const towerFans = names.filter((name) => /^tower_fan\d_fault$/.test(name)).length;
  return names.map((name) => {
    const isOneOfSeveralFans = towerFans >= 2 && name.startsWith("tower_fan");
    return { kind: "fault", name, severity: isOneOfSeveralFans ? 2 : faultDefinition(name).severity };
  });
}

/** A fault bit and the limit of the same name are one thing; of two limits on one reading only the worse is said. */
function readingReasons(reading: SiteReading, faults: readonly TileReason[]): TileReason[] {
  const value = (point: string): PointValue =>
    isDoubtful(reading.quality[point]) ? null : (reading.values[point] ?? null);
  const isSaid = (name: string) =>
    faults.some(
      (fault) => fault.name === name || (fault.name === "supply_temp_too_high" && name === "supply_temp_high"),
    );
  const limits = LIMITS.filter(({ name, isPassed }) => !isSaid(name) && isPassed(value));
  const isTooHot = limits.some(({ name }) => name === "supply_temp_too_high");
  const reasons: TileReason[] = limits
    .filter(({ name }) => !(isTooHot && name === "supply_temp_high"))
    .map(({ name, severity }) => ({ kind: "limit", name, severity }));
  const isPlcLost = faults.some(({ name }) => name === "plc_disconnect");
  if (value("supply_temp_c") === null && !isPlcLost) {
    reasons.push({ kind: "reading", name: reading.quality["supply_temp_c"] ?? "missing", severity: 3 });
  }
  return reasons;
}

const rank = ({ severity, health }: FleetTile): number => severity ?? (health === "disabled" ? 6 : 5);

type Trusted = { readonly siteId: string; readonly value: number };

function trustedOf(tiles: readonly FleetTile[], point: string): Trusted[] {
  return tiles.flatMap(({ site, reading }) => {
    const value = trustedReading(reading, point);
    return value === null ? [] : [{ siteId: site.id, value }];
  });
}

const total = (readings: readonly Trusted[]): number => readings.reduce((sum, { value }) => sum + value, 0);

function sumOf(readings: readonly Trusted[]): FleetFigure {
  return { value: readings.length > 0 ? total(readings) : null, of: readings.length };
}

function hottestOf(supply: readonly Trusted[]): FleetSummary["hottest"] {
  const [first, ...rest] = supply;
  if (!first) return null;
  const hottest = rest.reduce((best, next) => (next.value > best.value ? next : best), first);
  return { siteId: hottest.siteId, valueC: hottest.value };
}

function asNumber(value: PointValue): number {
  return typeof value === "number" ? value : Number.NaN;
}
