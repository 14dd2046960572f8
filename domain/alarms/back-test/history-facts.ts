import type { PointName } from "../../points/catalogue.ts";
import type { SiteFacts } from "../site-facts.ts";
import type { FlagKind } from "../site-flag.ts";

/** A time in which a site was flagged; it ended at `toMs`, which is not included. */
export type FlagPeriod = {
  readonly siteId: string;
  readonly kind: FlagKind;
  readonly fromMs: number;
  readonly toMs: number;
};

/** A laboratory reading that was not voided. */
export type LabSample = {
  readonly siteId: string;
  readonly point: PointName;
  readonly value: number;
  readonly takenAtMs: number;
};

type Change = { readonly atMs: number; readonly siteId: string; readonly apply: (facts: SiteFacts) => SiteFacts };

/**
 * What was known of the sites at each moment of a stretch: flags and laboratory readings as they were then, nothing of
 * cameras, everything else as it is now. To be asked with times that do not go back; the same object while nothing changed.
 */
export function historyFacts(
  sites: ReadonlyMap<string, SiteFacts>,
  flags: readonly FlagPeriod[],
  lab: readonly LabSample[],
): (slotMs: number) => ReadonlyMap<string, SiteFacts> {
  const changes = [...flagChanges(flags), ...lab.map(labChange)]
    .filter(({ siteId }) => sites.has(siteId))
    .sort((a, b) => a.atMs - b.atMs);
  let present: ReadonlyMap<string, SiteFacts> = new Map(
    [...sites].map(([id, facts]) => [id, { ...facts, ...NOTHING_THEN, camera: cameraThen(facts) }]),
  );
  let next = 0;
  return (slotMs) => {
    if ((changes[next]?.atMs ?? Number.POSITIVE_INFINITY) > slotMs) return present;
    const after = new Map(present);
    for (let change = changes[next]; change !== undefined && change.atMs <= slotMs; change = changes[++next]) {
      const own = after.get(change.siteId);
      if (own !== undefined) after.set(change.siteId, change.apply(own));
    }
    present = after;
    return present;
  };
}

const NOTHING_THEN = { lab: {}, isInMaintenance: false, isCurtailed: false };

/** Of cameras no history is kept. */
function cameraThen({ camera }: SiteFacts): SiteFacts["camera"] {
  return camera === null ? null : { isOnline: null };
}

/** Flags of one kind may overlap: a site is free when the last of them has ended. */
function flagChanges(flags: readonly FlagPeriod[]): Change[] {
  const open = new Map<string, number>();
  return flags.flatMap(({ siteId, kind, fromMs, toMs }) => {
    const key = `${siteId} ${kind}`;
    const step = (by: number) => (facts: SiteFacts) => {
      const count = (open.get(key) ?? 0) + by;
      open.set(key, count);
      return kind === "maintenance" ? { ...facts, isInMaintenance: count > 0 } : { ...facts, isCurtailed: count > 0 };
    };
    return [
      { atMs: fromMs, siteId, apply: step(1) },
      { atMs: toMs, siteId, apply: step(-1) },
    ];
  });
}

function labChange({ siteId, point, value, takenAtMs }: LabSample): Change {
  return {
    atMs: takenAtMs,
    siteId,
    apply: (facts) => ({ ...facts, lab: { ...facts.lab, [point]: { value, takenAtMs } } }),
  };
}
