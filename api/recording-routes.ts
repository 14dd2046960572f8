import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { isoOf } from "../domain/iso-of.ts";
import { LONGEST_PLAYBACK_MS, type PlaybackRange } from "../domain/video/recording/playback-playlist.ts";
import { PIECE_KINDS } from "../domain/video/recording/recorded-piece.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { ReasonText } from "./command-order.ts";
import { listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { stored } from "./stored.ts";
import { VideoTicket } from "./video-routes.ts";

const tag = "Video";
const path = "/api/v1/video/streams/{id}";
const Time = z.iso.datetime({ offset: true });
const Range = { from: Time.describe("Inclusive"), to: Time.describe("Exclusive") };
const RangeQuery = z.strictObject(Range);
const DAY_MS = 86_400_000;
const LONGEST_LIST_MS = 31 * DAY_MS;
const MOST_SPANS = 2_000;
/** Evidence that is needed for longer is exported, or locked anew [J]. */
const LONGEST_LOCK_MS = 3_650 * DAY_MS;
const LONGEST_LOCKED_MS = 7 * DAY_MS;

const RecordedSpan = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    kind: z.enum(PIECE_KINDS).describe("key_frame: one picture of each segment"),
    segments: z.int().min(1),
    bytes: z.int().min(0),
  })
  .meta({ id: "RecordedSpan", description: "A time in which something was recorded without a gap" });
const PlaybackRangeBody = z.strictObject(Range).meta({ id: "PlaybackRange" });
const LockParams = z.strictObject({
  id: SiteParams.shape.id,
  lockId: z.coerce.number().int().min(1).max(2_147_483_647),
});
const RecordingLock = z
  .strictObject({
    id: z.int(),
    siteId: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    until: z.iso.datetime().describe("The lock ends by itself then"),
    reason: z.string(),
    lockedBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "RecordingLock", description: "Recordings that are kept as evidence" });
const NewLock = z
  .strictObject({ ...Range, until: Time.describe("At most ten years from now"), reason: ReasonText.min(1) })
  .meta({ id: "NewRecordingLock" });

/** @throws {AppError} `request.invalid` for a range without a beginning before its end, or a longer one */
function rangeOf(
  { from, to }: { readonly from: string; readonly to: string },
  part: "query" | "body",
  mostMs: number,
): PlaybackRange {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const allowed = `must be after \`from\`, by at most ${mostMs / 3_600_000} hours`;
  if (range.toMs <= range.fromMs || range.toMs - range.fromMs > mostMs)
    invalid({ field: `${part}.to`, value: show(to), allowed });
  return range;
}

