import { createHash } from "node:crypto";
import type { NoticeDelivery } from "../../domain/notification/delivery.ts";
import { itemOf } from "./flood.ts";
import type { Message, Side } from "./sinks.ts";

/** A message as a witness has read it: by which key a receiver tells repetitions, and what it tells of. */
export type Told = {
  readonly side: Side;
  readonly channel: Message["channel"];
  readonly isKept: boolean;
  readonly isConfirmed: boolean;
  readonly atMs: number;
  readonly key: string;
  /** See `itemOf`. */
  readonly items: readonly string[];
};

type AlertmanagerBody = {
  readonly groupKey: string;
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly fingerprint: string;
    readonly startsAt: string;
  }[];
};

/** @param deliveries our own log: it says which alarms a key stands for, the message itself says it in words */
export function readTold(messages: readonly Message[], deliveries: readonly NoticeDelivery[]): Told[] {
  const byKey = new Map(deliveries.flatMap((one) => [[one.key, one] as const, [mailIdOf(one.key), one] as const]));
  return messages.map((message) => {
    const { side, channel, isKept, isConfirmed, atMs } = message;
    const read = side === "ours" ? readOurs(message, byKey) : readAlertmanager(message);
    return { side, channel, isKept, isConfirmed, atMs, ...read };
  });
}

function readOurs({ channel, headers, text }: Message, byKey: ReadonlyMap<string, NoticeDelivery>) {
  const mailId = /^message-id:\s*<([^@>]+)@/im.exec(text)?.[1];
  const delivery = byKey.get(String(channel === "mail" ? mailId : headers["idempotency-key"]));
  if (delivery === undefined) throw new Error("a message of ours is in no log");
  const state = delivery.kind === "cleared" ? "resolved" : "firing";
  const items = delivery.alarmIds.map((alarmId) => {
    const [site = "", ruleId = ""] = alarmId.split(".");
    return itemOf(state, ruleId, site);
  });
  return { key: delivery.key, items };
}

/** Its manual names the group's key for telling repetitions; what else is told of the same group has other alerts. */
function readAlertmanager({ channel, text }: Message) {
  if (channel === "mail") {
    const [subject = ""] = /^subject:.*(?:\r?\n[ \t].*)*/im.exec(text) ?? [];
    const found = [...subject.matchAll(/\[(firing|resolved) ([\w-]+) ([\w-]+)\]/g)];
    const items = found.map(([, state, rule = "", site = ""]) => itemOf(state as "firing" | "resolved", rule, site));
    return { key: /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? text, items };
  }
  const { groupKey, alerts } = JSON.parse(text) as AlertmanagerBody;
  const parts = alerts.map(({ fingerprint, status, startsAt }) => `${fingerprint} ${status} ${startsAt}`).sort();
  const items = alerts.map(({ status, labels }) => itemOf(status, labels["alertname"] ?? "", labels["site"] ?? ""));
  return { key: JSON.stringify([groupKey, parts]), items };
}

/** As mail-message.ts writes it. */
function mailIdOf(key: string): string {
  return `antbox.${createHash("sha256").update(key).digest("hex").slice(0, 40)}`;
}
