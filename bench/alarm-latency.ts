import { randomInt } from "node:crypto";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { STARTER_RULES } from "../domain/alarms/starter-rules/index.ts";
import { startReceiver } from "../test/adapters/webhooks/receiver.ts";
import { launchBrowser, openPage, signIn, WHOLE_CHROMIUM } from "../test/e2e/browser.ts";
import { getJson } from "../test/faults/witness.ts";
import { type WitnessedPlatform, withWitnessedPlatform } from "../test/faults/witnessed-platform.ts";
import { onDatabase } from "../test/services/on-database.ts";
import { ADMIN_PASSWORD } from "../test/services/start-platform.ts";
import { tellByWebhook } from "./alarm-load/told-by-webhook.ts";
import { seenLines, watchLines } from "./alarm-load/watch-lines.ts";
import { quantile } from "./peers/statistics.ts";

/**
 * From a wet leak contact to the alarm on an open screen, and to a web hook: the built platform on PostgreSQL, 150 simulated
 * sites, the alarm page open in Chromium. Each trial wets a site of its own at a moment of its own. Goals, p95: on the
 * screen within one poll + 1 s of the change; handed to the channel within 2 s more.
 */
const { values: options } = parseArgs({
  options: {
    trials: { type: "string", default: "30" },
    sites: { type: "string", default: "150" },
    interval: { type: "string", default: "5" },
  },
});
const TRIALS = Number(options.trials);
const SITES = Number(options.sites);
const INTERVAL_S = Number(options.interval);
const RULE_ID = "leak";
/** Between two trials, at most: on average half of it. */
const GAP_MS = 8_000;
/** A line is only in the document while it is on the screen. */
const SCREEN = { width: 1600, height: 200 + 40 * (TRIALS + 30) };
const GOAL = { screenS: INTERVAL_S + 1, channelS: 2 };
const WITHIN_MS = (3 * INTERVAL_S + 10) * 1000;

type Trial = { readonly siteId: string; readonly changedMs: number };
/** When each alarm was handed to notification, from the database's clock, which is this machine's. */
type Times = ReadonlyMap<string, number>;

const sink = await startReceiver();
const browser = await launchBrowser(process.env["CHROMIUM"] ?? WHOLE_CHROMIUM);
try {
  const environment = { WEBHOOK_ALLOW: new URL(sink.url).hostname };
  await withWitnessedPlatform({ sites: SITES, intervalS: INTERVAL_S, environment }, measure);
} finally {
  await browser.close();
  await sink.close();
}

async function measure({ platform, fleet, database }: WitnessedPlatform): Promise<void> {
  const cookie = await platform.signIn();
  await tellByWebhook(platform, cookie, `${sink.url}/alarms`);
  const page = await openAlarms(platform.url);
  const { items } = await getJson<{ items: { id: string; name: string }[] }>(`${platform.url}/api/v1/sites`, cookie);
  // The first rounds teach the rules what the sites are doing, and what is set up is known everywhere.
  await sleep(3 * INTERVAL_S * 1000);
  const trials: Trial[] = [];
  const left = [...items];
  while (trials.length < TRIALS) {
    const [site] = left.splice(randomInt(left.length), 1);
    if (site === undefined) throw new Error("fewer sites than trials");
    trials.push(await wet(fleet.controlUrl, site.id));
    await sleep(randomInt(GAP_MS));
  }
  await sleep(WITHIN_MS);
  const names = new Map(items.map(({ id, name }) => [id, name]));
  const [seen, stored] = [await seenLines(page), await takenTimes(database.url)];
  report(trials, names, seen, stored, toldTimes());
}

async function openAlarms(url: string): Promise<Page> {
  const { page } = await openPage(browser, { locale: "en", viewport: SCREEN });
  await signIn(page, url, "admin", ADMIN_PASSWORD);
  await watchLines(page);
  await page.goto(`${url}/dashboard/alarms`);
  await page.locator(".abx-tabs").waitFor();
  return page;
}

