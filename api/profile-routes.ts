import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { PointName } from "../domain/points/catalogue.ts";
import type { CompiledProfile } from "../domain/profiles/compile-profile.ts";
import { examineReplies } from "../domain/profiles/doctor.ts";
import { DOCTOR_CHECKS } from "../domain/profiles/doctor-remark.ts";
import { Profile } from "../domain/profiles/profile.ts";
import { Snapshot } from "../domain/telemetry/snapshot.ts";
import type { ApiContext } from "./context.ts";
import { listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";

const MAX_REPLIES = 8;

const ProfileSummary = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    tag: z.string().describe("`id@version`, as snapshots carry it"),
    label: Profile.shape.label,
    origin: Profile.shape.origin,
    requests: z.array(z.string()).describe("Names of the requests, as `replies` of a try are keyed"),
    points: z.int().describe("Points that it maps"),
    absent: Profile.shape.absent,
  })
  .meta({ id: "ProfileSummary" });

const Params = z.strictObject({ id: z.string().max(64) });

const Remark = z
  .strictObject({
    check: z.enum(DOCTOR_CHECKS),
    verdict: z.enum(["pass", "fail", "not_checked"]),
    points: z.array(PointName),
    texts: z.strictObject({ "zh-CN": z.string(), en: z.string() }),
  })
  .meta({ id: "Remark", description: "One check of the profile doctor and what it found" });

const TryRequest = z
  .strictObject({
    replies: z
      .record(z.string().max(64), z.unknown())
      .refine((replies) => Object.keys(replies).length <= MAX_REPLIES, `at most ${MAX_REPLIES} replies`)
      .describe("Parsed JSON of a controller by request name of the profile"),
  })
  .meta({ id: "TryRequest" });

export const Examination = z
  .strictObject({
    snapshot: Snapshot.pick({
      collectedAt: true,
      profile: true,
      values: true,
      quality: true,
      faults: true,
      unmapped: true,
    }),
    remarks: z.array(Remark),
  })
  .meta({ id: "Examination", description: "What a profile makes of replies, and what the doctor says to it" });

/** @throws {AppError} `profile.not-found` */
export function findProfile({ profiles }: Pick<ApiContext, "profiles">, id: string): CompiledProfile {
  const found = profiles.find(({ profile, tag }) => profile.id === id || tag === id);
  if (!found) throw new AppError("profile.not-found", `there is no profile "${id}"; see /api/v1/profiles`);
  return found;
}

function summarise({ profile, tag }: CompiledProfile): z.infer<typeof ProfileSummary> {
  const { id, version, label, origin, requests, map, absent } = profile;
  const points = Object.keys(map).length;
  return { id, version, tag, label, origin, requests: requests.map(({ name }) => name), points, absent };
}

const tag = "Catalogue";

export const PROFILE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/profiles",
    access: "profiles:read",
    tag,
    summary: { "zh-CN": "设备档案列表", en: "The device profiles" },
    answer: { status: 200, description: "All profiles", schema: listOf(ProfileSummary, "ProfileList") },
    handle(_request, { context: { profiles } }) {
      return { kind: "json", body: { items: profiles.map(summarise), nextCursor: null, total: profiles.length } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/profiles/{id}",
    access: "profiles:read",
    tag,
    summary: { "zh-CN": "单个设备档案", en: "One device profile, whole" },
    params: Params,
    answer: { status: 200, description: "The profile as it stands in its file", schema: Profile },
    refusals: [404],
    handle: ({ params }, { context }) => ({ kind: "json", body: findProfile(context, params.id).profile }),
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/profiles/{id}/try",
    access: "profiles:try",
    tag,
    summary: {
      "zh-CN": "用粘贴的应答试用设备档案：映射结果与诊断意见",
      en: "Tries a profile on pasted replies: the mapped snapshot and the doctor's remarks",
    },
    params: Params,
    body: TryRequest,
    answer: { status: 200, description: "Nothing is stored", schema: Examination },
    refusals: [404, 429],
    isCostly: true,
    handle({ params, body }, { context, clock }) {
      const compiled = findProfile(context, params.id);
      const collectedAt = new Date(clock()).toISOString();
      return { kind: "json", body: examineReplies(compiled, body.replies, { collectedAt }) };
    },
  }),
];
