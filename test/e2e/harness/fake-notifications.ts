import { CHANNELS } from "../../../adapters/channels/index.ts";
import { fieldInput } from "../../../api/channel-form.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../../domain/notification/channel.ts";
import type { NoticeDelivery } from "../../../domain/notification/delivery.ts";
import { NotificationPlan, planFaults } from "../../../domain/notification/plan.ts";
import type { RecipientEntry } from "../../../domain/notification/recipient.ts";
import type { FakeAnswer } from "./fake-admin.ts";
import { fakeDeliveries, fakePlan, fakeRecipients } from "./notice-samples.ts";

type Body = Readonly<Record<string, unknown>>;
type Settings = Record<string, unknown>;

/** Notification's part of the API, with a memory of its own: real channels' forms, real checks of plans, nothing sent. */
export type FakeNotifications = {
  /** @returns null: the address is not about notification */
  answer(method: string, url: URL, body: Body, ifMatch: string | undefined): FakeAnswer | null;
  readonly plan: () => NotificationPlan;
  /** As when somebody else saves a plan meanwhile. */
  touchPlan(): void;
  /** Empties everything, as on the first day. */
  clear(): void;
};

const PREFIX = "/api/v1/notifications";
const MINUTE_MS = 60_000;
/** How long a test message is under way. */
const TEST_TAKES_MS = 1_200;
const ok = (body: unknown, headers: Record<string, string> = {}): FakeAnswer => ({ status: 200, body, headers });
const refused = (status: number, code: string, errors?: unknown): FakeAnswer => ({
  status,
  body: { status, code, detail: code, errors },
});
const listed = (items: readonly unknown[], total = items.length) => ok({ items, nextCursor: null, total });

type Setup = {
  isEnabled: boolean;
  settings: Settings;
  failures: number;
  lastOkAt: string | null;
  lastFailedAt: string | null;
  lastReason: string | null;
};

