import type { Severity } from "../points/fault-labels.ts";
import type { SiteHealth } from "../telemetry/site-health.ts";
import type { FleetTile } from "./fleet-summary.ts";

/** What of the fleet is shown. Empty text and null mean: no restriction. */
export type FleetFilter = {
  readonly query: string;
  readonly isOnlyMarked: boolean;
  readonly region: string | null;
  readonly health: SiteHealth | null;
};

export type FleetGroup = {
  readonly region: string;
  readonly zone: string;
  /** In the order given: worst first. */
  readonly tiles: readonly FleetTile[];
  readonly marked: number;
  readonly worst: Severity | null;
};

/** The tiles that pass, in the order given. `query` is sought in id and name, whatever the case. */
export function filterTiles(tiles: readonly FleetTile[], filter: FleetFilter): readonly FleetTile[] {
  const query = filter.query.trim().toLowerCase();
  return tiles.filter(
    ({ site, health, severity }) =>
      (!filter.isOnlyMarked || severity !== null) &&
      (filter.region === null || site.region === filter.region) &&
      (filter.health === null || health === filter.health) &&
      (query === "" || site.id.includes(query) || site.name.toLowerCase().includes(query)),
  );
}

/** Tiles by region and zone; groups with trouble first, then by name. */
export function groupTiles(tiles: readonly FleetTile[]): readonly FleetGroup[] {
  const byZone = new Map<string, FleetTile[]>();
  for (const tile of tiles) {
    const key = JSON.stringify([tile.site.region, tile.site.zone]);
    const members = byZone.get(key);
    if (members) members.push(tile);
    else byZone.set(key, [tile]);
  }
  const groups = [...byZone.values()].map((members): FleetGroup => {
    const marked = members.filter(({ severity }) => severity !== null);
    const worst = marked.reduce<Severity | null>((worst, { severity }) => worseOf(worst, severity), null);
    return {
      region: members[0]?.site.region ?? "",
      zone: members[0]?.site.zone ?? "",
      tiles: members,
      marked: marked.length,
      worst,
    };
  });
  return groups.sort(
    (a, b) => (a.worst ?? 5) - (b.worst ?? 5) || compare(a.region, b.region) || compare(a.zone, b.zone),
  );
}

function worseOf(a: Severity | null, b: Severity | null): Severity | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** Code-point order, numbers by value: `zone-9` before `zone-10`, the same in every language. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
