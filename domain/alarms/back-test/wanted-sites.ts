import type { SiteFacts } from "../site-facts.ts";

/** Sites by id, and until when each of them is wanted: ms since the epoch, not included; infinite: to the end. */
export type WantedUntil = ReadonlyMap<string, number>;

type FactsAt = (slotMs: number) => ReadonlyMap<string, SiteFacts>;

export function isWanted(wanted: WantedUntil, siteId: string, atMs: number): boolean {
  return atMs < (wanted.get(siteId) ?? Number.NEGATIVE_INFINITY);
}

/** Of several looks, the sites that any of them wants, for as long as any does. */
export function wantedByAny(looks: readonly WantedUntil[]): WantedUntil {
  const all = new Map<string, number>();
  for (const [siteId, untilMs] of looks.flatMap((one) => [...one])) {
    all.set(siteId, Math.max(untilMs, all.get(siteId) ?? untilMs));
  }
  return all;
}

/** Facts of the sites that are wanted, the same object while nothing changes. To be asked with times that do not go back. */
export function factsOfWanted(factsAt: FactsAt, wanted: WantedUntil): FactsAt {
  const ends = [...new Set(wanted.values())].sort((a, b) => a - b);
  let next = 0;
  let all: ReadonlyMap<string, SiteFacts> | null = null;
  let some: ReadonlyMap<string, SiteFacts> = new Map();
  return (slotMs) => {
    const now = factsAt(slotMs);
    let isOther = now !== all;
    for (let endMs = ends[next]; endMs !== undefined && endMs <= slotMs; endMs = ends[++next]) isOther = true;
    if (isOther) some = new Map([...now].filter(([siteId]) => isWanted(wanted, siteId, slotMs)));
    all = now;
    return some;
  };
}
