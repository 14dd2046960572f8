import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  COLLECTOR_LEASES,
  leaseOfSite,
  leaseOfUnnumbered,
  shareLeases,
} from "../../../domain/collection/share-sites.ts";

const member = fc.stringMatching(/^[a-z]{2,8}-[0-9]{1,5}-[0-9a-f]{8}$/);
const members = (minLength: number) => fc.uniqueArray(member, { minLength, maxLength: 20 });
/** Any state that the table can be in: held by somebody alive, by somebody gone, or free. */
const holders = (alive: readonly string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...alive), fc.constant("gone-1-00000000"), fc.constant(null)), {
      minLength: COLLECTOR_LEASES.length,
      maxLength: COLLECTOR_LEASES.length,
    })
    .map(
      (list) => new Map(list.flatMap((holder, i) => (holder ? [[COLLECTOR_LEASES[i] ?? "", holder] as const] : []))),
    );
const state = fc
  .uniqueArray(member, { minLength: 1, maxLength: 20 })
  .chain((alive) => fc.tuple(fc.constant(alive), holders(alive)));

function loads(alive: readonly string[], shared: ReadonlyMap<string, string>): number[] {
  return alive.map((id) => [...shared.values()].filter((holder) => holder === id).length);
}
const moved = (from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string[] =>
  COLLECTOR_LEASES.filter((lease) => from.get(lease) !== to.get(lease));

describe("who should hold which lease", () => {
  test("every lease has one living member, and loads differ by one at most, whatever the state before", () => {
    fc.assert(
      fc.property(state, ([alive, before]) => {
        const shared = shareLeases(alive, before);
        expect([...shared.keys()].sort()).toEqual([...COLLECTOR_LEASES].sort());
        const counts = loads(alive, shared);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(COLLECTOR_LEASES.length / alive.length));
      }),
    );
  });

  test("all come to the same answer, in whatever order they know each other", () => {
    fc.assert(
      fc.property(state, ([alive, before]) => {
        expect(shareLeases([...alive].reverse(), before)).toEqual(shareLeases(alive, before));
      }),
    );
  });

  test("what was reached is a state of rest", () => {
    fc.assert(
      fc.property(state, ([alive, before]) => {
        const shared = shareLeases(alive, before);
        expect(moved(shared, shareLeases(alive, shared))).toEqual([]);
      }),
    );
  });

  test("a lease leaves a living member only when that holds more than its part", () => {
    fc.assert(
      fc.property(state, ([alive, before]) => {
        const shared = shareLeases(alive, before);
        const most = Math.ceil(COLLECTOR_LEASES.length / alive.length);
        for (const id of alive) {
          const held = COLLECTOR_LEASES.filter((lease) => before.get(lease) === id);
          const kept = held.filter((lease) => shared.get(lease) === id);
          const least = Math.min(held.length, Math.floor(COLLECTOR_LEASES.length / alive.length));
          expect(kept.length).toBeGreaterThanOrEqual(least);
          if (held.length <= least) expect(kept).toEqual(held);
          expect(kept.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test("who comes takes its part and nothing else moves; who goes leaves what it had and nothing else moves", () => {
    fc.assert(
      fc.property(members(2), ([newcomer, ...alive]) => {
        const before = shareLeases(alive, new Map());
        const after = shareLeases([...alive, newcomer ?? ""], before);
        const taken = moved(before, after);
        expect(taken.every((lease) => after.get(lease) === newcomer)).toBe(true);
        expect(taken.length).toBeLessThanOrEqual(Math.ceil(COLLECTOR_LEASES.length / (alive.length + 1)));

        const [leaver, ...staying] = alive;
        const left = shareLeases(staying.length > 0 ? staying : [newcomer ?? ""], before);
        const lost = COLLECTOR_LEASES.filter((lease) => before.get(lease) === leaver);
        expect(moved(before, left)).toEqual(lost);
      }),
    );
  });

  test("one member has everything, without members nobody has anything", () => {
    expect(new Set(shareLeases(["alone"], new Map()).values())).toEqual(new Set(["alone"]));
    expect(shareLeases([], new Map([["collector:1", "gone"]])).size).toBe(0);
  });

  test("members that begin together want different leases first", () => {
    const shared = shareLeases(["host-1-00aa11bb", "host-2-00aa11bc", "host-3-00aa11bd"], new Map());
    const byMember = Map.groupBy(COLLECTOR_LEASES, (lease) => shared.get(lease));
    // Blocks of neighbours would mean that the hash does not mix.
    const blocks = [...byMember.values()].filter((leases) => isBlock(leases.map((name) => Number(name.split(":")[1]))));
    expect(blocks).toEqual([]);
  });
});

function isBlock(places: number[]): boolean {
  return places.every((place, i) => i === 0 || place === (places[i - 1] ?? 0) + 1);
}

describe("the lease of a site", () => {
  test("is the one of the schema", () => {
    expect([1, 15, 16, 17, 150].map(leaseOfSite)).toEqual([
      "collector:1",
      "collector:15",
      "collector:0",
      "collector:1",
      "collector:6",
    ]);
  });

  test("without a number it is any, but always the same", () => {
    const ids = Array.from({ length: 1600 }, (_, i) => `site-${i}`);
    const counts = Map.groupBy(ids, leaseOfUnnumbered);
    expect(leaseOfUnnumbered("site-1")).toBe(leaseOfUnnumbered("site-1"));
    expect([...counts.keys()].sort()).toEqual([...COLLECTOR_LEASES].sort());
    for (const sites of counts.values()) expect(sites.length).toBeGreaterThan(50);
  });
});
