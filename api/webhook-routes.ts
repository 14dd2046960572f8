import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { EVENT_KINDS, EVENT_NAMES } from "../domain/webhooks/event-kinds.ts";
import { MOST_WEBHOOKS, Webhook, WebhookDelivery, WebhookEntry, WebhookPatch } from "../domain/webhooks/webhook.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import type { ApiContext } from "./context.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { invalid } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Webhooks";
const access = "webhooks:manage";
const WebhookParams = z.strictObject({ id: z.uuid() });
const LogQuery = z.strictObject({
  limit: limitUpTo(500, 50),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});
const Created = z
  .strictObject({ ...Webhook.shape, secret: z.string().describe("Key of the signatures; it is never shown again") })
  .meta({ id: "CreatedWebhook" });
const Tested = z
  .strictObject({ eventId: z.uuid().describe("Comes as the header `webhook-id`, and stands in the log") })
  .meta({ id: "TestedWebhook" });
const Kind = z.strictObject({
  name: z.enum(EVENT_NAMES),
  label: z.strictObject({ "zh-CN": z.string(), en: z.string() }),
});
const WebhookList = z
  .strictObject({
    items: z.array(Webhook),
    nextCursor: z.null(),
    total: z.int(),
    kinds: z.array(Kind).describe("Every kind of event that there is"),
  })
  .meta({ id: "WebhookList" });

function unknownWebhook(): AppError {
  return new AppError("webhook.not-found", "there is no such webhook");
}

/** @throws {AppError} `webhook.not-found` */
async function findWebhook({ webhooks }: ApiContext, id: string): Promise<Webhook> {
  const found = await stored(webhooks.find(id));
  if (found === null) throw unknownWebhook();
  return found;
}

/** @throws {AppError} `request.invalid` */
async function refuseForbidden({ webhooks }: ApiContext, url: string | undefined): Promise<void> {
  if (url === undefined || (await webhooks.judge(url)) === null) return;
  const allowed =
    "must lead by https to a public address, or to one that WEBHOOK_ALLOW names, and never to a controller or a camera";
  invalid({ field: "body.url", value: "an address that nothing is sent to", allowed });
}

function nameTaken(): AppError {
  return new AppError("webhook.name-taken", "another webhook has this name");
}

function tooMany(): AppError {
  return new AppError("webhook.too-many", `there are ${MOST_WEBHOOKS} webhooks already`);
}

/** What the audit trail may know: an address can carry a token, or lead into the own network. */
function auditable({ url, ...rest }: WebhookPatch): Record<string, unknown> {
  return { ...rest, ...(url === undefined ? {} : { url: "(sealed)" }) };
}

export const WEBHOOK_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/webhooks",
    access,
    tag,
    summary: { "zh-CN": "外发通知接口", en: "The outgoing webhooks, and how each does" },
    answer: {
      status: 200,
      description: `In order of name, all of them: there are ${MOST_WEBHOOKS} at most`,
      schema: WebhookList,
    },
    refusals: [500, 503],
    async handle(_request, { context }) {
      const items = await stored(context.webhooks.list());
      const kinds = EVENT_NAMES.map((name) => ({ name, label: EVENT_KINDS[name].label }));
      return { kind: "json", body: { items, nextCursor: null, total: items.length, kinds } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/webhooks",
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "新增外发通知接口", en: "Sets up a webhook" },
    body: WebhookEntry,
    answer: {
      status: 201,
      description: "The webhook, and the secret that its signatures are made with",
      schema: Created,
    },
    refusals: [409, 503],
    isIdempotent: true,
    async handle({ body, session, address }, { context }) {
      await refuseForbidden(context, body.url);
      const actor = actorOf(session, address);
      const detail = { after: auditable(body) };
      const entry = { ...actor, action: "webhook:create", target: body.name, detail };
      const made = await audited(context.audit, entry, async () => {
        const result = await stored(context.webhooks.create(body, actor.actor));
        if (result === "name-taken") throw nameTaken();
        if (result === "too-many") throw tooMany();
        return result;
      });
      return { kind: "json", body: made };
    },
  }),
  defineRoute({
    method: "PATCH",
    path: "/api/v1/webhooks/{id}",
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "修改外发通知接口", en: "Changes a webhook, or switches it on and off" },
    params: WebhookParams,
    body: WebhookPatch,
    answer: { status: 200, description: "The webhook", schema: Webhook },
    refusals: [404, 409, 500, 503],
    async handle({ params, body, session, address }, { context }) {
      await refuseForbidden(context, body.url);
      const { name, url, events, isEnabled } = await findWebhook(context, params.id);
      const former = Object.entries({ name, url, events, isEnabled }).filter(([key]) => Object.hasOwn(body, key));
      const detail = { before: auditable(Object.fromEntries(former)), after: auditable(body) };
      const entry = { ...actorOf(session, address), action: "webhook:update", target: name, detail };
      const changed = await audited(context.audit, entry, async () => {
        const result = await stored(context.webhooks.change(params.id, body));
        if (result === "name-taken") throw nameTaken();
        if (result === null) throw unknownWebhook();
        return result;
      });
      return { kind: "json", body: changed };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/v1/webhooks/{id}",
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "删除外发通知接口及其记录", en: "Removes a webhook and its log" },
    params: WebhookParams,
    answer: { status: 204, description: "It is gone; nothing is sent to it any more" },
    refusals: [404, 500, 503],
    async handle({ params, session, address }, { context }) {
      const { name, events } = await findWebhook(context, params.id);
      const entry = {
        ...actorOf(session, address),
        action: "webhook:delete",
        target: name,
        detail: { before: { events } },
      };
      await audited(context.audit, entry, () => stored(context.webhooks.remove(params.id)));
      return { kind: "empty" };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/webhooks/{id}/test",
    access,
    tag,
    summary: { "zh-CN": "发送测试消息", en: "Sends a test event" },
    params: WebhookParams,
    answer: { status: 200, description: "It is on its way: the log says how it went", schema: Tested },
    refusals: [404, 409, 500, 503],
    async handle({ params, session, address }, { context }) {
      const { name, isEnabled } = await findWebhook(context, params.id);
      if (!isEnabled) throw new AppError("webhook.disabled", "the webhook is switched off: switch it on first");
      const actor = actorOf(session, address);
      const entry = { ...actor, action: "webhook:test", target: name };
      const eventId = await audited(context.audit, entry, () => stored(context.webhooks.test(params.id, actor.actor)));
      if (eventId === null) throw unknownWebhook();
      return { kind: "json", body: { eventId } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/webhooks/{id}/deliveries",
    access,
    tag,
    summary: { "zh-CN": "投递记录，新的在前", en: "What was sent and how it went, the newest first; kept for 30 days" },
    params: WebhookParams,
    query: LogQuery,
    answer: { status: 200, description: "One item per event", schema: listOf(WebhookDelivery, "WebhookDeliveryList") },
    refusals: [404, 500, 503],
    async handle({ params, query }, { context }) {
      await findWebhook(context, params.id);
      const { limit, cursor = null } = query;
      const { items, total } = await stored(context.webhooks.log(params.id, limit + 1, cursor));
      const page = items.slice(0, limit);
      const nextCursor = items.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { kind: "json", body: { items: page, nextCursor, total } };
    },
  }),
];
