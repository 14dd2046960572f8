import { BASELINE_NAMES, type BaselineName, type SiteFacts, segmentIdOf } from "../../domain/alarms/site-facts.ts";
import type { Log } from "../../domain/log.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import { seldom } from "../../domain/seldom.ts";
import { indexCircles, type Kin } from "../../domain/sites/sisters.ts";
import { hasCamera, type Site } from "../../domain/sites/site.ts";
import type { AlarmDatabase } from "./alarm-database.ts";

/** What the rules know of the sites beside their readings. */
export interface FleetFacts {
  /** By site id. The same object while nothing changed. */
  all(): ReadonlyMap<string, SiteFacts>;
  close(): void;
}

export type FleetFactsOptions = {
  readonly database: AlarmDatabase;
  readonly inventory: { all(): readonly Site[]; onChange(listener: () => void): () => void };
  /** Default polling interval, seconds. */
  readonly pollIntervalS: number;
  readonly log: Log;
  /** For tests: how often flags, laboratory readings and baselines are looked at. */
  readonly lookMs?: number;
};

const LOOK_MS = 5_000;
const COMPLAIN_EVERY_MS = 60_000;
// One statement for all: it is asked day and night.
const KNOWN = `
  with lab as (
    select distinct on (site_id, point) site_id, point, value, taken_at from lab_reading
    where voided_at is null order by site_id, point, taken_at desc, id desc),
  baseline as (
    select distinct on (site_id, quantity) site_id, quantity, value from site_baseline
    where voided_at is null and quantity = any($1::text[]) order by site_id, quantity, id desc),
  known as (
    select site_id, kind as what, '' as name, null::float8 as value, null::timestamptz as taken_at from site_flag
    where ended_at is null and begins_at <= clock_timestamp() and ends_at > clock_timestamp()
    union all select site_id, 'lab', point, value, taken_at from lab
    union all select site_id, 'baseline', quantity, value, null from baseline)
  select s.code, k.what, k.name, k.value, k.taken_at from known k join site s on s.id = k.site_id
  order by s.code, k.what, k.name`;

type Known = {
  readonly maintenance: ReadonlySet<string>;
  readonly curtailment: ReadonlySet<string>;
  readonly lab: ReadonlyMap<string, SiteFacts["lab"]>;
  readonly baselines: ReadonlyMap<string, SiteFacts["baselines"]>;
};

/** Reads flags, laboratory readings and baselines every some seconds; while the database is away the last ones stand. */
export function createFleetFacts(options: FleetFactsOptions): FleetFacts {
  const { database, inventory, pollIntervalS, log, lookMs = LOOK_MS } = options;
  let known: Known = { maintenance: new Set(), curtailment: new Set(), lab: new Map(), baselines: new Map() };
  let facts: ReadonlyMap<string, SiteFacts> | null = null;
  let knownText = "";
  let isLooking = false;
  let isClosed = false;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, () => performance.now());
  const unsubscribe = inventory.onChange(() => {
    facts = null;
  });

  async function look(): Promise<void> {
    const rows = await database.query(KNOWN, [BASELINE_NAMES], { name: "fleet-facts" });
    // What is made of the facts is made anew with each change of them.
    const text = JSON.stringify(rows);
    if (text === knownText) return;
    knownText = text;
    const ofKind = (kind: string) => rows.filter(({ what }) => what === kind);
    const flagged = (kind: string) => new Set(ofKind(kind).map((row) => String(row["code"])));
    const lab = new Map<string, Partial<Record<PointName, { value: number; takenAtMs: number }>>>();
    for (const row of ofKind("lab")) {
      const own = lab.get(String(row["code"])) ?? {};
      own[row["name"] as PointName] = { value: Number(row["value"]), takenAtMs: (row["taken_at"] as Date).getTime() };
      lab.set(String(row["code"]), own);
    }
    const baselines = new Map<string, Partial<Record<BaselineName, number>>>();
    for (const row of ofKind("baseline")) {
      const own = baselines.get(String(row["code"])) ?? {};
      own[row["name"] as BaselineName] = Number(row["value"]);
      baselines.set(String(row["code"]), own);
    }
    known = { maintenance: flagged("maintenance"), curtailment: flagged("curtailment"), lab, baselines };
    facts = null;
  }

  function lookOnce(): void {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error) => {
        if (isClosed || !mayComplain()) return;
        log.warn(
          { reason: String(error) },
          "maintenance, curtailment, laboratory readings and baselines cannot be read: the last ones stand",
        );
      })
      .finally(() => {
        isLooking = false;
      });
  }

  // At once: until then rules know no flag and judge by their fall-backs.
  lookOnce();
  const timer = setInterval(lookOnce, lookMs);
  timer.unref();

  return {
    all() {
      facts ??= factsOf(inventory.all(), known, pollIntervalS);
      return facts;
    },
    close() {
      isClosed = true;
      clearInterval(timer);
      unsubscribe();
    },
  };
}

function factsOf(sites: readonly Site[], known: Known, pollIntervalS: number): Map<string, SiteFacts> {
  const circleOf = indexCircles(sites);
  const circleIds = new Map<unknown, string>();
  return new Map(
    sites.map((site) => {
      const circle = circleOf(site satisfies Kin);
      const circleId = circleIds.get(circle) ?? `circle-${circleIds.size}`;
      if (circle.memberIds.length > 0) circleIds.set(circle, circleId);
      const { id, region, zone, enabled, intervalS, ratedPowerKw } = site;
      const own: SiteFacts = {
        siteId: id,
        segmentId: segmentIdOf({ region, zone }),
        circleId: circle.memberIds.length > 1 ? circleId : null,
        intervalS: intervalS ?? pollIntervalS,
        enabled,
        ratedPowerKw,
        baselines: known.baselines.get(id) ?? {},
        lab: known.lab.get(id) ?? {},
        // How it is comes with the data that is judged.
        camera: hasCamera(site) ? { isOnline: null } : null,
        isInMaintenance: known.maintenance.has(id),
        isCurtailed: known.curtailment.has(id),
      };
      return [id, own] as const;
    }),
  );
}
