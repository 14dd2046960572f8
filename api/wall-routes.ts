import { z } from "zod";
import type { Session } from "../adapters/security/create-auth.ts";
import { AppError } from "../domain/errors.ts";
import { plainText } from "../domain/plain-text.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { WALL_LAYOUTS } from "../domain/video/wall-layout.ts";
import { WALL_MODES } from "../domain/video/wall-live.ts";
import { CYCLE_CHOICES_S, MAX_ARRANGED, MAX_NAME_LENGTH, MAX_SAVED_WALLS } from "../domain/video/wall-settings.ts";
import { listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Video";
const access = "video:view";
const path = "/api/v1/video/walls/{name}";

const WallView = z
  .strictObject({
    layout: z.literal(WALL_LAYOUTS).describe("Tiles of one page"),
    mode: z.enum(WALL_MODES),
    cycleS: z.literal(CYCLE_CHOICES_S).describe("Seconds until the next page; 0 = it does not turn"),
    isAlarmedFirst: z.boolean(),
    arranged: z
      .array(SiteId)
      .max(MAX_ARRANGED)
      .describe("Streams in the order that somebody gave them; the others follow"),
  })
  .meta({ id: "WallView" });
const SavedWall = z
  .strictObject({ name: z.string(), view: WallView })
  .meta({ id: "SavedWall", description: "How somebody looks at the video wall, under a name" });
const WallParams = z.strictObject({
  name: plainText(MAX_NAME_LENGTH)
    .min(1)
    .refine((name) => name.trim() === name, "must not begin or end with blanks"),
});

/** A wall is a person's: a service token has none, whatever it is called. @throws {AppError} `request.not-found` */
function ownerOf(session: Session | null): string {
  if (session === null || session.grants !== null)
    throw new AppError("request.not-found", "service tokens keep no walls");
  return session.username;
}

export const WALL_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/video/walls",
    access,
    tag,
    summary: { "zh-CN": "自己保存的视频墙布局", en: "The walls that one has saved" },
    answer: { status: 200, description: "In order of their names", schema: listOf(SavedWall, "SavedWallList") },
    refusals: [404, 503],
    async handle({ session }, { context }) {
      const items = await stored(context.video.walls.list(ownerOf(session)));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "PUT",
    path,
    access,
    tag,
    summary: { "zh-CN": "保存视频墙布局；同名的被替换", en: "Saves a wall; one of the same name gives way" },
    params: WallParams,
    body: WallView,
    answer: { status: 200, description: "The wall", schema: SavedWall },
    refusals: [404, 503],
    async handle({ params: { name }, body: view, session }, { context }) {
      const outcome = await stored(context.video.walls.keep(ownerOf(session), name, view));
      if (outcome === "full")
        invalid({ field: "params.name", value: show(name), allowed: `must be one of ${MAX_SAVED_WALLS} at most` });
      if (outcome === "nobody") throw new AppError("request.not-found", "there is no account of this name any more");
      return { kind: "json", body: { name, view } };
    },
  }),
  defineRoute({
    method: "DELETE",
    path,
    access,
    tag,
    summary: { "zh-CN": "删除保存的视频墙布局", en: "Removes a saved wall" },
    params: WallParams,
    answer: { status: 204, description: "It is gone" },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      if (!(await stored(context.video.walls.remove(ownerOf(session), params.name))))
        throw new AppError("request.not-found", "there is no such wall");
      return { kind: "empty" };
    },
  }),
];