async function wet(controlUrl: string, siteId: string): Promise<Trial> {
  const changedMs = Date.now();
  const response = await fetch(`${controlUrl}/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sites: [siteId], kind: "leak_contact" }),
  });
  if (!response.ok) throw new Error(`the simulator refuses a fault: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  return { siteId, changedMs };
}

/** An alarm is stored before it is handed over: this is the end of storing it. */
async function takenTimes(url: string): Promise<Times> {
  const times = new Map<string, number>();
  await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ alarm_id: string; ms: number }>(
      "select alarm_id, min(extract(epoch from taken_at))::float8 * 1000 as ms from notification_intake group by alarm_id",
    );
    for (const { alarm_id, ms } of rows) times.set(alarm_id, ms);
  });
  return times;
}

/** By the alarm that the message links to. */
function toldTimes(): Times {
  const times = new Map<string, number>();
  for (const { body, atMs } of sink.received) {
    const { data } = JSON.parse(body) as { data: { url: string } };
    const alarmId = new URL(data.url).searchParams.get("alarm");
    if (alarmId !== null && !times.has(alarmId)) times.set(alarmId, performance.timeOrigin + atMs);
  }
  return times;
}

function report(
  trials: readonly Trial[],
  names: ReadonlyMap<string, string>,
  seen: Times,
  stored: Times,
  told: Times,
): void {
  const title = STARTER_RULES.find(({ id }) => id === RULE_ID)?.texts.en.title ?? "";
  const times = trials.map(({ siteId, changedMs }) => {
    const alarmId = `${siteId}.${RULE_ID}`;
    const screenMs = seen.get(`${title}|${names.get(siteId)}`) ?? Number.NaN;
    return {
      changedMs,
      screenMs,
      storedMs: stored.get(alarmId) ?? Number.NaN,
      toldMs: told.get(alarmId) ?? Number.NaN,
    };
  });
  const complete = times.filter((one) => Object.values(one).every((ms) => !Number.isNaN(ms)));
  const rows = [
    row(
      "change → stored",
      complete.map(({ changedMs, storedMs }) => storedMs - changedMs),
      null,
    ),
    row(
      "change → on the screen",
      complete.map(({ changedMs, screenMs }) => screenMs - changedMs),
      GOAL.screenS,
    ),
    row(
      "stored → on the screen",
      complete.map(({ storedMs, screenMs }) => screenMs - storedMs),
      null,
    ),
    row(
      "stored → taken by the channel's server",
      complete.map(({ storedMs, toldMs }) => toldMs - storedMs),
      null,
    ),
    row(
      "screen → taken by the channel's server",
      complete.map(({ screenMs, toldMs }) => toldMs - screenMs),
      GOAL.channelS,
    ),
    row(
      "change → taken by the channel's server",
      complete.map(({ changedMs, toldMs }) => toldMs - changedMs),
      null,
    ),
  ];
  console.table(rows);
  const missing = times.length - complete.length;
  for (const [place, one] of times.entries()) {
    const lacking = Object.entries(one).flatMap(([name, ms]) => (Number.isNaN(ms) ? [name] : []));
    if (lacking.length > 0) console.log(`${trials[place]?.siteId}: no ${lacking.join(", ")}`);
  }
  const load = loadavg().map((value) => Math.round(value * 10) / 10);
  const facts = { sites: SITES, intervalS: INTERVAL_S, trials: times.length, missing };
  console.log(JSON.stringify({ bench: "alarm-latency", ...facts, rows, load }));
  process.exitCode = missing === 0 && rows.every(({ met }) => met !== false) ? 0 : 1;
}

function row(figure: string, ms: readonly number[], goalS: number | null) {
  const [p50S, p95S, worstS] = [quantile(ms, 0.5), quantile(ms, 0.95), Math.max(...ms)].map(seconds);
  return { figure, p50S, p95S, worstS, goalS, met: goalS === null ? null : Number(p95S) <= goalS };
}

function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
