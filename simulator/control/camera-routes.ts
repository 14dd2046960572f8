import { isLayoutName, LAYOUTS } from "../cameras/layouts/layouts.ts";
import { ENTRY_PATH } from "../cameras/layouts/place.ts";
import { isRecord, readNumber, refuse } from "../faults/fault-arguments.ts";
import type { ControlContext, ControlRequest } from "./control-routes.ts";
import { selectSites, UnknownSiteError } from "./select-sites.ts";

const MAX_ROWS = 20_000;

/** The calls about cameras; their faults are faults like others. */
export const CAMERA_ROUTES = {
  "GET /cameras": ({ runtime, gate }: ControlContext) => ({
    on: runtime.cameras.isOn,
    pictures: runtime.cameras.content.state(),
    layouts: Object.fromEntries(Object.entries(LAYOUTS).map(([name, { summary }]) => [name, summary])),
    cameras: runtime.sites.map((site) => ({
      siteId: site.spec.id,
      url: `${gate.urlOf(site.spec)}${ENTRY_PATH}`,
      layout: runtime.cameras.layoutOf(site),
    })),
  }),
  "POST /cameras/layout": ({ runtime }: ControlContext, { body }: ControlRequest) => {
    if (!isRecord(body)) refuse("body", body, "an object with sites, layout");
    const { layout } = body;
    const names = Object.keys(LAYOUTS).join(", ");
    if (typeof layout !== "string" || !isLayoutName(layout)) refuse("layout", layout, names);
    const sites = selectSites(runtime.sites, body["sites"] ?? "all");
    runtime.cameras.setLayout(sites, layout);
    return { layout, sites: sites.length };
  },
  "POST /cameras/prepare": async ({ runtime }: ControlContext, { body }: ControlRequest) => {
    const { content } = runtime.cameras;
    if (!content.hasFfmpeg) refuse("body", body, "nothing: FFmpeg is not installed, the small loop is all there is");
    await content.ready();
    return { pictures: content.state() };
  },
  "GET /cameras/hits": ({ runtime }: ControlContext, { query }: ControlRequest) => ({
    cameras: runtime.cameras.witness.hits(siteIn(runtime.sites, query) ?? undefined),
  }),
  "DELETE /cameras/hits": ({ runtime }: ControlContext) => {
    runtime.cameras.witness.reset();
    return { reset: true };
  },
  "GET /cameras/requests": ({ runtime }: ControlContext, { query }: ControlRequest) => {
    const siteId = siteIn(runtime.sites, query);
    const limit = numberIn(query, "limit", 1000, 1, MAX_ROWS);
    const after = numberIn(query, "after", 0, 0, Number.MAX_SAFE_INTEGER);
    const requests = runtime.cameras.witness.requests({ ...(siteId === null ? {} : { siteId }), after, limit });
    return { requests, next: requests.length < limit ? null : (requests.at(-1)?.row ?? null) };
  },
};

function siteIn(sites: ControlContext["runtime"]["sites"], query: URLSearchParams): string | null {
  const siteId = query.get("site");
  if (siteId !== null && !sites.some(({ spec }) => spec.id === siteId))
    throw new UnknownSiteError(`site: no site ${JSON.stringify(siteId.slice(0, 80))}`);
  return siteId;
}

function numberIn(query: URLSearchParams, field: string, fallback: number, min: number, max: number): number {
  const text = query.get(field);
  return text === null ? fallback : readNumber(field, text === "" ? Number.NaN : Number(text), min, max);
}
