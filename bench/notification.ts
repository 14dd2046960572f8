import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startAlertmanager } from "./notification-load/alertmanager.ts";
import {
  delayOf,
  doubledOf,
  type Given,
  isTold,
  lostOf,
  messagesOf,
  recoveryOf,
  repeatedOf,
  toldBy,
} from "./notification-load/figures.ts";
import { RULE_IDS, type Sender } from "./notification-load/flood.ts";
import { startOurs } from "./notification-load/ours.ts";
import { type Message, SIDES, type Side, startSinks, type Way } from "./notification-load/sinks.ts";
import { readTold, type Told } from "./notification-load/told.ts";
import { round1 } from "./peers/statistics.ts";

/**
 * What people are told of a flood and in an outage, by our notification and by Debian's Alertmanager, fed the same in the
 * same run and sending to the same web and mail servers, which are the witnesses. 150 sites at once; single alarms while
 * all is well; single alarms, a third of which is over after some seconds, while the web hook refuses, hangs, breaks off
 * and errs after it has accepted. `--long`: it refuses for 20 minutes. Goals: 0 lost, 0 told twice, mail undisturbed.
 */
const { values: options } = parseArgs({ options: { long: { type: "boolean", default: false } } });
const SITES = 150;
const HEALTHY = 15;
const IN_OUTAGE = 30;
const RAISE_EVERY_MS = options.long ? 30_000 : 1_200;
const SHORT_MS = 6_000;
const OUTAGE: readonly (readonly [way: Way, seconds: number])[] = [
  ["refuses", options.long ? 1_200 : 20],
  ["hangs", 16],
  ["breaks off", 8],
  ["errs", 8],
];
/** Ours waits up to a minute between two tries, and two minutes for the end of a flood to last. */
const SETTLE_MS = 200_000;
/** Whatever comes again after its alarm was told comes within this time. */
const AFTERGLOW_MS = 30_000;

const sinks = await startSinks();
const [ours, alertmanager] = await Promise.all([startOurs(SITES, sinks), startAlertmanager(sinks)]);
if (alertmanager === null) console.error("Alertmanager is left out: scripts/services/install.sh --bench brings it");
const sides: readonly Side[] = alertmanager === null ? ["ours"] : SIDES;
const senders: readonly Sender[] = alertmanager === null ? [ours] : [ours, alertmanager];
try {
  const flood = await raise(Array.from({ length: SITES }, (_, index) => ({ site: index + 1, rule: "flood" as const })));
  await until(() => areTold("firing", flood));
  const healthy = await raiseOneByOne(1, HEALTHY, 300);
  await until(() => areTold("firing", healthy));
  await Promise.all(senders.map((sender) => sender.clear(flood)));
  // Their receiver is to be well when the flood's end is told: Alertmanager's comes after the interval of its group.
  await sleep(15_000);
  const { lasting, short, healedMs } = await passOutage();
  await until(async () => (await areTold("firing", lasting, "confirmed")) && (await areTold("resolved", flood)));
  await sleep(AFTERGLOW_MS);
  report({ flood, healthy, lasting, short, healedMs }, await told());
} finally {
  await Promise.all(senders.map((sender) => sender.close()));
  await sinks.close();
}

type Run = {
  readonly flood: readonly Given[];
  readonly healthy: readonly Given[];
  readonly lasting: readonly Given[];
  /** Over again before the web hook works. */
  readonly short: readonly Given[];
  readonly healedMs: number;
};

async function passOutage(): Promise<Pick<Run, "lasting" | "short" | "healedMs">> {
  const ending: Promise<void>[] = [];
  const raising = raiseOneByOne(HEALTHY + 1, IN_OUTAGE, RAISE_EVERY_MS, async ({ site, rule }) => {
    if (!isShort(site)) return;
    const end = sleep(SHORT_MS).then(() => Promise.all(senders.map((sender) => sender.clear([{ site, rule }]))));
    ending.push(end.then(() => undefined));
  });
  for (const [way, seconds] of OUTAGE) {
    sinks.become(way);
    await sleep(seconds * 1000);
  }
  const given = await raising;
  await Promise.all(ending);
  sinks.become("works");
  return {
    lasting: given.filter(({ site }) => !isShort(site)),
    short: given.filter(({ site }) => isShort(site)),
    healedMs: performance.now(),
  };
}

