import { z } from "zod";
import { FailureCause } from "../domain/collection/failure-cause.ts";
import type { CompiledProfile } from "../domain/profiles/compile-profile.ts";
import { examineReplies } from "../domain/profiles/doctor.ts";
import { bestFit, fitProfiles, repliesFor } from "../domain/profiles/fit-profiles.ts";
import { SiteEntry } from "../domain/sites/site.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { hideAddresses } from "../domain/telemetry/hide-addresses.ts";
import { actorOf } from "./audit-actor.ts";
import { Examination, findProfile } from "./profile-routes.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite } from "./site-routes.ts";

const Words = z.strictObject({ "zh-CN": z.string(), en: z.string() });

const Question = z
  .strictObject({
    url: SiteEntry.shape.controller.shape.url.optional().describe("Address to be asked"),
    siteId: SiteId.optional().describe("Instead: the site whose address is to be asked"),
    profile: z.string().max(64).optional().describe("Show what this profile makes of it; the best one when absent"),
  })
  .refine(({ url, siteId }) => (url === undefined) !== (siteId === undefined), "must have either url or siteId")
  .meta({ id: "ConnectionTest" });

const Fit = z
  .strictObject({
    profile: z.string(),
    label: Words,
    matchesFingerprint: z.boolean(),
    isGoodReply: z.boolean(),
    filled: z.int().describe("Points of the profile that got a value"),
    expected: z.int(),
    unmapped: z.int().describe("Fields that the profile does not know"),
    failedRequests: z.record(z.string(), FailureCause).describe("Requests of the profile without an answer"),
    reasons: z.array(Words),
  })
  .meta({ id: "ProfileFit", description: "How well a profile fits what a controller answers" });

const Result = z
  .strictObject({
    isReachable: z.boolean(),
    cause: FailureCause.nullable().describe("Why no request was answered well; null when one was"),
    latencyMs: z.number().nullable().describe("Of the first good answer"),
    best: z.string().nullable().describe("The profile to take; null when none makes a good reply of it"),
    fits: z.array(Fit).describe("Best first; empty when nobody answers"),
    examination: Examination.nullable().describe("What the profile asked for, or the best one, makes of the answers"),
  })
  .meta({ id: "ConnectionTestResult" });

export const CONNECTION_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/sites/test-connection",
    access: "sites:manage",
    tag: "Inventory",
    summary: {
      "zh-CN": "测试连接：采集一次并判断最合适的设备档案",
      en: "Asks a controller once, and says which profile fits its answers best and why",
    },
    body: Question,
    answer: {
      status: 200,
      description: "Nothing is stored. Mapped values and names of unknown fields only, never the reply itself",
      schema: Result,
    },
    refusals: [404, 429, 503],
    async handle({ body, session, address }, { context, clock, connectionTests }) {
      const { siteId, profile } = body;
      const url = body.url ?? findSite(context, siteId ?? "", session).controllerUrl;
      const wanted = profile === undefined ? null : findProfile(context, profile);
      // It sends requests into the plant's network in somebody's name, although it changes nothing.
      const actor = actorOf(session, address);
      const target = siteId ?? "";
      await context.audit.record({ ...actor, action: "site:test-connection", target, outcome: "done" });
      const { profiles } = context;
      const { isReachable, cause, latencyMs, asked } = await connectionTests.run(actor.actor, url, profiles);
      const fits = latencyMs === null ? [] : fitProfiles(profiles, asked);
      const best = bestFit(fits)?.id ?? null;
      const shown = latencyMs === null ? null : (wanted ?? byId(profiles, best));
      const collectedAt = new Date(clock()).toISOString();
      const examination = shown && examineReplies(shown, repliesFor(shown, asked), { collectedAt });
      const told = fits.map(({ id, ...fit }) => ({ profile: id, ...fit }));
      const result = { isReachable, cause, latencyMs, best, fits: told, examination: hideAddresses(examination) };
      return { kind: "json", body: result };
    },
  }),
];

function byId(profiles: readonly CompiledProfile[], id: string | null): CompiledProfile | null {
  return profiles.find(({ profile }) => profile.id === id) ?? null;
}
