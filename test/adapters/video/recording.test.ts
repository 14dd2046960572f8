import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createPgliteDatabase } from "../../../adapters/database/pglite-database.ts";
import type { Inventory } from "../../../adapters/inventory/inventory.ts";
import { createDiskStore } from "../../../adapters/objects/disk-store.ts";
import { controlGateway, type GatewayControl } from "../../../adapters/video/gateway-control.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../../adapters/video/gateway-protocol.ts";
import { createRecordingBook } from "../../../adapters/video/recording-book.ts";
import { markMoment } from "../../../adapters/video/recording-marks.ts";
import { readPieces } from "../../../adapters/video/recording-store.ts";
import { retainRecordings } from "../../../adapters/video/retain-recordings.ts";
import { createStreamBoard } from "../../../adapters/video/stream-board.ts";
import { writeWiring } from "../../../adapters/video/stream-store.ts";
import { sweepRecordings } from "../../../adapters/video/sweep-recordings.ts";
import { createTickets, videoCookie } from "../../../adapters/video/tickets.ts";
import type { Role, SessionUser } from "../../../domain/access/session-user.ts";
import type { Site } from "../../../domain/sites/site.ts";
import { objectKey } from "../../../domain/video/recording/object-key.ts";
import type { RecordedPiece } from "../../../domain/video/recording/recorded-piece.ts";
import type { RecordingSettings } from "../../../domain/video/recording/recording-mode.ts";
import { TICKET_S, TICKET_SCOPES, type TicketScope } from "../../../domain/video/ticket.ts";
import { createFreshDataDir, type FreshDataDir } from "../../services/fresh-pglite.ts";
import { type LiveCamera, startLiveCamera } from "../../services/live-camera.ts";
import { recordedLog } from "../../services/recorded-log.ts";

/** One gateway records for some seconds; the tests look at what has come of it, in order. */
const SETTINGS: RecordingSettings = {
  mode: "continuous",
  rules: [
    { kind: "site", name: "site-002", mode: "around_alarm" },
    { kind: "site", name: "site-004", mode: "key_frames" },
  ],
  rendition: "smallest",
  preRollS: 3,
  postRollS: 2,
  keepDays: 7,
  maxGb: 1,
};
const DAY_MS = 86_400_000;
const ticketKey = randomBytes(32);
const tickets = createTickets([ticketKey]);
const sessionId = randomUUID();
const signal = { aborted: false };

const PERSON: SessionUser = {
  username: "li.wei",
  role: "admin",
  scope: null,
  grants: null,
  mustChangePassword: false,
  expiresAtMs: 0,
};
/** By session: who is not an administrator, and who has none any more. */
const people = new Map<string, SessionUser>();
const ended = new Set<string>();

let fresh: FreshDataDir;
let database: Database;
let folder: string;
let gateway: GatewayControl;
const cameras = new Map<string, LiveCamera>();
let fromMs: number;
let alarmMs: number;
let isAway = false;
let isRecorder = true;
const wakes: (() => void)[] = [];
const work = {
  onWork(listener: () => void) {
    wakes.push(listener);
    return () => undefined;
  },
};

const cameraOf = (siteId: string) => cameras.get(siteId) as LiveCamera;
const pieces = (siteId: string) => readPieces(database, siteId, everything());
/** Segments follow one another, and may end some seconds after they came. */
const everything = () => ({ fromMs: fromMs - 60_000, toMs: Date.now() + 60_000 });
const fileOf = (piece: RecordedPiece) => join(folder, objectKey(piece));

function ask(siteId: string, path: string, scope: "live" | "record" = "record", headers: Record<string, string> = {}) {
  const { text } = tickets.issue(siteId, scope, sessionId, Date.now());
  return fetch(`http://127.0.0.1:${gateway.port()}/v/${siteId}/${text}/${path}`, { headers });
}