function isShort(site: number): boolean {
  return site % 3 === 0;
}

async function raise(alarms: readonly Pick<Given, "site" | "rule">[]): Promise<Given[]> {
  const atMs = performance.now();
  await Promise.all(senders.map((sender) => sender.raise(alarms)));
  return alarms.map((alarm) => ({ ...alarm, atMs }));
}

async function raiseOneByOne(
  first: number,
  count: number,
  everyMs: number,
  then?: (alarm: Given) => Promise<void>,
): Promise<Given[]> {
  const given: Given[] = [];
  for (let site = first; site < first + count; site += 1) {
    const one = await raise([{ site, rule: "single" }]);
    given.push(...one);
    for (const alarm of one) await then?.(alarm);
    await sleep(everyMs);
  }
  return given;
}

async function told(which: (message: Message) => boolean = () => true): Promise<Told[]> {
  // What is sent has its place in the log: read after the messages, it has all of them.
  const messages = sinks.messages.filter(which);
  return readTold(messages, await ours.deliveries());
}

async function areTold(
  state: "firing" | "resolved",
  alarms: readonly Given[],
  how: "kept" | "confirmed" = "kept",
): Promise<boolean> {
  const all = await told(({ isKept, isConfirmed }) => (how === "kept" ? isKept : isConfirmed));
  return sides.every((side) => isTold(toldBy(all, side, "webhook"), state, alarms));
}

/** Until it is so, or until nobody would wait any longer: the figures then say what is missing. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while (performance.now() < deadline && !(await isSo())) await sleep(250);
}

function report({ flood, healthy, lasting, short, healedMs }: Run, all: readonly Told[]): void {
  const inOutage = [...lasting, ...short];
  const rows = sides.map((side) => {
    const web = toldBy(all, side, "webhook");
    const mail = toldBy(all, side, "mail");
    return {
      side,
      floodMessages: messagesOf(web, RULE_IDS.flood),
      floodDelayS: delayOf(flood, web),
      healthyDelayS: delayOf(healthy, web),
      outageDelayS: delayOf(inOutage, web),
      lost: lostOf(lasting, web),
      lostOfThoseThatEnded: lostOf(short, web),
      repeated: repeatedOf(web),
      doubled: doubledOf([...flood, ...healthy, ...inOutage], web),
      recoveryS: recoveryOf(lasting, web, healedMs),
      unconfirmed: lostOf(
        lasting,
        web.filter(({ isConfirmed }) => isConfirmed),
      ),
      requests: web.length,
      mailHealthyDelayS: delayOf(healthy, mail),
      mailOutageDelayS: delayOf(inOutage, mail),
      mailLost: lostOf([...healthy, ...inOutage], mail),
      mailDoubled: doubledOf([...healthy, ...inOutage], mail),
    };
  });
  const outageS = OUTAGE.reduce((sum, [, seconds]) => sum + seconds, 0);
  console.log(
    `${SITES} sites at once; ${HEALTHY} single alarms; ${lasting.length} + ${short.length} (over after ${SHORT_MS / 1000} s) in an outage of ${outageS} s`,
  );
  console.table(Object.fromEntries(rows.map(({ side, ...figures }) => [side, flat(figures)])));
  const load = loadavg().map(round1);
  console.log(
    JSON.stringify({ bench: "notification", isLong: options.long, sites: SITES, outage: OUTAGE, rows, load }),
  );
  const own = rows[0];
  const isMet =
    own !== undefined && own.lost + own.lostOfThoseThatEnded + own.doubled + own.mailLost + own.mailDoubled === 0;
  console.log(`goal of ours: 0 lost, 0 told twice on either channel: ${isMet ? "reached" : "MISSED"}`);
  process.exitCode = isMet ? 0 : 1;
}

function flat(figures: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null ? Object.values(value).join(" / ") : value,
  ]);
  return Object.fromEntries(entries);
}
