import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { objectKey } from "../../domain/video/recording/object-key.ts";
import { launchBrowser, openPage, signIn } from "../e2e/browser.ts";
import { createFreshDatabase } from "../services/fresh-database.ts";
import { type S3Server, startS3Server } from "../services/objects/s3-server.ts";
import { onDatabase } from "../services/on-database.ts";
import {
  ADMIN_PASSWORD,
  type PlatformOptions,
  type PlatformProcess,
  startFleet,
  startPlatform,
} from "../services/start-platform.ts";
import { endFaults, orderFault } from "./order-fault.ts";
import { getJson } from "./witness.ts";

export type RecordingPlan = {
  /** Of a server without a database name: `postgres://…`. */
  readonly serverUrl: string;
  readonly start: (options: PlatformOptions) => Promise<PlatformProcess>;
  /** Recorded before and after the camera is cut off, and how long that lasts: more than its window. */
  readonly beforeS: number;
  readonly cutS: number;
  readonly afterS: number;
  /** A second process with a gateway stands by, and the first one is stopped (SIGSTOP) in the end. */
  readonly hasStandBy: boolean;
};

type Span = { readonly from: string; readonly to: string; readonly segments: number };

export type RecordingResult = {
  readonly spans: readonly Span[];
  /** Of what was recorded of the camera that was cut. */
  readonly playback: Playback;
  /** Files of that camera that were still on the disk when it was played: those that the bucket has not got yet. */
  readonly filesOnDisk: number;
  /** Around the alarm: from its time to the first and the last moment that was kept. */
  readonly alarm: { readonly beforeS: number; readonly afterS: number; readonly reasons: readonly string[] };
  readonly fullDisk: FullDisk;
  readonly retention: Retention;
  /** null: nobody stood by. */
  readonly standBy: StandBy | null;
};

export type Playback = {
  readonly durationS: number;
  /** Where the player was at its end. */
  readonly endedAtS: number;
  readonly hasEnded: boolean;
  /** The longest step of the time of day from one picture to the next. */
  readonly longestStepS: number;
  /** Different shades of each picture that was looked at, the fewest. */
  readonly fewestShades: number;
  readonly faults: readonly string[];
};

export type FullDisk = {
  readonly causes: readonly string[];
  readonly isAlarmRaised: boolean;
  /** Segments that came over the live playlist, and slots that were stored, while the disk was full. */
  readonly newSegments: number;
  readonly newSlots: number;
  readonly goesOn: boolean;
};

export type Retention = {
  /** Before: the file behind the link can be reached by its path below the root. */
  readonly isReachable: boolean;
  readonly rowsLeft: number;
  readonly isOwnGone: boolean;
  readonly isOutsideKept: boolean;
};

/** What was recorded when the first process was stopped, by the times of the segments. */
export type StandBy = {
  /** While both ran, the second one wrote so many files. */
  readonly filesBeside: number;
  /** So long the gateway of the stopped process went on. */
  readonly firstWentOnS: number;
  /** After so long the second one had recorded. */
  readonly secondBeganS: number;
};

const CUT = "site-001";
const ALARMED = "site-002";
const PLANTED = "site-003";
const VOLUME_BYTES = 64 * 1024 * 1024;
/** A volume of its own for recordings, which only the platform's process sees. */
const SCRIPT = `mkdir -p "$DATA_DIR/recordings" && mount -t tmpfs -o size=64m tmpfs "$DATA_DIR/recordings" && exec "$@"`;
const DAY_MS = 86_400_000;

/**
 * The built platform records simulated cameras into a bucket by way of a small volume: one camera is cut off for a time,
 * an alarm is raised at another, the volume fills up, and somebody has planted a link below the root of recordings.
 */