async function openDatabase(): Promise<void> {
  fresh = await createFreshDataDir();
  database = await createPgliteDatabase(join(fresh.dataDir, "database"), recordedLog());
  await database.whenReady();
  folder = join(fresh.dataDir, "recordings");
}

async function inventoryOf(): Promise<Inventory> {
  const sites = [...cameras].map(([id, { url }]): Site => {
    const place = { name: id, region: "default", zone: "default", enabled: true };
    const rest = { cameraQueries: false, location: null, intervalS: null, minersExpected: null, ratedPowerKw: null };
    return { id, ...place, controllerUrl: "http://127.0.0.1:9", profileId: "none", cameraUrl: url, ...rest };
  });
  for (const { id, controllerUrl, cameraUrl } of sites)
    await database.query(
      "insert into site (code, name, region, zone, controller_url, profile_id, camera_url) values ($1, $1, 'x', 'x', $2, 'none', $3)",
      [id, controllerUrl, cameraUrl],
    );
  return {
    all: () => sites,
    get: (id) => sites.find((site) => site.id === id),
    numberOf: () => undefined,
    onChange: () => () => undefined,
  };
}

beforeAll(async () => {
  await openDatabase();
  cameras.set("site-001", await startLiveCamera());
  cameras.set("site-002", await startLiveCamera({ kind: "fmp4" }));
  cameras.set("site-003", await startLiveCamera({ header: ['#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key.bin"'] }));
  cameras.set("site-004", await startLiveCamera({ isEncrypted: true }));
  const inventory = await inventoryOf();
  await writeWiring(database, DEFAULT_GATEWAY_SETTINGS, SETTINGS);
  const query: Database["query"] = (...asked) =>
    isAway ? Promise.reject(new Error("the database is away")) : database.query(...asked);
  fromMs = Date.now();
  gateway = controlGateway({
    program: fileURLToPath(new URL("../../../video-gateway.ts", import.meta.url)),
    start: {
      ticketKeys: [ticketKey.toString("base64")],
      addressKey: randomBytes(32).toString("base64"),
      isSecure: false,
      listen: null,
      cacheBytes: 64 * 1024 ** 2,
      ffmpeg: { path: null, folder: join(folder, "ffmpeg"), idleMs: 30_000 },
      recordings: { folder, leastFreeBytes: 0 },
    },
    database: { query },
    inventory,
    profileOf: () => undefined,
    ownPorts: [],
    presentUsers: async (ids) => new Map(ids.flatMap((id) => (ended.has(id) ? [] : [[id, people.get(id) ?? PERSON]]))),
    board: createStreamBoard({ database, work }),
    work,
    marks: work,
    share: { isOurs: () => isRecorder, onChange: () => () => undefined },
    objects: null,
    log: recordedLog(),
  });
  const wake = setInterval(() => {
    for (const tell of wakes) tell();
  }, 300);
  await vi.waitFor(async () => expect(await pieces("site-001")).not.toEqual([]), { timeout: 15_000, interval: 200 });
  await sleep(3_000);
  alarmMs = Date.now();
  await markMoment(database, "site-002", alarmMs, "leak");
  isAway = true;
  await sleep(1_500);
  cameraOf("site-001").setCut(true);
  isAway = false;
  // Longer than its window: what was in it then is lost.
  await sleep(8_000);
  cameraOf("site-001").setCut(false);
  await sleep(4_000);
  await vi.waitFor(async () => expect((await pieces("site-001")).length).toBeGreaterThan(6), { timeout: 10_000 });
  clearInterval(wake);
}, 60_000);
afterAll(async () => {
  await gateway.close();
  for (const camera of cameras.values()) await camera.close();
  await database.close();
  fresh.remove();
});

