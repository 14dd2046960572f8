import { z } from "zod";
import type { Session } from "../adapters/security/create-auth.ts";
import { viewStream } from "../adapters/video/view-stream.ts";
import { AppError } from "../domain/errors.ts";
import { isoOf } from "../domain/iso-of.ts";
import { hasCamera, type Site } from "../domain/sites/site.ts";
import { StreamMessage } from "../domain/video/stream-message.ts";
import type { ApiContext } from "./context.ts";
import { listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { visibleSites } from "./visible-sites.ts";

const tag = "Video";
const VideoSession = z.strictObject({ expiresAt: z.iso.datetime() }).meta({ id: "VideoSession" });
export const VideoTicket = z
  .strictObject({
    url: z.string().describe("Path of the playlist; works without the cookie"),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "VideoTicket" });

export const VIDEO_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/video/streams",
    access: "video:view",
    tag,
    summary: { "zh-CN": "摄像头及其状态", en: "The cameras and how they are" },
    answer: { status: 200, description: "In order of site", schema: listOf(StreamMessage, "VideoStreamList") },
    handle({ session }, { context, clock }) {
      const sites = visibleSites(context, session).filter(hasCamera);
      const items = sites.map(({ id }) => viewStream(id, context.video.board.get(id), clock()));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/video/session",
    access: "video:view",
    tag,
    summary: {
      "zh-CN": "为本会话打开视频（设置 Cookie，须定期续期）",
      en: "Opens video for this session: sets a cookie, to be renewed",
    },
    answer: { status: 200, description: "Until when the cookie counts", schema: VideoSession },
    handle({ session }, { context, clock }) {
      const { cookie, expiresAtMs } = context.video.cookie(session?.sessionId ?? "", clock());
      return { kind: "json", body: { expiresAt: isoOf(expiresAtMs) }, cookies: [cookie] };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/video/streams/{id}/ticket",
    access: "video:view",
    tag,
    summary: {
      "zh-CN": "取得一路视频的短期地址（供播放器和脚本使用）",
      en: "A short-lived address of one stream, for players and scripts",
    },
    params: SiteParams,
    answer: { status: 200, description: "The address and its end", schema: VideoTicket },
    refusals: [404],
    handle({ params, session }, { context, clock }) {
      const site = findCamera(context, params.id, session);
      const { text, expiresAtMs } = context.video.tickets.issue(site.id, "live", session?.sessionId ?? "", clock());
      return { kind: "json", body: { url: `/v/${site.id}/${text}/index.m3u8`, expiresAt: isoOf(expiresAtMs) } };
    },
  }),
];

/** @throws {AppError} `site.not-found` for a site without a camera, too */
function findCamera(context: ApiContext, id: string, session: Session | null): Site {
  const site = findSite(context, id, session);
  if (!hasCamera(site))
    throw new AppError("site.not-found", "the site has no camera", { context: { siteId: site.id } });
  return site;
}
