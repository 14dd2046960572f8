import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../domain/notification/channel.ts";
import { MOST_RECIPIENTS, Recipient, RecipientEntry, RecipientId } from "../domain/notification/recipient.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import type { ApiContext } from "./context.ts";
import { listOf } from "./lists.ts";
import { invalid } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Notification";
const access = "notifications:manage";
const path = "/api/v1/notifications/recipients";
const Params = z.strictObject({ id: RecipientId });
const TestOrder = z.strictObject({ channel: z.enum(CHANNEL_KINDS) });
const Tested = z
  .strictObject({ key: z.string().describe("Names the message in the list of deliveries, which says how it went") })
  .meta({ id: "TestedRecipient" });

type Context = Pick<ApiContext, "notifications">;

function unknownRecipient(): AppError {
  return new AppError("notification.recipient-not-found", "there is no such recipient");
}

/** @throws {AppError} `notification.recipient-not-found` */
async function findRecipient({ notifications }: Context, id: string): Promise<Recipient> {
  const found = (await stored(notifications.recipients())).find((one) => one.id === id);
  if (found === undefined) throw unknownRecipient();
  return found;
}

/** @throws {AppError} `request.invalid` that names every address its channel cannot use */
function checkAddresses({ notifications: { kit } }: Context, { addresses }: RecipientEntry): void {
  const faults = (Object.entries(addresses) as [ChannelKind, string][]).flatMap(([kind, address]) => {
    const { success, error } = kit[kind].addressSchema.safeParse(address);
    if (success) return [];
    const [issue] = error.issues;
    return [{ field: `body.addresses.${kind}`, value: "not shown", allowed: issue?.message ?? "is wrong" }];
  });
  if (faults.length > 0) invalid(...faults);
}

/** @throws {AppError} `notification.recipient-in-use` */
async function refuseInUse({ notifications }: Context, id: string): Promise<void> {
  const { plan } = await stored(notifications.plan());
  if (!JSON.stringify(plan).includes(id)) return;
  throw new AppError(
    "notification.recipient-in-use",
    "a route or a calendar names the recipient: take it out there first",
  );
}

function nameTaken(): AppError {
  return new AppError("notification.name-taken", "another recipient has this name");
}

/** What the audit trail may know: which channels, not which addresses. */
function auditable({ name, language, addresses, isEnabled }: RecipientEntry): Record<string, unknown> {
  return { name, language, isEnabled, channels: Object.keys(addresses).sort() };
}

export const NOTIFICATION_RECIPIENT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access,
    tag,
    summary: { "zh-CN": "通知接收人及其地址", en: "Who can be told of alarms, with their addresses" },
    answer: {
      status: 200,
      description: `In order of name, all of them: there are ${MOST_RECIPIENTS} at most`,
      schema: listOf(Recipient, "NoticeRecipientList"),
    },
    refusals: [500, 503],
    async handle(_request, { context }) {
      const items = await stored(context.notifications.recipients());
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "POST",
    path,
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "新增通知接收人", en: "Adds a recipient" },
    body: RecipientEntry,
    answer: { status: 201, description: "The recipient; routes name it by its id", schema: Recipient },
    refusals: [409, 503],
    isIdempotent: true,
    async handle({ body, session, address }, { context }) {
      checkAddresses(context, body);
      const actor = actorOf(session, address);
      const entry = {
        ...actor,
        action: "notification:add-recipient",
        target: body.name,
        detail: { after: auditable(body) },
      };
      const made = await audited(context.audit, entry, async () => {
        const result = await stored(context.notifications.addRecipient(body, actor.actor));
        if (result === "name-taken") throw nameTaken();
        if (result === "too-many") {
          throw new AppError("notification.too-many", `there are ${MOST_RECIPIENTS} recipients already`);
        }
        return result;
      });
      return { kind: "json", body: made };
    },
  }),
  defineRoute({
    method: "PUT",
    path: `${path}/{id}`,
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "修改通知接收人", en: "Changes a recipient: every field is given" },
    params: Params,
    body: RecipientEntry,
    answer: { status: 200, description: "The recipient", schema: Recipient },
    refusals: [404, 409, 500, 503],
    async handle({ params, body, session, address }, { context }) {
      checkAddresses(context, body);
      const before = await findRecipient(context, params.id);
      const actor = actorOf(session, address);
      const detail = { before: auditable(before), after: auditable(body) };
      const entry = { ...actor, action: "notification:change-recipient", target: before.name, detail };
      const changed = await audited(context.audit, entry, async () => {
        const result = await stored(context.notifications.changeRecipient(params.id, body, actor.actor));
        if (result === "name-taken") throw nameTaken();
        if (result === null) throw unknownRecipient();
        return result;
      });
      return { kind: "json", body: changed };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${path}/{id}`,
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "删除通知接收人", en: "Removes a recipient that no route and no calendar names" },
    params: Params,
    answer: { status: 204, description: "Nothing is sent there any more; what was sent stays in the list" },
    refusals: [404, 409, 500, 503],
    async handle({ params, session, address }, { context }) {
      const before = await findRecipient(context, params.id);
      await refuseInUse(context, params.id);
      const detail = { before: auditable(before) };
      const entry = {
        ...actorOf(session, address),
        action: "notification:remove-recipient",
        target: before.name,
        detail,
      };
      await audited(context.audit, entry, () => stored(context.notifications.removeRecipient(params.id)));
      return { kind: "empty" };
    },
  }),
  defineRoute({
    method: "POST",
    path: `${path}/{id}/test`,
    access,
    tag,
    summary: { "zh-CN": "向接收人发送测试消息", en: "Sends a test message to a recipient" },
    params: Params,
    body: TestOrder,
    answer: { status: 202, description: "It is on its way: the list of deliveries says how it went", schema: Tested },
    refusals: [404, 409, 500, 503],
    async handle({ params, body: { channel }, session, address }, { context }) {
      const { name, addresses } = await findRecipient(context, params.id);
      if (addresses[channel] === undefined) {
        throw new AppError("notification.no-address", `the recipient has no address on the channel ${channel}`);
      }
      const isReady = (await stored(context.notifications.channels())).some(
        (one) => one.kind === channel && one.isEnabled,
      );
      if (!isReady)
        throw new AppError("notification.channel-off", `the channel ${channel} is not set up, or switched off`);
      const entry = { ...actorOf(session, address), action: "notification:test", target: name, detail: { channel } };
      const key = await audited(context.audit, entry, () => stored(context.notifications.test(params.id, channel)));
      if (key === null) throw unknownRecipient();
      return { kind: "json", body: { key } };
    },
  }),
];