test("each segment lies on the disk as the camera made it, and was fetched once", async () => {
  const recorded = await pieces("site-001");
  const made = [...cameraOf("site-001").hits.keys()].map((sequence) =>
    Buffer.from(cameraOf("site-001").bytesOf(sequence)),
  );
  for (const piece of recorded) {
    const bytes = readFileSync(fileOf(piece));
    expect(bytes.length).toBe(piece.bytes);
    expect(made.some((each) => each.equals(bytes))).toBe(true);
    expect(piece).toMatchObject({ kind: "segment", container: "ts", reason: "continuous" });
  }
  expect(recorded[0]?.codec).toMatch(/^avc1\./);
  expect([...new Set(cameraOf("site-001").hits.values())]).toEqual([1]);
});

test("nothing was lost while the database was away", async () => {
  const files = readdirSync(join(folder, "site-001"), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  await vi.waitFor(async () => expect((await pieces("site-001")).length).toBeGreaterThanOrEqual(files.length - 1));
});

test("follows on without gaps but for the one that was cut, which playback shows", async () => {
  const recorded = await pieces("site-001");
  const gaps = recorded.flatMap((piece, at) => {
    const before = recorded[at - 1];
    return before && piece.startMs - before.startMs - before.durationMs > 500 ? [piece] : [];
  });
  expect(gaps).toHaveLength(1);
  const answer = await ask("site-001", `rec/${fromMs - 60_000}-${Date.now()}/index.m3u8`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/vnd.apple.mpegurl"]);
  const playlist = await answer.text();
  const dates = playlist.match(/DATE-TIME:(.*)/g);
  expect(dates).toEqual(
    [recorded[0], gaps[0]].map((piece) => `DATE-TIME:${new Date(piece?.startMs ?? 0).toISOString()}`),
  );
  expect(playlist).toContain("#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME");
  expect(playlist).not.toContain("127.0.0.1");
});

test("plays pieces as a whole and in parts, also when the camera is gone", async () => {
  const [piece] = (await pieces("site-001")) as [RecordedPiece];
  const path = `rec/${fromMs}-${fromMs + 1_000}/${objectKey(piece).split("/").at(-1)}`;
  const whole = await ask("site-001", path);
  expect([whole.status, whole.headers.get("content-type"), whole.headers.get("content-length")]).toEqual([
    200,
    "video/mp2t",
    `${piece.bytes}`,
  ]);
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(bytes.equals(readFileSync(fileOf(piece)))).toBe(true);
  const part = await ask("site-001", path, "record", { range: "bytes=188-375" });
  expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 188-375/${piece.bytes}`]);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(188, 376))).toBe(true);
  const beyond = await ask("site-001", path, "record", { range: `bytes=0-${piece.bytes}` });
  expect([beyond.status, ((await beyond.json()) as { code: string }).code]).toEqual([416, "range_invalid"]);
});

test.for([
  {
    name: "a live ticket",
    scope: "live" as const,
    path: "rec/1795420800000-1795420801000/index.m3u8",
    refused: [401, "ticket_invalid"],
  },
  {
    name: "ten years",
    scope: "record" as const,
    path: "rec/1495420800000-1795420801000/index.m3u8",
    refused: [400, "period_invalid"],
  },
  {
    name: "a time of nothing",
    scope: "record" as const,
    path: "rec/1495420800000-1495420801000/index.m3u8",
    refused: [404, "unknown_resource"],
  },
  {
    name: "no name of ours",
    scope: "record" as const,
    path: "rec/1795420800000-1795420801000/secret.key",
    refused: [404, "unknown_resource"],
  },
  {
    name: "a record ticket on live video",
    scope: "record" as const,
    path: "index.m3u8",
    refused: [401, "ticket_invalid"],
  },
])("refuses $name", async ({ scope, path, refused }) => {
  const answer = await ask("site-001", path, scope);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual(refused);
});

/** Who may at all: the permission table, said once more. */
const MAY = {
  viewer: { live: true, record: false },
  operator: { live: true, record: true },
  engineer: { live: true, record: true },
  admin: { live: true, record: true },
} as const satisfies Partial<Record<Role, Record<TicketScope, boolean>>>;
const REACH = { everywhere: null, here: ["site-001"], elsewhere: ["site-002"] } as const;

type Combination = {
  readonly role: keyof typeof MAY;
  readonly reach: keyof typeof REACH;
  readonly isEnded: boolean;
  readonly isExpired: boolean;
  readonly scope: TicketScope;
  readonly by: "ticket" | "cookie";
};

/** Every value of each with every value of the others. */
function combinations(): Combination[] {
  const roles = Object.keys(MAY) as Combination["role"][];
  const reaches = Object.keys(REACH) as Combination["reach"][];
  let all: Partial<Combination>[] = [{}];
  const times = (values: readonly Partial<Combination>[]) => {
    all = all.flatMap((one) => values.map((value) => ({ ...one, ...value })));
  };
  times(roles.map((role) => ({ role })));
  times(reaches.map((reach) => ({ reach })));
  times([{ isEnded: false }, { isEnded: true }]);
  times([{ isExpired: false }, { isExpired: true }]);
  times(TICKET_SCOPES.map((scope) => ({ scope })));
  times([{ by: "ticket" }, { by: "cookie" }]);
  return all as Combination[];
}

function expectedOf({ role, reach, isEnded, isExpired, scope }: Combination): string {
  if (isExpired) return "ticket_expired";
  if (isEnded || !MAY[role][scope]) return "not_allowed";
  return reach === "elsewhere" ? "unknown_stream" : "ok";
}

async function tried({ role, reach, isEnded, isExpired, scope, by }: Combination): Promise<string> {
  const session = randomUUID();
  const sites = REACH[reach];
  people.set(session, { ...PERSON, role, scope: sites && { regions: [], zones: [], sites: [...sites] } });
  if (isEnded) ended.add(session);
  const issuedMs = isExpired ? Date.now() - (TICKET_S + 1) * 1_000 : Date.now();
  const path = scope === "live" ? "index.m3u8" : `rec/${fromMs - 60_000}-${Date.now()}/index.m3u8`;
  const { text } = tickets.issue("site-001", scope, session, issuedMs);
  const cookie = videoCookie(tickets, session, false, issuedMs).cookie.split(";")[0] ?? "";
  const place = `http://127.0.0.1:${gateway.port()}/v/site-001`;
  const answer = await (by === "ticket"
    ? fetch(`${place}/${text}/${path}`)
    : fetch(`${place}/-/${path}`, { headers: { cookie } }));
  const body = await answer.text();
  return answer.ok ? "ok" : (JSON.parse(body) as { code: string }).code;
}

test("a ticket and the cookie open what their session may see now, by role, site, scope and time, and nothing else", async () => {
  const all = combinations();
  const found = await Promise.all(all.map(async (one) => ({ ...one, answer: await tried(one) })));
  expect(found).toHaveLength(4 * 3 * 2 * 2 * 2 * 2);
  expect(found.filter((one) => one.answer !== expectedOf(one))).toEqual([]);
  expect(found.filter(({ answer }) => answer === "ok")).toHaveLength(2 * (4 + 3) * 2);
});

test("a session that ends in the middle of a playback plays on for 10 s at most, by ticket and by cookie", async () => {
  const session = randomUUID();
  const [piece] = (await pieces("site-001")) as [RecordedPiece];
  const path = `rec/${fromMs}-${fromMs + 1_000}/${objectKey(piece).split("/").at(-1)}`;
  const { text } = tickets.issue("site-001", "record", session, Date.now());
  const cookie = videoCookie(tickets, session, false, Date.now()).cookie.split(";")[0] ?? "";
  const play = async () => {
    const place = `http://127.0.0.1:${gateway.port()}/v/site-001`;
    const answers = await Promise.all([
      fetch(`${place}/${text}/${path}`),
      fetch(`${place}/-/${path}`, { headers: { cookie } }),
    ]);
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    return answers.map(({ status }) => status);
  };
  expect(await play()).toEqual([200, 200]);
  ended.add(session);
  const beganMs = performance.now();
  await expect.poll(play, { timeout: 12_000 }).toEqual([403, 403]);
  expect(performance.now() - beganMs).toBeLessThan(10_000);
});

test("around an alarm the seconds before and after are kept, with their initialisation sections, and no others", async () => {
  const recorded = await pieces("site-002");
  const [first, last] = [recorded[0], recorded.at(-1)] as [RecordedPiece, RecordedPiece];
  expect(first.startMs).toBeLessThan(alarmMs - 1_000);
  expect(first.startMs + first.durationMs).toBeGreaterThan(alarmMs - SETTINGS.preRollS * 1_000);
  expect(last.startMs).toBeLessThan(alarmMs + SETTINGS.postRollS * 1_000);
  expect(last.startMs + last.durationMs).toBeGreaterThan(alarmMs);
  expect(recorded.length).toBeGreaterThanOrEqual(4);
  for (const piece of recorded) {
    expect(piece).toMatchObject({ container: "mp4", reason: "alarm" });
    expect(readFileSync(fileOf(piece)).toString("latin1", piece.initBytes + 4, piece.initBytes + 8)).toMatch(
      /styp|moof|sidx/,
    );
  }
});

test("of key frames one picture of each segment is kept, which lasts as long as that, in a fraction of the bytes", async () => {
  const recorded = await pieces("site-004");
  expect(recorded.length).toBeGreaterThan(6);
  for (const piece of recorded) expect(piece).toMatchObject({ kind: "key_frame", container: "mp4", durationMs: 1_000 });
  const [first] = recorded as [RecordedPiece];
  expect(first.bytes).toBeLessThan(cameraOf("site-004").bytesOf(0).length / 2);
  const shown = execFileSync("ffprobe", [
    "-v",
    "error",
    "-count_frames",
    "-show_entries",
    "stream=codec_name,width,height,nb_read_frames:packet=pts_time:format=duration",
    "-of",
    "json",
    fileOf(first),
  ]);
  const { streams, packets, format } = JSON.parse(shown.toString()) as {
    streams: unknown;
    packets: { pts_time: string }[];
    format: { duration: string };
  };
  expect(streams).toEqual([{ codec_name: "h264", width: 320, height: 180, nb_read_frames: "1" }]);
  // FFmpeg gives the end of a file as its duration; its beginning is the time of day.
  expect(packets.map(({ pts_time }) => Number(pts_time) * 1_000)).toEqual([first.startMs]);
  expect(Number(format.duration) * 1_000).toBe(first.startMs + 1_000);
});

test("a stream that is encrypted in another way than AES-128 is not recorded, and says why", async () => {
  expect(await pieces("site-003")).toEqual([]);
  await vi.waitFor(() => expect(gateway.recording()?.causes).toEqual({ "site-003": "encrypted_not_recorded" }), {
    timeout: 8_000,
  });
  expect(gateway.recording()).toMatchObject({ state: "recording", cause: null, streams: 4, lostFiles: 0 });
  expect(existsSync(join(folder, "site-003"))).toBe(false);
});

test("a clip is what was recorded, one segment behind the other", async () => {
  const book = createRecordingBook(database, createDiskStore(folder));
  const range = everything();
  const recorded = await pieces("site-002");
  const clip = await book.clip("site-002", range);
  const bytes = await buffer(Readable.from(clip?.chunks ?? []));
  const files = recorded.map((piece, at) => readFileSync(fileOf(piece)).subarray(at === 0 ? 0 : piece.initBytes));
  expect(bytes.equals(Buffer.concat(files))).toBe(true);
  const spans = await book.spans("site-001", range, 10);
  expect(spans).toHaveLength(2);
  expect(spans.reduce((sum, { segments }) => sum + segments, 0)).toBe((await pieces("site-001")).length);
  expect(await book.clip("site-003", range)).toBeNull();
});

test("a gateway that is not told any more that it may record ends within seconds, and goes on when it is", async () => {
  const newest = async () => Math.max(...(await pieces("site-001")).map(({ startMs }) => startMs));
  const goesOnFrom = async (startMs: number) =>
    vi.waitFor(async () => expect(await newest()).toBeGreaterThan(startMs), 8_000);
  await goesOnFrom(await newest());
  // As in a platform that hangs: its last word stands, and runs out.
  isRecorder = false;
  await sleep(3_500);
  const last = await newest();
  const writtenFiles = () => readdirSync(join(folder, "site-001"), { recursive: true }).length;
  const files = writtenFiles();
  await sleep(3_000);
  expect([await newest(), writtenFiles()]).toEqual([last, files]);
  isRecorder = true;
  await goesOnFrom(last);
});

test("a sweep gives a file its row, and takes the row of a file that is gone", async () => {
  await gateway.close();
  const store = createDiskStore(folder);
  const before = await pieces("site-002");
  const [lost, unknown] = before as [RecordedPiece, RecordedPiece];
  rmSync(fileOf(lost));
  await database.query("delete from video_segment where start_at = $1::timestamptz", [
    new Date(unknown.startMs).toISOString(),
  ]);
  const nowMs = Date.now() + 600_000;
  expect(await sweepRecordings({ database, store, seesAll: true, nowMs, signal })).toEqual({ found: 1, missing: 1 });
  const after = await pieces("site-002");
  expect(after.map(({ startMs }) => startMs)).toEqual(before.slice(1).map(({ startMs }) => startMs));
  expect(after[0]).toMatchObject({ bytes: unknown.bytes, initBytes: unknown.initBytes, reason: "found" });
  expect(await sweepRecordings({ database, store, seesAll: true, nowMs, signal })).toEqual({ found: 0, missing: 0 });
});

test("a disk that is not mounted costs no row", async () => {
  const before = await pieces("site-001");
  renameSync(folder, `${folder}.away`);
  const swept = await sweepRecordings({
    database,
    store: createDiskStore(folder),
    seesAll: true,
    nowMs: Date.now() + 600_000,
    signal,
  });
  renameSync(`${folder}.away`, folder);
  expect(swept).toEqual({ found: 0, missing: 0 });
  expect(await pieces("site-001")).toEqual(before);
});

test("retention removes objects and rows by age, and leaves alone what is locked until it is unlocked", async () => {
  const store = createDiskStore(folder);
  const { locks } = createRecordingBook(database, store);
  const [first, second] = (await pieces("site-001")) as [RecordedPiece, RecordedPiece];
  const evidence = {
    fromMs: second.startMs + 1,
    toMs: second.startMs + 2,
    untilMs: Date.now() + 30 * DAY_MS,
    reason: "claim",
  };
  const lock = await locks.add("site-001", evidence, "li.wei");
  const later = Date.now() + 8 * DAY_MS;
  expect(await retainRecordings({ database, store, nowMs: Date.now(), signal })).toMatchObject({ removed: 0 });
  const { removed } = await retainRecordings({ database, store, nowMs: later, signal });
  expect(removed).toBeGreaterThan(8);
  expect(await pieces("site-001")).toEqual([second]);
  expect([existsSync(fileOf(first)), existsSync(fileOf(second)), existsSync(join(folder, "site-002"))]).toEqual([
    false,
    true,
    false,
  ]);
  expect(await locks.list("site-001")).toMatchObject([{ id: lock.id, lockedBy: "li.wei", reason: "claim" }]);
  expect(await locks.remove("site-002", lock.id, "li.wei")).toBe(false);
  expect(await locks.remove("site-001", lock.id, "li.wei")).toBe(true);
  expect(await retainRecordings({ database, store, nowMs: later, signal })).toMatchObject({ removed: 1 });
  expect(readdirSync(folder)).toEqual([]);
});
