import type { Schemas } from "../../client/contract.ts";
import { it } from "../inventory-text.ts";

/** What is typed. Numbers are texts until they are read. */
export type SiteDraft = {
  id: string;
  name: string;
  region: string;
  zone: string;
  profile: string;
  url: string;
  cameraUrl: string;
  cameraQueries: boolean;
  removesCamera: boolean;
  lat: string;
  lon: string;
  intervalS: string;
  miners: string;
  powerKw: string;
};
type SiteConfiguration = Schemas["SiteConfiguration"];
type SitePatch = Schemas["SitePatch"];
export type DraftErrors = Partial<Record<keyof SiteDraft, string>>;

export const EMPTY_DRAFT: SiteDraft = {
  id: "",
  name: "",
  region: "",
  zone: "",
  profile: "",
  url: "",
  cameraUrl: "",
  cameraQueries: false,
  removesCamera: false,
  lat: "",
  lon: "",
  intervalS: "",
  miners: "",
  powerKw: "",
};

const shown = (value: number | null): string => (value === null ? "" : String(value));

export function draftFrom(site: SiteConfiguration): SiteDraft {
  return {
    ...EMPTY_DRAFT,
    id: site.id,
    name: site.name,
    region: site.region,
    zone: site.zone,
    profile: site.controller.profile,
    cameraQueries: site.camera.queries,
    lat: shown(site.location?.lat ?? null),
    lon: shown(site.location?.lon ?? null),
    intervalS: shown(site.interval_s),
    miners: shown(site.miners_expected),
    powerKw: shown(site.rated_power_kw),
  };
}

const ADDRESS = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i;
const CAMERA = /^https?:\/\/\S+$/i;
const NUMBERS = {
  lat: [-90, 90, false],
  lon: [-180, 180, false],
  intervalS: [1, 3600, true],
  miners: [0, 1000, true],
  powerKw: [0, 10_000, false],
} as const satisfies Partial<Record<keyof SiteDraft, readonly [low: number, high: number, isWhole: boolean]>>;
type NumberField = keyof typeof NUMBERS;

/** @param isNew an address is needed, and an id */
export function checkDraft(draft: SiteDraft, isNew: boolean): DraftErrors {
  const errors: DraftErrors = {};
  const need = (field: "name" | "region" | "zone", longest: number) => {
    const text = draft[field].trim();
    if (text === "" || text.length > longest) errors[field] = it("site.bad-line", { n: longest });
  };
  need("name", 120);
  need("region", 64);
  need("zone", 64);
  if (isNew && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(draft.id)) errors.id = it("site.bad-id");
  if (draft.url === "" ? isNew : !ADDRESS.test(draft.url.trim())) errors.url = it("site.bad-url");
  if (draft.cameraUrl !== "" && !CAMERA.test(draft.cameraUrl.trim())) errors.cameraUrl = it("site.bad-url");
  for (const field of Object.keys(NUMBERS) as NumberField[]) {
    const [low, high, isWhole] = NUMBERS[field];
    const value = numberOf(draft[field]);
    if (value === null) continue;
    const isGood = value >= low && value <= high && (!isWhole || Number.isInteger(value));
    if (!isGood) errors[field] = it("site.bad-number", { low, high });
  }
  if ((draft.lat.trim() === "") !== (draft.lon.trim() === "")) errors.lat ??= it("site.bad-location");
  return errors;
}

/** A new site, as a sites file would say it. Only for a draft without errors. */
export function entryFrom(draft: SiteDraft): Schemas["SiteEntry"] {
  const { intervalS, miners, powerKw, cameraUrl, cameraQueries } = draft;
  const optional = {
    interval_s: numberOf(intervalS),
    miners_expected: numberOf(miners),
    rated_power_kw: numberOf(powerKw),
  };
  const location = locationOf(draft);
  return {
    id: draft.id,
    name: draft.name.trim(),
    region: draft.region.trim(),
    zone: draft.zone.trim(),
    enabled: true,
    controller: { url: draft.url.trim(), profile: draft.profile },
    ...(cameraUrl === "" ? {} : { camera: { url: cameraUrl.trim(), queries: cameraQueries } }),
    ...(location === null ? {} : { location }),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  };
}

/** What differs from what is there; null = nothing does. Only for a draft without errors. */
export function patchFrom(site: SiteConfiguration, draft: SiteDraft): SitePatch | null {
  const location = locationOf(draft);
  const isElsewhere = JSON.stringify(location) !== JSON.stringify(site.location);
  const patch: SitePatch = {
    ...textsFrom(site, draft),
    ...controllerFrom(site, draft),
    ...cameraFrom(site, draft),
    ...(isElsewhere ? { location } : {}),
    ...numbersFrom(site, draft),
  };
  return Object.keys(patch).length > 0 ? patch : null;
}

function textsFrom(site: SiteConfiguration, draft: SiteDraft): SitePatch {
  const fields = (["name", "region", "zone"] as const).filter((field) => draft[field].trim() !== site[field]);
  return Object.fromEntries(fields.map((field) => [field, draft[field].trim()]));
}

function controllerFrom(site: SiteConfiguration, draft: SiteDraft): SitePatch {
  const url = draft.url.trim();
  const isOther = draft.profile !== site.controller.profile;
  if (url === "" && !isOther) return {};
  return { controller: { ...(url === "" ? {} : { url }), ...(isOther ? { profile: draft.profile } : {}) } };
}

function cameraFrom({ camera }: SiteConfiguration, draft: SiteDraft): SitePatch {
  const { cameraUrl, cameraQueries: queries, removesCamera } = draft;
  const change = {
    ...(cameraUrl === "" ? {} : { url: cameraUrl.trim() }),
    ...(queries === camera.queries ? {} : { queries }),
  };
  if (camera.isSet && removesCamera && cameraUrl === "") return { camera: null };
  return Object.keys(change).length > 0 ? { camera: change } : {};
}

function numbersFrom(site: SiteConfiguration, draft: SiteDraft): SitePatch {
  const typed = {
    interval_s: numberOf(draft.intervalS),
    miners_expected: numberOf(draft.miners),
    rated_power_kw: numberOf(draft.powerKw),
  } as const;
  const fields = Object.keys(typed) as (keyof typeof typed)[];
  return Object.fromEntries(
    fields.filter((field) => typed[field] !== site[field]).map((field) => [field, typed[field]]),
  );
}

function locationOf({ lat, lon }: SiteDraft): { lat: number; lon: number } | null {
  const [north, east] = [numberOf(lat), numberOf(lon)];
  return north === null || east === null ? null : { lat: north, lon: east };
}

/** null = nothing is typed; NaN = no number. */
function numberOf(text: string): number | null {
  const typed = text.trim();
  if (typed === "") return null;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(typed) ? Number(typed) : Number.NaN;
}