export async function runRecording(plan: RecordingPlan): Promise<RecordingResult> {
  const folder = mkdtempSync(path.join(tmpdir(), "recording-run-"));
  const ends: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const ended = <T>(thing: T, end: (thing: T) => Promise<unknown>): T => {
    ends.push(() => end(thing));
    return thing;
  };
  try {
    const [bucket, database, fleet, browser] = await Promise.all([
      startS3Server().then((one) => ended(one, ({ dispose }) => dispose())),
      createFreshDatabase(plan.serverUrl, { timescale: true }).then((one) => ended(one, ({ drop }) => drop())),
      startFleet(3, ["--interval-s", "1", "--seed", "7"]).then((one) => ended(one, ({ stop }) => stop())),
      launchBrowser().then((one) => ended(one, (it) => it.close())),
    ]);
    const platform = ended(
      await plan.start({
        sitesFile: fleet.sitesFile,
        databaseUrl: database.url,
        prefix: ["unshare", "--mount", "sh", "-c", SCRIPT, "sh"],
        environment: {
          ...bucketOf(bucket),
          FLOWS_DIR: recordingFlows(folder),
          POLL_INTERVAL_S: "1",
          RECORDINGS_FREE_MB: "8",
        },
      }),
      ({ dispose }) => dispose(),
    );
    await platform.ready();
    const run = new RecordingRun(platform, database.url, fleet.controlUrl, path.join(folder, "outside"));
    const { page } = await openPage(browser, { viewport: { width: 640, height: 360 } });
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
    const startSecond = async () => {
      const environment = { ...bucketOf(bucket), ROLES: "video" };
      const start = { sitesFile: fleet.sitesFile, databaseUrl: database.url, environment };
      return ended(await startPlatform(start), ({ dispose }) => dispose());
    };
    return await run.all(plan, page, plan.hasStandBy ? startSecond : null);
  } finally {
    for (const end of ends.toReversed()) await end().catch(() => undefined);
  }
}

class RecordingRun {
  private readonly fromMs = Date.now() - 60_000;
  private readonly platform: PlatformProcess;
  private readonly databaseUrl: string;
  private readonly controlUrl: string;
  private readonly outside: string;

  constructor(platform: PlatformProcess, databaseUrl: string, controlUrl: string, outside: string) {
    this.platform = platform;
    this.databaseUrl = databaseUrl;
    this.controlUrl = controlUrl;
    this.outside = outside;
  }

  /** Recordings as the platform's process sees them: on its own volume. */
  get root(): string {
    return `/proc/${this.platform.pid()}/root${this.platform.dataDir}/recordings`;
  }

  /** @param startSecond starts a process that stands by; null: nobody does */
  async all(
    { beforeS, cutS, afterS }: RecordingPlan,
    page: Page,
    startSecond: (() => Promise<PlatformProcess>) | null,
  ): Promise<RecordingResult> {
    await until(async () => (await this.spans()).length > 0, 30_000);
    await sleep(beforeS * 1000);
    await orderFault(this.controlUrl, [CUT], "camera_reset");
    const alarmMs = Date.now();
    await orderFault(this.controlUrl, [ALARMED], "leak_contact");
    await sleep(cutS * 1000);
    await endFaults(this.controlUrl);
    await until(async () => (await this.spans()).length > 1, 30_000);
    await sleep(afterS * 1000);
    const filling = this.fillDisk();
    const spans = await this.spans();
    await until(async () => this.filesOf(CUT) === 0, 5_000).catch(() => undefined);
    const filesOnDisk = this.filesOf(CUT);
    const playback = await this.play(page, spans);
    const retention = await this.retain();
    const [alarm, fullDisk] = [await this.aroundAlarm(alarmMs), await filling];
    const standBy = startSecond === null ? null : await this.standBy(startSecond);
    return { spans, playback, filesOnDisk, alarm, retention, fullDisk, standBy };
  }

  private async spans(siteId = CUT): Promise<Span[]> {
    const range = `from=${iso(this.fromMs)}&to=${iso(Date.now() + 60_000)}`;
    const url = `${this.platform.url}/api/v1/video/streams/${siteId}/recordings?${range}`;
    return (await getJson<{ items: Span[] }>(url, await this.cookie())).items;
  }

  private cookieText: Promise<string> | null = null;
  private cookie(): Promise<string> {
    this.cookieText ??= this.platform.signIn();
    return this.cookieText;
  }

  private filesOf(siteId: string): number {
    const folder = path.join(this.root, siteId);
    if (!existsSync(folder)) return 0;
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  }