export const RECORDING_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: `${path}/recordings`,
    access: "video:replay",
    tag,
    summary: {
      "zh-CN": "一路摄像头在某时段的录像段",
      en: "What was recorded of a camera within a time, with its gaps",
    },
    params: SiteParams,
    query: RangeQuery,
    answer: {
      status: 200,
      description: "Oldest first; between two spans nothing was recorded. At most 31 days and 2,000 spans",
      schema: listOf(RecordedSpan, "RecordedSpanList"),
    },
    refusals: [404, 503],
    isCostly: true,
    async handle({ params, query, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const range = rangeOf(query, "query", LONGEST_LIST_MS);
      const items = await stored(context.video.recordings.spans(id, range, MOST_SPANS));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "POST",
    path: `${path}/playback`,
    access: "video:replay",
    tag,
    summary: { "zh-CN": "取得一段录像的短期播放地址", en: "A short-lived address that plays what was recorded" },
    params: SiteParams,
    body: PlaybackRangeBody,
    answer: {
      status: 200,
      description: "A playlist of at most six hours; its end may be in the future",
      schema: VideoTicket,
    },
    refusals: [404],
    handle({ params, body, session }, { context, clock }) {
      const { id } = findSite(context, params.id, session);
      const { fromMs, toMs } = rangeOf(body, "body", LONGEST_PLAYBACK_MS);
      const { text, expiresAtMs } = context.video.tickets.issue(id, "record", session?.sessionId ?? "", clock());
      const url = `/v/${id}/${text}/rec/${fromMs}-${toMs}/index.m3u8`;
      return { kind: "json", body: { url, expiresAt: isoOf(expiresAtMs) } };
    },
  }),
  defineRoute({
    method: "GET",
    path: `${path}/clip`,
    access: "video:replay",
    tag,
    summary: { "zh-CN": "导出一段录像为一个文件", en: "What was recorded within a time, as one file" },
    params: SiteParams,
    query: RangeQuery,
    answer: {
      status: 200,
      description: "The segments behind one another, without their gaps; at most six hours",
      contentType: "video/mp2t",
      otherTypes: ["video/mp4"],
    },
    refusals: [404, 503],
    isCostly: true,
    isLong: true,
    async handle({ params, query, session, address }, { context }) {
      const { id } = findSite(context, params.id, session);
      const range = rangeOf(query, "query", LONGEST_PLAYBACK_MS);
      const detail = { from: isoOf(range.fromMs), to: isoOf(range.toMs) };
      const line = { ...actorOf(session, address), action: "video:clip", target: id, detail };
      const clip = await audited(context.audit, line, async () => {
        const found = await stored(context.video.recordings.clip(id, range));
        if (found === null) throw new AppError("request.not-found", "nothing was recorded within this time");
        return found;
      });
      const { container, chunks } = clip;
      const fileName = `${id}-${detail.from.replaceAll(/[:.]/g, "-")}.${container}`;
      return { kind: "stream", contentType: container === "ts" ? "video/mp2t" : "video/mp4", fileName, chunks };
    },
  }),
  defineRoute({
    method: "GET",
    path: `${path}/locks`,
    access: "video:replay",
    tag,
    summary: { "zh-CN": "一路摄像头被锁定的录像", en: "Which recordings of a camera are locked" },
    params: SiteParams,
    answer: {
      status: 200,
      description: "Those that hold, the oldest first",
      schema: listOf(RecordingLock, "RecordingLockList"),
    },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const items = await stored(context.video.recordings.locks.list(id));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "POST",
    path: `${path}/locks`,
    access: "video:lock",
    tag,
    summary: {
      "zh-CN": "锁定一段录像作为证据",
      en: "Locks recordings as evidence: they are not removed before a time",
    },
    params: SiteParams,
    body: NewLock,
    answer: { status: 201, description: "The lock", schema: RecordingLock },
    refusals: [404, 503],
    isIdempotent: true,
    async handle({ params, body, session, address }, { context, clock }) {
      const { id } = findSite(context, params.id, session);
      const range = rangeOf(body, "body", LONGEST_LOCKED_MS);
      const untilMs = Date.parse(body.until);
      if (untilMs <= clock() || untilMs > clock() + LONGEST_LOCK_MS)
        invalid({ field: "body.until", value: show(body.until), allowed: "must be in the future, at most ten years" });
      const { reason } = body;
      const detail = { from: isoOf(range.fromMs), to: isoOf(range.toMs), until: isoOf(untilMs), reason };
      const line = { ...actorOf(session, address), action: "video:lock", target: id, detail };
      const lock = await audited(context.audit, line, () =>
        stored(context.video.recordings.locks.add(id, { ...range, untilMs, reason }, session?.username ?? "")),
      );
      return { kind: "json", body: lock };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${path}/locks/{lockId}`,
    access: "video:lock",
    tag,
    summary: { "zh-CN": "解锁录像", en: "Unlocks recordings" },
    params: LockParams,
    answer: { status: 204, description: "They go with the others from now on" },
    refusals: [404, 503],
    async handle({ params, session, address }, { context }) {
      const { id } = findSite(context, params.id, session);
      const line = {
        ...actorOf(session, address),
        action: "video:unlock",
        target: id,
        detail: { lockId: params.lockId },
      };
      await audited(context.audit, line, async () => {
        const isGone = await stored(context.video.recordings.locks.remove(id, params.lockId, session?.username ?? ""));
        if (!isGone) throw new AppError("request.not-found", "there is no such lock");
      });
      return { kind: "empty" };
    },
  }),
];
