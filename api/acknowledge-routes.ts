import { z } from "zod";
import type { Acknowledgeable } from "../adapters/notification/delivery-log.ts";
import { ACKNOWLEDGE_STYLE, type AcknowledgePage, type LinkState, renderAcknowledgePage } from "./acknowledge-page.ts";
import { actOn } from "./alarm-acts.ts";
import { audited } from "./audited.ts";
import type { ApiContext } from "./context.ts";
import { represent } from "./representation.ts";
import { defineRoute, type Reply, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Notification";
const path = "/acknowledge/{token}";
const Params = z.strictObject({ token: z.string().max(120) });
const answer = {
  status: 200,
  description: "A page for people, whatever the link is worth",
  contentType: "text/html",
} as const;
const STYLE = represent("text/css; charset=utf-8", ACKNOWLEDGE_STYLE);

type Context = Pick<ApiContext, "notifications" | "alarms" | "audit" | "config">;
type Link =
  | { readonly state: "open" | "used"; readonly key: string; readonly message: Acknowledgeable }
  | { readonly state: "over" | "unknown" };

async function followLink({ notifications }: Context, token: string): Promise<Link> {
  const read = notifications.links.read(token);
  if (typeof read === "string") return { state: read };
  const message = await stored(notifications.byKey(read.key));
  if (message === null) return { state: "over" };
  return { state: message.acknowledgedAt === null ? "open" : "used", key: read.key, message };
}

function page({ config }: Context, link: Link, state: LinkState, count = 0): Reply {
  const known = "message" in link ? link.message.notice : null;
  const shown: AcknowledgePage = {
    state,
    count,
    language: known?.language ?? null,
    title: known?.title ?? "",
    recipientName: known?.recipientName ?? "",
    url: known?.url ?? config.publicUrl,
  };
  return { kind: "text", contentType: "text/html; charset=utf-8", text: renderAcknowledgePage(shown) };
}

/**
 * Alarms of a message that still ask as they did when it was written: one that was raised again since is another matter,
 * of which its reader knows nothing yet.
 */
async function stillAsking({ alarms }: Context, { notice, createdAt }: Acknowledgeable): Promise<string[]> {
  const asked = notice.alarms.flatMap(({ alarmId, isAsking }) => (isAsking ? [alarmId] : []));
  const found = await stored(alarms.store.list({ siteIds: null, alarmIds: asked }, { limit: 500, cursor: null }));
  return found.items.flatMap(({ alarm }) =>
    alarm.needsAcknowledgement && Date.parse(alarm.raisedAt) <= Date.parse(createdAt) ? [alarm.id] : [],
  );
}

/** @returns how many were acknowledged; null when the link was used meanwhile */
async function acknowledge(
  context: Context,
  key: string,
  message: Acknowledgeable,
  at: string,
  address: string,
): Promise<number | null> {
  const ids = await stillAsking(context, message);
  const by = message.notice.recipientName;
  const line = {
    actorKind: "anonymous",
    actor: by,
    address,
    action: "alarm:acknowledge",
    target: ids.length === 1 ? (ids[0] ?? "") : `${ids.length} alarms`,
    detail: { by: "link of a message", message: key, alarmIds: ids.slice(0, 50) },
  } as const;
  return audited(context.audit, line, async () => {
    if (!(await stored(context.notifications.useLink(key)))) return null;
    try {
      const note = "";
      const acts = ids.map((alarmId) => ({ alarmId, event: { type: "acknowledge", at, by, note } as const }));
      const outcomes = await actOn(context, acts);
      return outcomes.filter(({ refused }) => refused === null).length;
    } catch (error) {
      await stored(context.notifications.releaseLink(key));
      throw error;
    }
  });
}

export const ACKNOWLEDGE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access: "public",
    tag,
    summary: {
      "zh-CN": "消息中的确认链接：显示并询问",
      en: "The acknowledge link of a message: shows what it is about, and asks",
    },
    params: Params,
    answer,
    refusals: [503],
    async handle({ params: { token } }, { context }) {
      const link = await followLink(context, token);
      return page(context, link, link.state);
    },
  }),
  defineRoute({
    method: "POST",
    path,
    access: "public",
    tag,
    summary: { "zh-CN": "按下确认按钮", en: "Acknowledges what the message tells of; works once" },
    params: Params,
    answer,
    refusals: [503],
    async handle({ params: { token }, address }, { context, clock }) {
      const link = await followLink(context, token);
      if (link.state !== "open") return page(context, link, link.state);
      const at = new Date(clock()).toISOString();
      const count = await acknowledge(context, link.key, link.message, at, address);
      return count === null ? page(context, link, "used") : page(context, link, "done", count);
    },
  }),
  defineRoute({
    method: "GET",
    path: "/acknowledge/page/style.css",
    access: "public",
    tag,
    summary: { "zh-CN": "确认页面的样式", en: "Style of that page" },
    answer: { status: 200, description: "CSS", contentType: "text/css", isTagged: true },
    handle: () => ({ kind: "representation", representation: STYLE }),
  }),
];
