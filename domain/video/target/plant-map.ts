import type { Profile } from "../../profiles/profile.ts";
import { isThisMachine, plainHost } from "../../sites/plain-host.ts";

/** What of a site matters to who asks cameras. `profile`: null where it is unknown. */
export interface PlantSite {
  readonly id: string;
  readonly controllerUrl: string;
  readonly cameraUrl: string | null;
  /** Queries may be sent to its camera where that shares its host and port with others. */
  readonly cameraQueries: boolean;
  readonly profile: Pick<Profile, "requests" | "commands"> | null;
}

/** Which sites have something at a host and port: several where a machine, or a forwarding one, stands for them. */
export interface PlantMap {
  at(host: string, port: number): readonly PlantSite[];
  /** Whether something of other sites is there, and nothing of this one; a host that is only theirs is so with all ports. */
  isOfOthers(siteId: string, host: string, port: number): boolean;
}

export function createPlantMap(sites: Iterable<PlantSite>): PlantMap {
  const byEndpoint = new Map<string, PlantSite[]>();
  const byHost = new Map<string, PlantSite[]>();
  for (const site of sites) {
    for (const address of [site.controllerUrl, site.cameraUrl]) {
      if (address === null || !URL.canParse(address)) continue;
      const url = new URL(address);
      push(byEndpoint, keyOf(url.hostname, portOf(url)), site);
      // On this machine whole fleets are simulated, each controller and camera at a port of its own.
      if (!isThisMachine(url.hostname)) push(byHost, plainHost(url.hostname), site);
    }
  }
  const at = (host: string, port: number) => byEndpoint.get(keyOf(host, port)) ?? [];
  const isOnlyOthers = (siteId: string, there: readonly PlantSite[]) =>
    there.length > 0 && there.every(({ id }) => id !== siteId);
  return {
    at,
    isOfOthers: (siteId, host, port) =>
      isOnlyOthers(siteId, at(host, port)) || isOnlyOthers(siteId, byHost.get(plainHost(host)) ?? []),
  };
}

/** 1 … 65535, the scheme's own where none is written. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

function push(map: Map<string, PlantSite[]>, key: string, site: PlantSite): void {
  const known = map.get(key);
  if (!known) map.set(key, [site]);
  else if (!known.includes(site)) known.push(site);
}

function keyOf(host: string, port: number): string {
  return `${plainHost(host)}:${port}`;
}
