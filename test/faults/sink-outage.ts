import { setTimeout as sleep } from "node:timers/promises";
import { onDatabase } from "../services/on-database.ts";
import { type Kept, SINK_HOST, type Sink, startMailSink, startWebSink, type Way } from "./notification-sinks.ts";
import { orderFault } from "./order-fault.ts";
import { type RouteTerms, tellBySinks } from "./tell-by.ts";
import { getJson } from "./witness.ts";
import { type WitnessedPlatform, withWitnessedPlatform } from "./witnessed-platform.ts";

/** One way in which a server fails, for so long, while so many alarms come up. */
export type OutagePhase = { readonly way: Way; readonly lastsS: number; readonly alarms: number };
export type SinkOutagePlan = {
  readonly sites: number;
  readonly intervalS: number;
  /** Alarms while everything works: they say how fast a channel is. */
  readonly healthyAlarms: number;
  readonly healthyS: number;
  readonly web: readonly OutagePhase[];
  readonly mail: readonly OutagePhase[];
  /** Within this time everything has to be told, once both servers work again. */
  readonly settleS: number;
};

export type SinkOutageResult = {
  readonly alarms: number;
  /** Messages that the platform still held for a server when its outage ended: the fault bites when there are some. */
  readonly webHeldAtHeal: number;
  readonly mailHeldAtHeal: number;
  /** Messages that came more than once; a server that compares their keys takes them once. */
  readonly repetitions: number;
  readonly lost: number;
  /** Alarms that were told under more than one key: whoever compares keys was told twice. */
  readonly duplicates: number;
  /** From the stored alarm to the server, 95 % of them, while all was well and while the other server failed, seconds. */
  readonly healthyS: number;
  readonly mailWhileWebFailedS: number;
  readonly webWhileMailFailedS: number;
};

type Raised = { readonly alarmId: string; readonly phase: "healthy" | "web" | "mail" };
const RULE_ID = "leak";
const LEARN_ROUNDS = 6;
const LOOK_MS = 250;

/**
 * The web hook's server fails in several ways, then the mail server (trust.md F13), while leak contacts get wet, one site
 * at a time: what reached the two servers, which are the witnesses.
 */
export async function runSinkOutage(plan: SinkOutagePlan): Promise<SinkOutageResult> {
  const [web, mail] = [await startWebSink(), await startMailSink()];
  const { sites, intervalS } = plan;
  const parts = { sites, intervalS, environment: { WEBHOOK_ALLOW: SINK_HOST } };
  return withWitnessedPlatform(parts, (platform) => measure(plan, platform, web, mail)).finally(async () => {
    await web.close();
    await mail.close();
  });
}

async function measure(
  plan: SinkOutagePlan,
  { platform, fleet, database }: WitnessedPlatform,
  web: Sink,
  mail: Sink,
): Promise<SinkOutageResult> {
  const cookie = await platform.signIn();
  const route: RouteTerms = { match: { ruleIds: [RULE_ID] }, groupBy: "alarm", kinds: ["raised"], waitS: 0 };
  await tellBySinks(platform, cookie, { web, mail }, route);
  const { items } = await getJson<{ items: { id: string }[] }>(`${platform.url}/api/v1/sites`, cookie);
  const left = items.map(({ id }) => id);
  await sleep(LEARN_ROUNDS * plan.intervalS * 1000);

  const raised: Raised[] = [];
  const raise = async (phase: Raised["phase"], count: number, withinS: number): Promise<void> => {
    for (let number = 0; number < count; number += 1) {
      const siteId = left.shift();
      if (siteId === undefined) throw new Error("fewer sites than alarms");
      await orderFault(fleet.controlUrl, [siteId], "leak_contact");
      raised.push({ alarmId: `${siteId}.${RULE_ID}`, phase });
      await sleep((withinS * 1000) / count);
    }
  };
  const pass = async (sink: Sink, phase: "web" | "mail", phases: readonly OutagePhase[]): Promise<number> => {
    const channel = phase === "web" ? "webhook" : "email";
    for (const { way, lastsS, alarms } of phases) {
      await sink.become(way);
      await raise(phase, alarms, lastsS);
    }
    // A token holds for ten minutes, an outage may last longer.
    const held = await countUntold(platform.url, await platform.signIn(), channel);
    await sink.become("works");
    return held;
  };

  await raise("healthy", plan.healthyAlarms, plan.healthyS);
  const webHeldAtHeal = await pass(web, "web", plan.web);
  const mailHeldAtHeal = await pass(mail, "mail", plan.mail);
  await untilSettled(platform.url, await platform.signIn(), 2 * raised.length, plan.settleS);
  const stored = await takenTimes(database.url);
  const both = [web.kept, mail.kept];
  const delays = (kept: readonly Kept[], phase: Raised["phase"]) =>
    raised.filter((one) => one.phase === phase).map(({ alarmId }) => delayS(kept, alarmId, stored.get(alarmId)));
  return {
    alarms: raised.length,
    webHeldAtHeal,
    mailHeldAtHeal,
    repetitions: both.reduce((sum, kept) => sum + kept.length - new Set(kept.map(({ key }) => key)).size, 0),
    lost: both.reduce((sum, kept) => sum + raised.filter(({ alarmId }) => keysOf(kept, alarmId).size === 0).length, 0),
    duplicates: both.reduce(
      (sum, kept) => sum + raised.filter(({ alarmId }) => keysOf(kept, alarmId).size > 1).length,
      0,
    ),
    healthyS: p95([...delays(web.kept, "healthy"), ...delays(mail.kept, "healthy")]),
    mailWhileWebFailedS: p95(delays(mail.kept, "web")),
    webWhileMailFailedS: p95(delays(web.kept, "mail")),
  };
}

/** Until nothing waits to be sent any more, or until nobody would wait longer: the figures then say what is missing. */
async function untilSettled(url: string, cookie: string, expected: number, withinS: number): Promise<void> {
  const deadline = performance.now() + withinS * 1000;
  while (performance.now() < deadline) {
    const path = "/api/v1/notifications/deliveries?state=delivered&limit=500";
    const { items } = await getJson<{ items: unknown[] }>(url + path, cookie);
    if (items.length >= expected) return;
    await sleep(LOOK_MS);
  }
}

async function countUntold(url: string, cookie: string, channel: string): Promise<number> {
  const path = `/api/v1/notifications/deliveries?channel=${channel}&limit=500`;
  const { items } = await getJson<{ items: { state: string }[] }>(url + path, cookie);
  return items.filter(({ state }) => state !== "delivered").length;
}

/** When each alarm was handed over, by the database's clock, which is this machine's. */
async function takenTimes(url: string): Promise<ReadonlyMap<string, number>> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ alarm_id: string; ms: number }>(
      "select alarm_id, min(extract(epoch from taken_at))::float8 * 1000 as ms from notification_intake group by alarm_id",
    );
    return new Map(rows.map(({ alarm_id, ms }) => [alarm_id, ms]));
  });
}

function keysOf(kept: readonly Kept[], alarmId: string): Set<string> {
  return new Set(kept.filter((one) => one.alarmId === alarmId).map(({ key }) => key));
}

function delayS(kept: readonly Kept[], alarmId: string, takenMs: number | undefined): number {
  const first = kept.find((one) => one.alarmId === alarmId);
  return first === undefined || takenMs === undefined ? Number.POSITIVE_INFINITY : (first.atMs - takenMs) / 1000;
}

function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
}
