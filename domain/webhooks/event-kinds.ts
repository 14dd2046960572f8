/** Words for people, in both languages. */
type Text = { readonly "zh-CN": string; readonly en: string };

/** One kind of event that others may be told of. */
export type EventKind = {
  readonly label: Text;
  /** The actions of the audit trail that make one, each once it was done; empty = it is made in another way. */
  readonly actions: readonly string[];
};

/**
 * Every kind of event that a webhook may be told of. Once published, a kind is never renamed; a new one is one entry here.
 * An event says what happened, to what, by whom, and which fields changed: never the values, for they may be private.
 */
export const EVENT_KINDS = {
  "site.changed": {
    label: { "zh-CN": "站点清单有变更", en: "The inventory of sites was changed" },
    actions: ["site:create", "site:update", "site:import", "site:delete"],
  },
  "user.changed": {
    label: { "zh-CN": "用户有变更", en: "A person's account was changed" },
    actions: ["user:create", "user:update", "user:delete"],
  },
  "flows.deployed": {
    label: { "zh-CN": "流程已部署", en: "Flows were deployed" },
    actions: ["flows:deploy"],
  },
  "webhook.test": {
    label: { "zh-CN": "测试消息", en: "A test that somebody asked for" },
    actions: [],
  },
} as const satisfies Record<`${string}.${string}`, EventKind>;

export type EventName = keyof typeof EVENT_KINDS;
export const EVENT_NAMES = Object.keys(EVENT_KINDS) as [EventName, ...EventName[]];

/** A line of the audit trail as far as events need it. `at`: ISO 8601, UTC. */
export type AuditedAction = {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** The body that is sent, as in the Standard Webhooks specification: type, time, and facts. */
export type WebhookEvent = {
  readonly type: EventName;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, string | readonly string[]>>;
};

/** Every action that makes an event. */
export const EVENT_ACTIONS: readonly string[] = Object.values(EVENT_KINDS).flatMap(({ actions }) => [...actions]);

const SHA256 = /^[0-9a-f]{64}$/;

/** @returns null for an action that nobody is told of */
export function eventFrom({ actor, action, target, detail, at }: AuditedAction): WebhookEvent | null {
  const type = EVENT_NAMES.find((name) => (EVENT_KINDS[name] as EventKind).actions.includes(action));
  if (type === undefined) return null;
  const sha256 = detail["sha256"];
  return {
    type,
    timestamp: at,
    data: {
      action,
      target,
      by: actor,
      changed: namesOf(detail["after"]),
      ...(typeof sha256 === "string" && SHA256.test(sha256) ? { sha256 } : {}),
    },
  };
}

/** @param at ISO 8601, UTC */
export function testEvent(by: string, at: string): WebhookEvent {
  return { type: "webhook.test", timestamp: at, data: { by } };
}

/** Names of fields, never what is in them. */
function namesOf(after: unknown): readonly string[] {
  return typeof after === "object" && after !== null && !Array.isArray(after) ? Object.keys(after).sort() : [];
}