  private rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return onDatabase(this.databaseUrl, async (client) => (await client.query(text, [...values])).rows as Row[]);
  }

  private async aroundAlarm(alarmMs: number): Promise<RecordingResult["alarm"]> {
    const rows = await this.rows<{ at: Date; duration_ms: number; reason: string }>(
      "select start_at as at, duration_ms, reason from video_segment v join site s on s.id = v.site_id where s.code = $1 order by 1",
      [ALARMED],
    );
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return { beforeS: 0, afterS: 0, reasons: [] };
    return {
      beforeS: (alarmMs - first.at.getTime()) / 1000,
      afterS: (last.at.getTime() + last.duration_ms - alarmMs) / 1000,
      reasons: [...new Set(rows.map(({ reason }) => reason))],
    };
  }

  /** What a page of ours would do, with the player library that it has; four times as fast as it was. */
  private async play(page: Page, spans: readonly Span[]): Promise<Playback> {
    const library = createRequire(import.meta.url).resolve("hls.js/dist/hls.min.js");
    await page.evaluate(readFileSync(library, "utf8"));
    const [from, to] = [Date.parse(spans[0]?.from ?? ""), Date.parse(spans.at(-1)?.to ?? "")];
    const url = `/v/${CUT}/-/rec/${from}-${to}/index.m3u8`;
    return page.evaluate(playInPage, url);
  }

  /** Somebody else fills the volume, and makes room again. */
  private async fillDisk(): Promise<FullDisk> {
    const others = path.join(this.root, "others");
    const { bavail, bsize } = statfsSync(this.root);
    writeFileSync(others, Buffer.alloc(Math.min(VOLUME_BYTES, bavail * bsize) - 4 * 1024 * 1024));
    const causes = new Set<string>();
    const stateOf = async () => {
      const [row] = await this.rows<{ state: string; cause: string | null }>("select state, cause from video_recorder");
      if (row?.cause) causes.add(row.cause);
      return row?.state;
    };
    await until(async () => (await stateOf()) === "stopped", 15_000);
    const before = await this.progress();
    const isAlarmRaised = await until(
      async () => (await this.alarms()).includes("platform-recording-stopped"),
      40_000,
    ).then(
      () => true,
      () => false,
    );
    const after = await this.progress();
    rmSync(others);
    const goesOn = await until(async () => (await stateOf()) === "recording", 20_000).then(
      () => true,
      () => false,
    );
    const newSegments = after.segment - before.segment;
    return { causes: [...causes], isAlarmRaised, newSegments, newSlots: after.slots - before.slots, goesOn };
  }

  private async alarms(): Promise<string[]> {
    const url = `${this.platform.url}/api/v1/alarms?state=unacknowledged&limit=100`;
    const { items } = await getJson<{ items: { ruleId: string }[] }>(url, await this.cookie());
    return items.map(({ ruleId }) => ruleId);
  }

  /** The newest segment of the live playlist, and how many slots are stored. */
  private async progress(): Promise<{ segment: number; slots: number }> {
    const headers = { cookie: await this.cookie(), "content-type": "application/json", origin: this.platform.url };
    const ticket = await fetch(`${this.platform.url}/api/v1/video/streams/${CUT}/ticket`, { method: "POST", headers });
    const { url } = (await ticket.json()) as { url: string };
    const playlist = await (await fetch(`${this.platform.url}${url}`)).text();
    const [, first] = /MEDIA-SEQUENCE:(\d+)/.exec(playlist) ?? [];
    const [row] = await this.rows<{ n: number }>("select count(distinct slot)::int as n from sample");
    return { segment: Number(first), slots: row?.n ?? 0 };
  }

  /** The platform's process is stopped, and its gateway is not: nobody tells it that another one records now. */
  private async standBy(startSecond: () => Promise<PlatformProcess>): Promise<StandBy> {
    const second = await startSecond();
    const filesOf = (root: string) =>
      existsSync(path.join(root, CUT))
        ? readdirSync(path.join(root, CUT), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
        : [];
    const secondRoot = path.join(second.dataDir, "recordings");
    await sleep(6_000);
    const filesBeside = filesOf(secondRoot).length;
    process.kill(this.platform.pid(), "SIGSTOP");
    const stoppedMs = Date.now();
    try {
      const newest = async () => {
        const [row] = await this.rows<{ at: Date | null }>("select max(start_at) as at from video_segment");
        return row?.at?.getTime() ?? 0;
      };
      await until(async () => (await newest()) > stoppedMs + 1_000, 30_000);
      const secondBeganS = (Date.now() - stoppedMs) / 1000;
      // Its mover is stopped, too: what its gateway has written since lies there.
      const starts = filesOf(this.root).map(({ name }) => Number(name.slice(0, 13)));
      const firstWentOnS = Math.max(0, ...starts.map((startMs) => (startMs - stoppedMs) / 1000));
      return { filesBeside, firstWentOnS, secondBeganS };
    } finally {
      process.kill(this.platform.pid(), "SIGCONT");
    }
  }

  /** Two recordings of three days ago: one of our own, and one behind a link that somebody has put below the root. */
  private async retain(): Promise<Retention> {
    const startMs = Date.now() - 3 * DAY_MS;
    const keyOf = (siteId: string) =>
      objectKey({ siteId, startMs, durationMs: 2_000, kind: "segment", container: "ts" });
    const own = path.join(this.root, keyOf(CUT));
    const hidden = path.join(this.outside, path.relative(PLANTED, keyOf(PLANTED)));
    for (const file of [own, hidden]) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, "evidence");
    }
    symlinkSync(this.outside, path.join(this.root, PLANTED));
    const isReachable = readFileSync(path.join(this.root, keyOf(PLANTED)), "utf8") === "evidence";
    await this.rows(
      `insert into video_segment (site_id, start_at, duration_ms, kind, container, bytes, init_bytes, is_discontinuity, reason)
      select id, $1::timestamptz, 2000, 'segment', 'ts', 8, 0, false, 'continuous' from site where code = any($2::text[])`,
      [iso(startMs), [CUT, PLANTED]],
    );
    const headers = { cookie: await this.cookie(), origin: this.platform.url };
    const ordered = await fetch(`${this.platform.url}/api/v1/jobs/recordings/run`, { method: "POST", headers });
    if (!ordered.ok) throw new Error(`the job is refused: ${ordered.status} ${await ordered.text()}`);
    const countLeft = async () => {
      const [row] = await this.rows<{ n: number }>(
        "select count(*)::int as n from video_segment where start_at < now() - interval '2 days'",
      );
      return row?.n ?? -1;
    };
    await until(async () => (await countLeft()) === 0, 15_000).catch(() => undefined);
    return { isReachable, rowsLeft: await countLeft(), isOwnGone: !existsSync(own), isOutsideKept: existsSync(hidden) };
  }
}

