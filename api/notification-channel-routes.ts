import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { CHANNEL_KINDS, NOTICE_LANGUAGES } from "../domain/notification/channel.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { FieldInput, fieldInput } from "./channel-form.ts";
import type { ApiContext } from "./context.ts";
import { invalid } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Notification";
const access = "notifications:manage";
const path = "/api/v1/notifications/channels";
const Params = z.strictObject({ kind: z.enum(CHANNEL_KINDS) });
const Pairs = z.record(z.string().max(64), z.string().max(1_000));
const Value = z.union([z.string().max(10_000), z.number(), z.boolean(), Pairs, z.null()]);
const Settings = z.record(z.string().max(64), Value);
const Entry = z
  .strictObject({
    isEnabled: z.boolean(),
    settings: Settings.describe("As its fields say. A secret that is left out stays what it was; null takes it away"),
  })
  .meta({ id: "NoticeChannelEntry" });

const Labels = z.strictObject(Object.fromEntries(NOTICE_LANGUAGES.map((language) => [language, z.string()])));
const Field = z.strictObject({
  key: z.string(),
  label: Labels,
  help: Labels.optional(),
  isSecret: z.boolean().describe("It is sealed, and never shown again"),
  when: z.strictObject({ key: z.string(), is: z.string() }).optional(),
  input: FieldInput,
});
const Limits = z.strictObject({
  perMinute: z.number(),
  perSecond: z.number().nullable(),
  longest: z.strictObject({ count: z.int(), unit: z.enum(["bytes", "characters"]) }),
});
const ChannelView = z
  .strictObject({
    kind: z.enum(CHANNEL_KINDS),
    label: Labels,
    addressLabel: Labels,
    addressHelp: Labels,
    fields: z.array(Field),
    limits: Limits.describe("What the receiver's side lets through; longer messages are cut"),
    honoursKey: z.boolean().describe("The receiver tells repetitions by the message's key"),
    isSetUp: z.boolean(),
    isEnabled: z.boolean(),
    settings: z.record(z.string(), Value).describe("Without what is secret"),
    secretsSet: z.array(z.string()).describe("Secret fields that have a value"),
    failures: z.int().describe("Failed tries since the last one that was delivered"),
    lastOkAt: z.iso.datetime().nullable(),
    lastFailedAt: z.iso.datetime().nullable(),
    lastReason: z.string().nullable(),
  })
  .meta({ id: "NoticeChannel" });
const ChannelList = z
  .strictObject({ items: z.array(ChannelView), nextCursor: z.null(), total: z.int() })
  .meta({ id: "NoticeChannelList" });

const NOT_SET_UP = {
  isEnabled: false,
  settings: {},
  secretsSet: [],
  failures: 0,
  lastOkAt: null,
  lastFailedAt: null,
  lastReason: null,
};

/** Every kind of channel that there is, set up or not. */
async function viewChannels({
  notifications,
}: Pick<ApiContext, "notifications">): Promise<z.infer<typeof ChannelView>[]> {
  const states = await stored(notifications.channels());
  return CHANNEL_KINDS.map((kind) => {
    const definition = notifications.kit[kind];
    const { label, addressLabel, addressHelp, limits, honoursKey } = definition;
    const fields = definition.fields.map((field) => {
      const { isLong: _isLong, ...shown } = field;
      return { ...shown, input: fieldInput(definition, field) };
    });
    const { kind: _kind, ...state } = states.find((one) => one.kind === kind) ?? { kind, ...NOT_SET_UP };
    const isSetUp = states.some((one) => one.kind === kind);
    return ChannelView.parse({ kind, label, addressLabel, addressHelp, fields, limits, honoursKey, isSetUp, ...state });
  });
}

export const NOTIFICATION_CHANNEL_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access,
    tag,
    summary: { "zh-CN": "通知渠道及其状态", en: "The channels of notification, their settings and how each does" },
    answer: { status: 200, description: "All kinds, in the order of lists", schema: ChannelList },
    refusals: [500, 503],
    async handle(_request, { context }) {
      const items = await viewChannels(context);
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "PUT",
    path: `${path}/{kind}`,
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "设置通知渠道", en: "Sets a channel up" },
    params: Params,
    body: Entry,
    answer: { status: 200, description: "The channel, without what is secret", schema: ChannelView },
    refusals: [500, 503],
    async handle({ params: { kind }, body: { settings, isEnabled }, session, address }, { context }) {
      const actor = actorOf(session, address);
      // Which fields were given, never what stands in them: servers and accounts are as private as keys.
      const detail = { after: { isEnabled, fields: Object.keys(settings).sort() } };
      const entry = { ...actor, action: "notification:set-channel", target: kind, detail };
      await audited(context.audit, entry, async () => {
        const faults = await stored(context.notifications.setChannel(kind, settings, isEnabled, actor.actor));
        if (faults === null) return;
        invalid(
          ...faults.map(({ field, allowed }) => ({
            field: ["body.settings", field].filter((part) => part !== "").join("."),
            value: "not shown",
            allowed,
          })),
        );
      });
      const view = (await viewChannels(context)).find((one) => one.kind === kind);
      return { kind: "json", body: view };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${path}/{kind}`,
    access,
    needsProof: true,
    tag,
    summary: { "zh-CN": "移除通知渠道的设置", en: "Forgets how a channel is set up" },
    params: Params,
    answer: { status: 204, description: "Nothing is sent by it any more" },
    refusals: [404, 503],
    async handle({ params: { kind }, session, address }, { context }) {
      const entry = { ...actorOf(session, address), action: "notification:remove-channel", target: kind };
      await audited(context.audit, entry, async () => {
        if (await stored(context.notifications.removeChannel(kind))) return;
        throw new AppError("notification.channel-not-found", `the channel ${kind} is not set up`);
      });
      return { kind: "empty" };
    },
  }),
];
