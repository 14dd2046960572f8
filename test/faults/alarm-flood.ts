import { setTimeout as sleep } from "node:timers/promises";
import { onDatabase } from "../services/on-database.ts";
import { SINK_HOST, startMailSink, startWebSink } from "./notification-sinks.ts";
import { endFaults, orderFault } from "./order-fault.ts";
import { tellBySinks } from "./tell-by.ts";
import { getJson } from "./witness.ts";
import { withWitnessedPlatform } from "./witnessed-platform.ts";

export type AlarmFloodPlan = {
  readonly sites: number;
  readonly intervalS: number;
  /** Whether a poll is turned away at once, or never answered, so that rounds are long, too. */
  readonly how: "refused" | "hang";
  /** How long the messages are watched, from the moment the sites stop answering. */
  readonly silentS: number;
  /** How long the messages are watched from the moment they answer again; 0: they never do. */
  readonly recoveryS: number;
};

export type AlarmFloodResult = {
  /** Sites of which an alarm says that they do not answer: the fault bites when these are all. */
  readonly silentSites: number;
  /** From the first poll that could fail to the stored alarm, in rounds. */
  readonly detectedRounds: number;
  readonly messages: number;
  readonly mostPerChannel: number;
  /** Rows of the alarm list at its top level, without what stands under a cause. */
  readonly topRows: number;
  readonly recoveryMessages: number;
  readonly mostRecoveryPerChannel: number;
  readonly titles: readonly string[];
};

const ALARM_LIST = "/api/v1/alarms?state=unacknowledged,acknowledged,returned_unacknowledged,latched&limit=500";
const LEARN_ROUNDS = 6;

/** Every site of the fleet stops answering at once (trust.md F11): what people are told of it, by the servers that took it. */
export async function runAlarmFlood(plan: AlarmFloodPlan): Promise<AlarmFloodResult> {
  const { sites, intervalS, how, silentS, recoveryS } = plan;
  const [web, mail] = [await startWebSink(), await startMailSink()];
  const parts = { sites, intervalS, environment: { WEBHOOK_ALLOW: SINK_HOST } };
  return withWitnessedPlatform(parts, async ({ platform, fleet, database }) => {
    const cookie = await platform.signIn();
    await tellBySinks(platform, cookie, { web, mail }, { waitS: 5 });
    await sleep(LEARN_ROUNDS * intervalS * 1000);
    // What a plant of its own has is no part of the flood.
    const before = { web: web.kept.length, mail: mail.kept.length };
    const stoppedMs = Date.now();
    await orderFault(fleet.controlUrl, "all", "all_silent", { how });
    await sleep(silentS * 1000);
    const toldBefore = { web: web.kept.length, mail: mail.kept.length };
    const { items } = await getJson<{ items: unknown[] }>(platform.url + ALARM_LIST, cookie);
    const silentSites = await countSilent(database.url);
    const detectedMs = (await firstTakenMs(database.url, stoppedMs)) - stoppedMs;
    if (recoveryS > 0) {
      await endFaults(fleet.controlUrl);
      await sleep(recoveryS * 1000);
    }
    const recovery = [web.kept.length - toldBefore.web, mail.kept.length - toldBefore.mail];
    return {
      silentSites,
      detectedRounds: detectedMs / 1000 / intervalS,
      messages: toldBefore.web - before.web + toldBefore.mail - before.mail,
      mostPerChannel: Math.max(toldBefore.web - before.web, toldBefore.mail - before.mail),
      topRows: items.length,
      recoveryMessages: (recovery[0] ?? 0) + (recovery[1] ?? 0),
      mostRecoveryPerChannel: Math.max(...recovery),
      titles: [...web.kept, ...mail.kept].map(({ title }) => title),
    };
  }).finally(async () => {
    await web.close();
    await mail.close();
  });
}

async function countSilent(url: string): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      "select count(*)::int as n from alarm where rule_id = 'site-unreachable' and is_active",
    );
    return rows[0]?.n ?? 0;
  });
}

/** When the first alarm of the flood was stored and handed over, by the database's clock, which is this machine's. */
async function firstTakenMs(url: string, sinceMs: number): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ ms: number | null }>(
      "select min(extract(epoch from taken_at))::float8 * 1000 as ms from notification_intake where taken_at >= to_timestamp($1::float8 / 1000)",
      [sinceMs],
    );
    return rows[0]?.ms ?? Number.NaN;
  });
}
