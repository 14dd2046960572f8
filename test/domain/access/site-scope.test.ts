import fc from "fast-check";
import { expect, test } from "vitest";
import { compileScope, isInScope, NOTHING, SiteScope, scopeKey } from "../../../domain/access/site-scope.ts";

const site = { id: "site-001", region: "north", zone: "zone-101" };

test.for([
  { name: "no limit at all", scope: null, expected: true },
  { name: "nothing", scope: NOTHING, expected: false },
  { name: "its region", scope: { regions: ["south", "north"], zones: [], sites: [] }, expected: true },
  { name: "its zone", scope: { regions: [], zones: ["zone-101"], sites: [] }, expected: true },
  { name: "its name", scope: { regions: [], zones: [], sites: ["site-001"] }, expected: true },
  {
    name: "its zone, in another region",
    scope: { regions: ["south"], zones: ["zone-101"], sites: [] },
    expected: true,
  },
  { name: "other names of every kind", scope: { regions: ["s"], zones: ["z"], sites: ["site-002"] }, expected: false },
  { name: "its region as a zone", scope: { regions: ["zone-101"], zones: ["north"], sites: [] }, expected: false },
  { name: "its region in capitals", scope: { regions: ["North"], zones: [], sites: [] }, expected: false },
  { name: "the beginning of its id", scope: { regions: [], zones: [], sites: ["site-00"] }, expected: false },
  { name: "its id with a space", scope: { regions: [], zones: [], sites: ["site-001 "] }, expected: false },
  { name: "its id as a region", scope: { regions: ["site-001"], zones: ["site-001"], sites: [] }, expected: false },
])("a scope of $name lets the site be seen: $expected", ({ scope, expected }) => {
  expect(isInScope(scope, site)).toBe(expected);
  expect(compileScope(scope)(site)).toBe(expected);
});

const names = fc.array(fc.constantFrom("a", "b", "c", "d", "constructor", "__proto__"), { maxLength: 6 });
const scopes = fc.option(fc.record({ regions: names, zones: names, sites: names }), { nil: null });
const name = fc.constantFrom("a", "b", "c", "d", "e", "constructor", "__proto__");
const sites = fc.record({ id: name, region: name, zone: name });

test("asked for many sites, a scope says the same", () => {
  fc.assert(
    fc.property(scopes, sites, (scope, one) => {
      expect(compileScope(scope)(one)).toBe(isInScope(scope, one));
    }),
  );
});

test("two scopes share their key exactly when their names are the same", () => {
  const canonical = (scope: SiteScope | null) =>
    scope && [scope.regions, scope.zones, scope.sites].map((list) => new Set(list));
  fc.assert(
    fc.property(scopes, scopes, (a, b) => {
      const isSame = (() => {
        const [left, right] = [canonical(a), canonical(b)];
        if (left === null || right === null) return left === right;
        return left.every((set, kind) => [...set].sort().join() === [...(right[kind] ?? [])].sort().join());
      })();
      expect(scopeKey(a) === scopeKey(b)).toBe(isSame);
    }),
    { numRuns: 2000 },
  );
});

test("names that would look alike when joined keep scopes apart", () => {
  const one = scopeKey({ regions: ["a,b"], zones: [], sites: [] });
  const two = scopeKey({ regions: ["a", "b"], zones: [], sites: [] });
  const three = scopeKey({ regions: ["a"], zones: ["b"], sites: [] });
  expect(new Set([one, two, three, scopeKey(null), scopeKey(NOTHING)]).size).toBe(5);
});

test.for([
  { name: "no lists", input: {}, expected: NOTHING },
  { name: "one list", input: { zones: ["z"] }, expected: { regions: [], zones: ["z"], sites: [] } },
  { name: "an unknown list", input: { regions: [], countries: ["x"] }, expected: null },
  { name: "an empty name", input: { sites: [""] }, expected: null },
  { name: "a name that is too long", input: { sites: ["x".repeat(65)] }, expected: null },
  { name: "too many names", input: { sites: Array.from({ length: 1001 }, (_, at) => `s${at}`) }, expected: null },
  { name: "a text", input: "north", expected: null },
  { name: "nothing at all", input: null, expected: null },
])("a scope is read from $name", ({ input, expected }) => {
  expect(SiteScope.safeParse(input).data ?? null).toEqual(expected);
});
