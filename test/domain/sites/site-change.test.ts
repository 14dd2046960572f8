import { describe, expect, test } from "vitest";
import { SiteEntry, siteFromEntry } from "../../../domain/sites/site.ts";
import {
  applyPatch,
  configurationOf,
  describeSiteChange,
  entryFromSite,
  mayPlace,
  SiteConfiguration,
} from "../../../domain/sites/site-change.ts";
import { aSite } from "../../api/builders.ts";

const site = aSite(1);

test("a site as a file says it is the same site again", () => {
  for (const one of [
    site,
    aSite(3, { cameraQueries: true }),
    aSite(2, { cameraUrl: null, location: null, minersExpected: null, ratedPowerKw: null }),
  ]) {
    expect(siteFromEntry(SiteEntry.parse(entryFromSite(one)))).toEqual(one);
  }
});

test("what is absent stays, null takes away", () => {
  expect(applyPatch(site, {})).toEqual(site);
  expect(applyPatch(site, { camera: null, location: null, miners_expected: null })).toEqual({
    ...site,
    cameraUrl: null,
    location: null,
    minersExpected: null,
  });
  const withQueries = applyPatch(site, { camera: { queries: true } });
  expect(withQueries).toEqual({ ...site, cameraQueries: true });
  expect(applyPatch(withQueries, { camera: { url: "http://10.2.101.9/a.m3u8" } })).toEqual({
    ...withQueries,
    cameraUrl: "http://10.2.101.9/a.m3u8",
  });
  // Another camera at that place is not meant.
  expect(applyPatch(withQueries, { camera: null })).toEqual({ ...site, cameraUrl: null });
  expect(applyPatch({ ...site, cameraUrl: null }, { camera: { queries: true } }).cameraQueries).toBe(false);
  expect(applyPatch(site, { controller: { profile: "p" } })).toEqual({ ...site, profileId: "p" });
});

test("what may be seen of a site holds no address", () => {
  const configuration = configurationOf(site, 3, null);
  expect(SiteConfiguration.parse(configuration)).toEqual(configuration);
  expect(JSON.stringify(configuration)).not.toMatch(/10\.|http/);
});

test("a change is told by its fields, an address only by that it changed", () => {
  const moved = { ...site, controllerUrl: "http://10.9.9.9", cameraUrl: null, name: "x" };
  expect(describeSiteChange(site, moved)).toEqual({
    before: { name: "站点 1", controllerUrl: "(changed)", cameraUrl: "(set)" },
    after: { name: "x", controllerUrl: "(changed)", cameraUrl: null },
  });
  expect(JSON.stringify(describeSiteChange(null, moved))).not.toContain("10.9");
});

describe("somebody with a limit", () => {
  const here = aSite(1, { region: "north", zone: "a" });
  const scope = (own: object) => ({ regions: [], zones: [], sites: [], ...own });
  test.for([
    { scope: null, to: ["south", "z"], may: true },
    { scope: scope({ sites: ["site-001"] }), to: ["north", "a"], may: true },
    { scope: scope({ sites: ["site-001"] }), to: ["south", "a"], may: false },
    { scope: scope({ sites: ["site-001"] }), to: ["north", "b"], may: false },
    { scope: scope({ regions: ["north"] }), to: ["north", "b"], may: true },
    { scope: scope({ regions: ["north"] }), to: ["south", "a"], may: false },
    { scope: scope({ regions: ["north", "south"] }), to: ["south", "b"], may: true },
    { scope: scope({ zones: ["a", "b"] }), to: ["north", "b"], may: true },
    { scope: scope({ zones: ["a", "b"] }), to: ["south", "b"], may: false },
    { scope: scope({ zones: ["a"] }), to: ["north", "c"], may: false },
  ])("$scope moves it to $to: $may", ({ scope: limit, to: [region = "", zone = ""], may }) => {
    expect(mayPlace(limit, here, { ...here, region, zone })).toBe(may);
  });
});