type HlsWindow = typeof globalThis & {
  Hls: new (
    settings: object,
  ) => {
    loadSource(url: string): void;
    attachMedia(video: HTMLVideoElement): void;
    on(event: string, listener: (event: string, fault: { fatal: boolean; details: string }) => void): void;
    readonly playingDate: Date | null;
  };
};

/** Runs in the page. */
async function playInPage(url: string): Promise<Playback> {
  await fetch("/api/v1/video/session", { method: "POST" });
  const { Hls } = globalThis as HlsWindow;
  const hls = new Hls({ enableWorker: false, maxBufferLength: 60 });
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const faults: string[] = [];
  hls.on("hlsError", (_event, { fatal, details }) => {
    if (fatal) faults.push(details);
  });
  hls.attachMedia(video);
  hls.loadSource(url);
  await new Promise((resolve) => video.addEventListener("loadeddata", resolve, { once: true }));
  video.playbackRate = 4;
  await video.play();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [32, 18];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let [longestStepS, fewestShades, beforeMs] = [0, 256, hls.playingDate?.getTime() ?? 0];
  const endMs = performance.now() + 60_000;
  while (!video.ended && performance.now() < endMs && faults.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const nowMs = hls.playingDate?.getTime() ?? beforeMs;
    longestStepS = Math.max(longestStepS, (nowMs - beforeMs) / 1000);
    beforeMs = nowMs;
    context?.drawImage(video, 0, 0, 32, 18);
    const pixels = context?.getImageData(0, 0, 32, 18).data ?? [];
    const shades = new Set<number>();
    for (let at = 0; at < pixels.length; at += 4) shades.add((pixels[at] ?? 0) >> 4);
    fewestShades = Math.min(fewestShades, shades.size);
  }
  const { duration: durationS, currentTime: endedAtS, ended: hasEnded } = video;
  return { durationS, endedAtS, hasEnded, longestStepS, fewestShades, faults };
}

function bucketOf({ settings }: S3Server): Record<string, string> {
  return {
    RECORDINGS_S3_ENDPOINT: settings.endpoint,
    RECORDINGS_S3_BUCKET: settings.bucket,
    RECORDINGS_S3_REGION: settings.region,
    RECORDINGS_S3_ACCESS_KEY: settings.accessKey,
    RECORDINGS_S3_SECRET_KEY: settings.secretKey,
  };
}

/** The shipped flows, with something to record: one camera always, one around alarms. */
function recordingFlows(folder: string): string {
  const flows = path.join(folder, "flows");
  cpSync(path.resolve(import.meta.dirname, "../../flows"), flows, { recursive: true });
  const file = path.join(flows, "tab.video.json");
  const nodes = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>[];
  const rules = `${CUT} continuous\n${ALARMED} around_alarm`;
  const wish = { mode: "off", rules, preRollS: "6", postRollS: "4", keepDays: "1" };
  writeFileSync(
    file,
    JSON.stringify(nodes.map((node) => (node["type"] === "video-record" ? { ...node, ...wish } : node))),
  );
  return flows;
}

/** @throws {Error} when it is not so within that time */
async function until(isSo: () => Promise<boolean> | boolean, withinMs: number): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${isSo}`);
    await sleep(250);
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
