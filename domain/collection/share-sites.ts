/** A constant of the schema: `site.lease_name` is made from it. */
const SHARES = 16;

/** The leases that own the polling and the commands of the sites; each site belongs to exactly one. */
export const COLLECTOR_LEASES: readonly string[] = Array.from({ length: SHARES }, (_, share) => `collector:${share}`);

/** The lease of a site by its number in the database, the same as `site.lease_name`. */
export function leaseOfSite(siteNumber: number): string {
  return `collector:${siteNumber % SHARES}`;
}

/** Where a site without a number belongs until the database has given it one: anywhere, but everybody says the same. */
export function leaseOfUnnumbered(siteId: string): string {
  return `collector:${hashOf(siteId) % SHARES}`;
}

/**
 * Who should hold which lease. Everybody who sees the same members and holders comes to the same answer, so nobody has
 * to decide for the others, and the answer is a state of rest: who holds what it says is left alone.
 *
 * Loads differ by one lease at most. A lease of a living member moves only when that member holds more than its part;
 * when a member comes, no more than its part moves, and when one goes, only what it held. Free leases go to members in
 * the order of a rendezvous hash over (member, lease), so that members who see them at the same moment rarely want the
 * same ones.
 *
 * @param members ids of the live members, each once
 * @param holders who holds each lease now; leases of others than the members count as free
 * @returns every lease with its member; empty without members
 */
export function shareLeases(
  members: readonly string[],
  holders: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const target = new Map<string, string>();
  if (members.length === 0) return target;
  const heldBy = new Map(members.map((member) => [member, [] as string[]]));
  for (const lease of COLLECTOR_LEASES) heldBy.get(holders.get(lease) ?? "")?.push(lease);
  const room = new Map<string, number>();
  for (const [member, quota] of quotas(members, heldBy)) {
    const kept = inOrderFor(member, heldBy.get(member) ?? []).slice(0, quota);
    for (const lease of kept) target.set(lease, member);
    room.set(member, quota - kept.length);
  }
  for (const lease of COLLECTOR_LEASES) if (!target.has(lease)) target.set(lease, takerOf(lease, room));
  return target;
}

/** Sixteen leases rarely divide evenly: those who hold most keep one more, so that as little as possible moves. */
function quotas(members: readonly string[], heldBy: ReadonlyMap<string, readonly string[]>): [string, number][] {
  const each = Math.floor(SHARES / members.length);
  const extra = SHARES % members.length;
  const loadOf = (member: string): number => heldBy.get(member)?.length ?? 0;
  const ranked = [...members].sort((a, b) => loadOf(b) - loadOf(a) || byWeight(a, b, "extra"));
  return ranked.map((member, place) => [member, each + (place < extra ? 1 : 0)]);
}

function inOrderFor(member: string, leases: readonly string[]): string[] {
  return [...leases].sort((a, b) => weightOf(member, b) - weightOf(member, a));
}

/** Takes one place of the member that the hash prefers among those that have room. */
function takerOf(lease: string, room: Map<string, number>): string {
  const [taker] = [...room.keys()]
    .filter((member) => (room.get(member) ?? 0) > 0)
    .sort((a, b) => byWeight(a, b, lease));
  if (taker === undefined) throw new Error("the members have less room than there are leases");
  room.set(taker, (room.get(taker) ?? 0) - 1);
  return taker;
}

/** Equal weights are as good as impossible, but the order must be the same for everybody. */
function byWeight(one: string, other: string, lease: string): number {
  return weightOf(other, lease) - weightOf(one, lease) || (one < other ? -1 : 1);
}

function weightOf(member: string, lease: string): number {
  return hashOf(`${member} ${lease}`);
}

/** FNV-1a, mixed once more (the end of MurmurHash3): FNV alone ranks texts that differ in their last letter alike. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
