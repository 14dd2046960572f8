import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import type { ResolveHost } from "../../domain/notification/outgoing.ts";
import { plainHost } from "../../domain/sites/plain-host.ts";

/** What a sender must not reach, or cannot. */
export type AddressFault = "forbidden-address" | "dns";
export type CheckedAddress = { readonly address: string; readonly family: 4 | 6 };

export interface AddressGuard {
  /**
   * Resolves a host once and judges what it stands for. The connection has to go to the address that is returned here: a
   * name that is resolved again may answer otherwise.
   *
   * @param url http or https
   */
  check(url: URL): Promise<CheckedAddress | AddressFault>;
}

export type AddressGuardOptions = {
  /** Addresses of the own network that may be sent to all the same. */
  readonly allow: BlockList;
  /** Hosts, as they stand in URLs, that are never sent to: the controllers and cameras of the inventory. */
  readonly forbidden: () => ReadonlySet<string>;
  /** For tests: how a name is resolved. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
};

/** Not of the public internet: IANA's registries of special-purpose IPv4 and IPv6 addresses. */
const SPECIAL_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** Only 2000::/3 is given out; these parts of it carry other addresses inside, or stand for none. */
const GLOBAL_V6 = "2000::/3";
const SPECIAL_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Sends nothing into the own network: whoever may set up a webhook must not reach through it what they cannot reach. */
export function createAddressGuard({ allow, forbidden, resolve = resolveAll }: AddressGuardOptions): AddressGuard {
  const isPublic = createPublicCheck();

  /** Plain http shows everybody on the way what is sent: it is for the own network. */
  const mayReach = (address: string, isSecure: boolean): boolean =>
    allow.check(address, familyOf(address)) || (isSecure && isPublic(address));

  return {
    async check({ protocol, hostname }) {
      const host = plainHost(hostname);
      const hosts = forbidden();
      if (hosts.has(host)) return "forbidden-address";
      const found = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
      const addresses = found.map(plainHost);
      const [address] = addresses;
      if (address === undefined) return "dns";
      // Every one: a name with a public and a private address is a way around the check.
      const isOpen = addresses.every((one) => !hosts.has(one) && mayReach(one, protocol === "https:"));
      return isOpen ? { address, family: isIP(address) === 6 ? 6 : 4 } : "forbidden-address";
    },
  };
}

/** For what is no HTTP, mail for one: the same rules, with TLS in place of https. */
export function createResolveHost(guard: AddressGuard): ResolveHost {
  return async (host, isEncrypted) => {
    const url = `${isEncrypted ? "https" : "http"}://${isIP(host) === 6 ? `[${host}]` : host}/`;
    return URL.canParse(url) ? guard.check(new URL(url)) : "dns";
  };
}

/** The hosts of URLs, for `forbidden`. */
export function hostsOf(urls: Iterable<string | null>): ReadonlySet<string> {
  const hosts = new Set<string>();
  for (const url of urls) if (url !== null && URL.canParse(url)) hosts.add(plainHost(new URL(url).hostname));
  return hosts;
}

function createPublicCheck(): (address: string) => boolean {
  const special = new BlockList();
  const global = new BlockList();
  addTo(global, GLOBAL_V6);
  for (const block of [...SPECIAL_V4, ...SPECIAL_V6]) addTo(special, block);
  return (address) => {
    const family = familyOf(address);
    return !special.check(address, family) && (family === "ipv4" || global.check(address, family));
  };
}

function addTo(list: BlockList, block: string): void {
  const [address = "", prefix] = block.split("/");
  list.addSubnet(address, Number(prefix), familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

async function resolveAll(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
