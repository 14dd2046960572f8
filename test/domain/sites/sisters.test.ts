import { expect, test } from "vitest";
import { indexCircles, type Kin, sistersOf } from "../../../domain/sites/sisters.ts";

function kin(id: string, own: Partial<Kin> = {}): Kin {
  return { id, region: "north", zone: "a", enabled: true, profileId: "hk3", ...own };
}
const many = (count: number, own: Partial<Kin>, prefix: string): Kin[] =>
  Array.from({ length: count }, (_, n) => kin(`${prefix}-${n}`, own));

test("three sisters in the zone are enough", () => {
  const sites = [...many(4, {}, "a"), ...many(9, { zone: "b" }, "b")];
  expect(sistersOf(sites, kin("a-0"))).toEqual({ basis: "zone", ids: ["a-1", "a-2", "a-3"] });
});

test("two are not: the region counts, then the profile, however few", () => {
  const sites = [...many(3, {}, "a"), ...many(1, { zone: "b" }, "b")];
  expect(sistersOf(sites, kin("a-0"))).toEqual({ basis: "region", ids: ["a-1", "a-2", "b-0"] });
  const few = [...many(2, {}, "a"), ...many(1, { region: "south" }, "s")];
  expect(sistersOf(few, kin("a-0"))).toEqual({ basis: "profile", ids: ["a-1", "s-0"] });
  expect(sistersOf([kin("alone")], kin("alone"))).toEqual({ basis: "profile", ids: [] });
});

test("a zone of the same name in another region, another profile and disabled sites are no sisters", () => {
  const sites = [
    ...many(4, {}, "a"),
    ...many(4, { region: "south" }, "s"),
    ...many(4, { profileId: "other" }, "o"),
    ...many(4, { enabled: false }, "d"),
  ];
  expect(sistersOf(sites, kin("a-0")).ids).toEqual(["a-1", "a-2", "a-3"]);
});

test("a disabled site has sisters too: all of the circle", () => {
  const sites = [...many(3, {}, "a"), kin("off", { enabled: false })];
  expect(sistersOf(sites, kin("off", { enabled: false }))).toEqual({ basis: "zone", ids: ["a-0", "a-1", "a-2"] });
});

test("names cannot be mixed up, whatever is in them", () => {
  const sites = [...many(4, { region: 'x","y', zone: "z" }, "a"), ...many(4, { region: "x", zone: 'y","z' }, "b")];
  expect(sistersOf(sites, sites[0] as Kin).ids).toEqual(["a-1", "a-2", "a-3"]);
});

test("the sites of a circle share it", () => {
  const circleOf = indexCircles(many(5, {}, "a"));
  expect(circleOf(kin("a-1"))).toBe(circleOf(kin("a-4")));
});