export function createFakeNotifications(nowMs: number): FakeNotifications {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const fine = { failures: 0, lastOkAt: iso(4 * MINUTE_MS), lastFailedAt: null, lastReason: null };
  const channels = new Map<ChannelKind, Setup>([
    [
      "email",
      {
        isEnabled: true,
        settings: {
          host: "smtp.example.org",
          port: 587,
          security: "starttls",
          user: "antbox",
          password: "x",
          from: "antbox@example.org",
          fromName: "AntBox Flow",
        },
        ...fine,
      },
    ],
    [
      "sms",
      {
        isEnabled: true,
        settings: {
          provider: "aliyun",
          accessKeyId: "LTAI-example",
          accessKeySecret: "x",
          signName: "蚁箱",
          templateCode: "SMS_1",
          variables: { title: "{{title}}", text: "{{text}}" },
          longestVariable: 35,
        },
        ...fine,
      },
    ],
    [
      "wecom",
      {
        isEnabled: true,
        settings: { key: "x" },
        failures: 3,
        lastOkAt: iso(60 * MINUTE_MS),
        lastFailedAt: iso(MINUTE_MS),
        lastReason: "status 503",
      },
    ],
    [
      "telegram",
      { isEnabled: false, settings: { token: "x" }, failures: 0, lastOkAt: null, lastFailedAt: null, lastReason: null },
    ],
  ]);
  let recipients = fakeRecipients();
  let plan = fakePlan(nowMs);
  let revision = 1;
  let deliveries = fakeDeliveries(nowMs);

  function channelView(kind: ChannelKind) {
    const definition = CHANNELS[kind];
    const { label, addressLabel, addressHelp, limits, honoursKey } = definition;
    const secret = definition.fields.filter(({ isSecret }) => isSecret).map(({ key }) => key);
    const setup = channels.get(kind);
    const shown = Object.entries(setup?.settings ?? {});
    return {
      ...{ kind, label, addressLabel, addressHelp, limits, honoursKey, isSetUp: setup !== undefined },
      fields: definition.fields.map((field) => {
        const { isLong: _isLong, ...rest } = field;
        return { ...rest, input: fieldInput(definition, field) };
      }),
      ...{ isEnabled: false, failures: 0, lastOkAt: null, lastFailedAt: null, lastReason: null },
      ...setup,
      settings: Object.fromEntries(shown.filter(([key]) => !secret.includes(key))),
      secretsSet: shown.flatMap(([key]) => (secret.includes(key) ? [key] : [])),
    };
  }
  function setChannel(kind: ChannelKind, body: Body): FakeAnswer {
    const given = body["settings"] as Settings;
    const former = channels.get(kind)?.settings ?? {};
    const merged = Object.entries({ ...former, ...given }).filter(([, value]) => value !== null);
    const parsed = CHANNELS[kind].settingsSchema.safeParse(Object.fromEntries(merged));
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({
        field: `body.settings.${path.join(".")}`,
        value: "not shown",
        allowed: message,
      }));
      return refused(400, "request.invalid", errors);
    }
    const none = { failures: 0, lastOkAt: null, lastFailedAt: null, lastReason: null };
    channels.set(kind, { isEnabled: body["isEnabled"] === true, settings: parsed.data as Settings, ...none });
    return ok(channelView(kind));
  }
  function setRecipient(id: string, body: RecipientEntry): FakeAnswer {
    if (recipients.some((one) => one.name === body.name && one.id !== id))
      return refused(409, "notification.name-taken");
    const errors = (Object.entries(body.addresses) as [ChannelKind, string][]).flatMap(([kind, address]) => {
      const parsed = CHANNELS[kind].addressSchema.safeParse(address);
      return parsed.success
        ? []
        : [{ field: `body.addresses.${kind}`, value: "not shown", allowed: parsed.error.issues[0]?.message ?? "" }];
    });
    if (errors.length > 0) return refused(400, "request.invalid", errors);
    const made = { ...body, id };
    recipients = [...recipients.filter((one) => one.id !== id), made].sort((a, b) => a.name.localeCompare(b.name));
    return ok(made);
  }
  function setPlan(body: Body, ifMatch: string | undefined): FakeAnswer {
    if (ifMatch !== `"${revision}"`) return refused(412, "request.precondition-failed");
    const parsed = NotificationPlan.safeParse(body);
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({
        field: `body.${path.join(".")}`,
        value: "…",
        allowed: message,
      }));
      return refused(400, "request.invalid", errors);
    }
    const faults = planFaults(parsed.data, new Set(recipients.map(({ id }) => id)));
    if (faults.length > 0) return refused(400, "request.invalid", faults);
    plan = parsed.data;
    revision += 1;
    return ok(plan, { etag: `"${revision}"` });
  }
  /** It arrives when its time has come, also while nobody looks. */
  function settled(delivery: NoticeDelivery): NoticeDelivery {
    const isDue = delivery.subject === "test/sent" && Date.now() - Date.parse(delivery.createdAt) > TEST_TAKES_MS;
    if (!isDue) return delivery;
    const at = new Date().toISOString();
    return delivery.channel === "wecom"
      ? { ...delivery, state: "failed", attempts: 1, reason: "sign-in 93000 invalid webhook url", settledAt: at }
      : { ...delivery, state: "delivered", attempts: 1, settledAt: at };
  }
  function test(id: string, channel: ChannelKind): FakeAnswer {
    const recipient = recipients.find((one) => one.id === id);
    if (recipient === undefined) return refused(404, "notification.recipient-not-found");
    const key = crypto.randomUUID();
    const [sample] = fakeDeliveries(Date.now());
    if (sample === undefined) return refused(500, "internal.unexpected");
    const at = new Date().toISOString();
    deliveries = [
      {
        ...sample,
        ...{
          id: String(1_000 + deliveries.length),
          key,
          subject: "test/sent",
          kind: "test",
          priority: "low",
          routeId: null,
          channel,
        },
        ...{
          recipientId: id,
          recipientName: recipient.name,
          title: "AntBox Flow: test",
          alarmIds: [],
          state: "delivering",
          attempts: 0,
        },
        ...{ createdAt: at, lastTryAt: at, nextTryAt: null, reason: null },
      },
      ...deliveries,
    ];
    return { status: 202, body: { key } };
  }
  function listDeliveries(query: URLSearchParams): FakeAnswer {
    const fits = (name: string, value: string): boolean => !query.has(name) || query.get(name) === value;
    const found = deliveries
      .map(settled)
      .filter(
        (one) =>
          fits("state", one.state) &&
          fits("channel", one.channel) &&
          fits("recipientId", one.recipientId) &&
          (!query.has("alarmId") || one.alarmIds.includes(query.get("alarmId") ?? "")),
      );
    return listed(found);
  }
  const reasons = (alarmId: string): FakeAnswer =>
    listed([
      {
        alarmId,
        revision: 3,
        takenAt: iso(3 * MINUTE_MS),
        decidedAt: iso(3 * MINUTE_MS),
        reasons: { urgent: "told", others: "held-in-quiet-hours" },
      },
    ]);

  const routes: Readonly<
    Record<string, (id: string, body: Body, url: URL, ifMatch: string | undefined) => FakeAnswer>
  > = {
    "GET /channels": () => listed(CHANNEL_KINDS.map(channelView)),
    "PUT /channels/": (kind, body) => setChannel(kind as ChannelKind, body),
    "DELETE /channels/": (kind) =>
      channels.delete(kind as ChannelKind) ? { status: 204 } : refused(404, "notification.channel-not-found"),
    "GET /recipients": () => listed(recipients),
    "POST /recipients": (_, body) => setRecipient(crypto.randomUUID(), body as unknown as RecipientEntry),
    "PUT /recipients/": (id, body) => setRecipient(id, body as unknown as RecipientEntry),
    "DELETE /recipients/": (id) => {
      recipients = recipients.filter((one) => one.id !== id);
      return { status: 204 };
    },
    "POST /recipients/test": (id, body) => test(id, body["channel"] as ChannelKind),
    "GET /plan": () => ok(plan, { etag: `"${revision}"` }),
    "PUT /plan": (_, body, __, ifMatch) => setPlan(body, ifMatch),
    "GET /deliveries": (_, __, url) => listDeliveries(url.searchParams),
    "GET /reasons": (_, __, url) => reasons(url.searchParams.get("alarmId") ?? ""),
    "GET /on-call": () => listed([]),
  };
  return {
    plan: () => plan,
    touchPlan() {
      revision += 1;
    },
    clear() {
      channels.clear();
      recipients = [];
      plan = { routes: [], schedules: [] };
      deliveries = [];
      revision += 1;
    },
    answer(method, url, body, ifMatch) {
      if (!url.pathname.startsWith(PREFIX)) return null;
      const [, folder = "", id = "", act = ""] = url.pathname.slice(PREFIX.length).split("/");
      const key = act !== "" ? `/${folder}/${act}` : id !== "" ? `/${folder}/` : `/${folder}`;
      return routes[`${method} ${key}`]?.(decodeURIComponent(id), body, url, ifMatch) ?? null;
    },
  };
}
