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
const FLAGS = `
  select s.code, f.kind from site_flag f join site s on s.id = f.site_id
  where f.ended_at is null and f.begins_at <= clock_timestamp() and f.ends_at > clock_timestamp()`;
const LAB = `
  select distinct on (r.site_id, r.point) s.code, r.point, r.value, r.taken_at from lab_reading r join site s on s.id = r.site_id
  where r.voided_at is null order by r.site_id, r.point, r.taken_at desc, r.id desc`;
const BASELINES = `
  select distinct on (b.site_id, b.quantity) s.code, b.quantity, b.value from site_baseline b join site s on s.id = b.site_id
  where b.voided_at is null and b.quantity = any($1::text[]) order by b.site_id, b.quantity, b.id desc`;

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
    const [flags, readings, measured] = await Promise.all([
      database.query(FLAGS),
      database.query(LAB),
      database.query(BASELINES, [BASELINE_NAMES]),
    ]);
    // What is made of the facts is made anew with each change of them.
    const text = JSON.stringify([flags, readings, measured]);
    if (text === knownText) return;
    knownText = text;
    const flagged = (kind: string) =>
      new Set(flags.filter((row) => row["kind"] === kind).map((row) => String(row["code"])));
    const lab = new Map<string, Partial<Record<PointName, { value: number; takenAtMs: number }>>>();
    for (const row of readings) {
      const own = lab.get(String(row["code"])) ?? {};
      own[row["point"] as PointName] = { value: Number(row["value"]), takenAtMs: (row["taken_at"] as Date).getTime() };
      lab.set(String(row["code"]), own);
    }
    const baselines = new Map<string, Partial<Record<BaselineName, number>>>();
    for (const row of measured) {
      const own = baselines.get(String(row["code"])) ?? {};
      own[row["quantity"] as BaselineName] = Number(row["value"]);
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
