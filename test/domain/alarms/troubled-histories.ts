import type { SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import { trustedReading } from "../../../domain/alarms/expression/point-reading.ts";
import { aSnapshot, type Reading, START_MS } from "./fleet-under-test.ts";
import type { Moment } from "./zones-of-history.ts";

const MINUTE_MS = 60_000;
export const HOURS = 14;
export const SITES = Array.from({ length: 10 }, (_, index) => `s${index}`);

/** A site that no outage and no flag meets. */
const PROVOKED = 7;

/** What makes a rule fire: in minutes since it began, at one site, or at those of these places; `null` = no answer. */
type Cause = {
  readonly lasts: number;
  readonly what: (minute: number) => Reading | null;
  readonly at?: readonly number[];
};
const reads = (values: NonNullable<Reading["values"]>, lasts = 20): Cause => ({ lasts, what: () => ({ values }) });
const faulty = (fault: string, lasts = 20): Cause => ({ lasts, what: () => ({ faults: [fault] }) });
const silent = (at: readonly number[]): Cause => ({ lasts: 10, what: () => null, at });
const HOT = reads({ supply_temp_c: 41 });
const LEAK: Cause = {
  lasts: 20,
  what: () => ({ values: { leak_detected: true, supply_temp_c: 41, return_temp_c: 48 }, faults: ["power_fault"] }),
};
const CLOGGED = reads({ supply_flow_m3h: 60, supply_pressure_kpa: 340 }, 100);
const rises = (perMinute: number, lasts: number): Cause => ({
  lasts,
  what: (minute) => ({ values: { supply_temp_c: 30 + minute * perMinute } }),
});

/** By rule. Rules that judge samples of the laboratory need none: these are the same in all histories. */
const CAUSES: Readonly<Record<string, Cause>> = {
  "scan-suspect": silent([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
  "site-unreachable": silent([PROVOKED]),
  "segment-down": silent([0, 1, 2, 3, 4]),
  leak: LEAK,
  freeze: reads({ freeze_alarm: true }),
  smoke: reads({ smoke_detected: true }),
  "power-fault": LEAK,
  "spray-pump-fault": faulty("spray_pump_fault"),
  "tower-fan-fault": faulty("tower_fan1_fault"),
  "tower-level-low": reads({ tower_level_low: true }),
  fouling: reads({ approach_wetbulb_k: 20 }, 150),
  "pump-fault": faulty("circulation_pump_fault"),
  "flow-loss": reads({ supply_flow_m3h: 30 }),
  "return-pressure-low": reads({ return_pressure_kpa: 30 }),
  "tank-level-low": reads({ tank_level_low: true }),
  "supply-pressure-high": reads({ supply_pressure_kpa: 420 }),
  "supply-pressure-low": reads({ supply_pressure_kpa: 150 }),
  "flow-low": reads({ supply_flow_m3h: 75 }),
  "makeup-pump-fault": faulty("makeup_pump_fault"),
  "makeup-too-often": reads({ makeup_pump_starts_24h: 5 }),
  "filter-clogging": CLOGGED,
  "supply-temp-too-high": HOT,
  "cooling-lost": {
    lasts: 10,
    what: (minute) => ({ values: { supply_temp_c: 36 + minute * 2, spray_pump_running: false } }),
  },
  "supply-temp-high": reads({ supply_temp_c: 38 }),
  "dew-point-margin": reads({ dew_point_margin_k: 1 }),
  "chip-temp-high": reads({ chip_temp_max_c: 85 }),
  "supply-temp-low": reads({ supply_temp_c: 20 }),
  "hashrate-low": reads({ miners_online: 100, hashrate_th: 25_000 }, 30),
  "efficiency-bad": reads({ efficiency_j_th: 25 }, 150),
  "sensor-suspect": faulty("supply_temp_sensor_fault"),
  housekeeping: reads({ clock_skew_s: 40 }),
  "own-rate": rises(2, 20),
  "own-slow": { lasts: 140, what: (minute) => ({ values: { return_temp_c: 30 + minute * 0.6 } }) },
  "own-forecast": { lasts: 90, what: (minute) => ({ values: { tank_level_pct: 78 - minute * 0.5 } }) },
  "own-jump": HOT,
  "own-jump-back": HOT,
  "own-frozen": reads({ supply_temp_c: 35.1 }, 60),
  "own-frozen-two": {
    lasts: 90,
    what: (minute) => ({ values: { supply_temp_c: 35.1, return_temp_c: 43.3, tank_level_pct: 78 - minute * 0.1 } }),
  },
  "own-count": { lasts: 60, what: (minute) => ({ values: { supply_temp_c: minute % 20 < 5 ? 44 : 36 } }) },
  "own-held": LEAK,
  "own-change": reads({ running_mode: "manual" }),
  "own-word": reads({ running_mode: "manual" }),
  "own-not": reads({ tank_level_pct: 30 }),
  "own-sisters": HOT,
  "own-setpoint": HOT,
  "own-quantity": CLOGGED,
  "own-n-of": LEAK,
  "own-lacking": {
    lasts: 20,
    what: () => ({ values: { tank_level_pct: null }, quality: { tank_level_pct: "missing" } }),
  },
  "own-contact": silent([PROVOKED]),
  "own-expression": LEAK,
  "own-arithmetic": LEAK,
  "own-choice": LEAK,
  "own-mode": HOT,
  "own-escalating": HOT,
  "own-group": { ...HOT, at: [0, 1, 2, 3] },
  "own-clear": rises(1.5, 20),
};

/** 0 to 1, the same in every run. */
function chances(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** What may go wrong at a site for a while; `null` = it does not answer. */
const INCIDENTS: readonly ((minute: number) => Reading | null)[] = [
  () => ({ values: { supply_temp_c: 41 } }),
  (minute) => ({ values: { supply_temp_c: 36 + minute * 0.8 } }),
  () => ({ values: { supply_temp_c: 35.1, return_temp_c: 43.3 } }),
  (minute) => ({ values: { supply_temp_c: 35.1, tank_level_pct: 78 - minute * 0.1 } }),
  (minute) => ({ values: { tank_level_pct: Math.max(20, 78 - minute * 0.7) } }),
  (minute) => ({ values: { running_mode: minute % 40 < 20 ? "manual" : "auto" } }),
  () => ({ values: { leak_detected: true, supply_temp_c: 40.5 }, faults: ["power_fault"] }),
  () => ({ values: { circulation_pump_running: false, total_power_kw: 4, supply_flow_m3h: 0 } }),
  () => ({ values: { circulation_pump_running: false, supply_flow_m3h: 0 }, faults: ["circulation_pump_fault"] }),
  () => ({ values: { tank_level_pct: null }, quality: { tank_level_pct: "missing" } }),
  () => ({ values: { supply_temp_c: 52 }, quality: { supply_temp_c: "stale" } }),
  () => ({ values: { supply_temp_c: null }, quality: { supply_temp_c: "missing", "fault.power_fault": "missing" } }),
  (minute) => (minute % 5 === 0 ? {} : null),
  () => null,
  (minute) => ({ values: { supply_temp_c: minute % 30 < 3 ? 44 : 36 } }),
  () => ({ values: { supply_flow_m3h: 60, supply_pressure_kpa: 340 } }),
  () => ({ values: {}, faults: ["supply_temp_too_high", "supply_temp_high"] }),
];

type Incident = { readonly from: number; readonly length: number; readonly what: Cause["what"] };

/** By place of the site, in minutes since the history began. */
function incidentsOf(chance: () => number, cause: Cause | undefined): readonly (readonly Incident[])[] {
  const incidents: Incident[][] = SITES.map(() =>
    Array.from({ length: Math.floor(chance() * 4) }, () => {
      const begin = Math.floor(chance() * HOURS * 60);
      const length = 1 + Math.floor(chance() * chance() * 200);
      // What is not over yet where a piece of history ends is what could be forgotten.
      const from = chance() < 0.6 ? Math.ceil((begin + length) / 60) * 60 - length : begin;
      return { from, length, what: INCIDENTS[Math.floor(chance() * INCIDENTS.length)] ?? (() => ({})) };
    }),
  );
  if (cause === undefined) return incidents;
  const from = Math.floor((HOURS / 3 + (chance() * HOURS) / 3) * 60);
  for (const place of cause.at ?? [PROVOKED]) incidents[place] = [{ from, length: cause.lasts, what: cause.what }];
  return incidents;
}

/**
 * Most of the time most sites are well; now and then one of them is not, or all of them are silent.
 *
 * @param ruleId also what makes this rule fire happens, at sites without any other incident
 */
export function historyOf(seed: number, ruleId?: string): readonly Moment[] {
  const chance = chances(seed);
  const outage = chance() < 0.3 ? Math.floor(chance() * HOURS * 60) : -1;
  const noRounds = chance() < 0.3 ? Math.floor(chance() * HOURS * 60) : -1;
  const incidents = incidentsOf(chance, ruleId === undefined ? undefined : CAUSES[ruleId]);
  const isWatched = chance() < 0.3;
  const watchedAt = Math.floor(chance() * HOURS * 60);
  const moments: Moment[] = [];
  for (let minute = 0; minute < HOURS * 60; minute++) {
    if (minute >= noRounds && minute < noRounds + 12 && noRounds >= 0) continue;
    const slotMs = START_MS + minute * MINUTE_MS;
    const readings = SITES.flatMap((siteId, place): SiteReading[] => {
      const own = incidents[place]?.find(({ from, length }) => minute >= from && minute < from + length);
      const isSilent = chance() < 0.003 || (outage >= 0 && minute >= outage && minute < outage + 6 && place < 6);
      const reading: Reading | null = isSilent ? null : own === undefined ? {} : own.what(minute - own.from);
      if (reading === null) return [];
      const wave = Math.round((chance() + Math.sin(minute / 50 + place)) * 10) / 10;
      const usual = { supply_temp_c: 35 + wave / 4, return_temp_c: 43 + wave / 2, tank_level_pct: 78 + wave / 10 };
      const snapshot = aSnapshot(siteId, slotMs, { ...reading, values: { ...usual, ...reading.values } });
      return [{ siteId, readAtMs: slotMs, reading: trustedReading(snapshot) }];
    });
    moments.push({ slotMs, readings });
    if (isWatched && minute >= watchedAt && minute < watchedAt + 30) {
      const extra = readings.filter(({ siteId }) => siteId === "s3");
      if (extra.length > 0)
        moments.push({
          slotMs: slotMs + 30_000,
          readings: extra.map((one) => ({ ...one, readAtMs: slotMs + 30_000 })),
        });
    }
  }
  return moments;
}
