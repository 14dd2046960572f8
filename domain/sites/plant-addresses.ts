import { isThisMachine, plainHost } from "./plain-host.ts";

/** Which connections lead to the plant. */
export interface PlantAddresses {
  /** @param host a name or an address, in any spelling @param port 1 … 65535 */
  has(host: string, port: number): boolean;
}

/**
 * Where controllers and cameras are, by the URLs of the inventory. A machine of the plant is taken as a whole, with all of
 * its ports. On this machine, where the database and the platform itself may listen, too, only the port counts.
 *
 * @param urls http and https; others are left out
 * @param addressesOf addresses that a name is known to stand for
 */
export function createPlantAddresses(
  urls: Iterable<string | null>,
  addressesOf: (host: string) => Iterable<string> = () => [],
): PlantAddresses {
  const hosts = new Set<string>();
  const ownPorts = new Set<number>();
  for (const url of urls) {
    if (url === null || !URL.canParse(url)) continue;
    const { hostname, port, protocol } = new URL(url);
    const host = plainHost(hostname);
    if (isThisMachine(host)) {
      ownPorts.add(Number(port) || (protocol === "https:" ? 443 : 80));
      continue;
    }
    hosts.add(host);
    for (const address of addressesOf(host)) hosts.add(plainHost(address));
  }
  return {
    has(given, port) {
      const host = plainHost(given);
      return hosts.has(host) || (isThisMachine(host) && ownPorts.has(port));
    },
  };
}
