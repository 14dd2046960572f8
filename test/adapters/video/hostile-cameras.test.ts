import { afterAll, beforeAll, expect, test } from "vitest";
import type { VideoCause } from "../../../domain/video/video-cause.ts";
import { type Canaries, openCanaries } from "../../services/canary.ts";
import { type LittleCamera, packets, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { HOSTILE_ANSWERS, type HostileAnswer, straying, WATCHED_MS } from "./hostile-answers.ts";
import { suffer } from "./naive-client.ts";

/** The gateway's real process against cameras that do what they should not (video.md §13: each row is bounded). */
const ROWS = [...HOSTILE_ANSWERS, ...straying(() => canaries.urls[0] ?? "")];
const SLOW = ROWS.filter(({ withinMs }) => withinMs !== undefined);
const FAST = ROWS.filter(({ withinMs }) => withinMs === undefined);
/** A refusal that needs no waiting comes within this; a machine that is busy with other things gets another try. */
const AT_ONCE_MS = 100;
const TRIES = 8;
const MOST_MORE_BYTES = 50 * 1_048_576;

let camera: LittleCamera;
let canaries: Canaries;
let gateway: GatewayProcess;
let memoryBefore = 0;
/** What was refused, by cause, as viewers were told. */
const refused = new Map<string, number>();

/** Each try has a camera of its own, of which nothing is known yet. */
const idOf = (row: HostileAnswer, tried: number) => `row-${ROWS.indexOf(row)}-${tried}`;
const FILES = { playlist: "stream.m3u8", segment: "seg.ts" } as const;

beforeAll(async () => {
  [camera, canaries] = await Promise.all([startLittleCamera(), openCanaries()]);
  const ids = ["good", ...ROWS.flatMap((row) => Array.from({ length: TRIES }, (_, tried) => idOf(row, tried)))];
  for (const id of ids) {
    camera.serve(`/${id}/${FILES.playlist}`, playlistOf(1, ["seg.ts"]));
    camera.serve(`/${id}/${FILES.segment}`, packets(700));
  }
  for (const row of ROWS)
    for (let tried = 0; tried < TRIES; tried += 1) camera.serve(`/${idOf(row, tried)}/${FILES[row.on]}`, row.answer);
  gateway = await startGatewayProcess(ids.map((id) => ({ id, cameraUrl: `${camera.origin}/${id}/${FILES.playlist}` })));
  for (let at = 0; at < 20; at += 1) {
    expect((await ask("good", "index.m3u8")).status).toBe(200);
    expect((await ask("good", "seg.ts")).status).toBe(200);
  }
  gateway.forgetPeak();
  memoryBefore = gateway.memory().now;
});
afterAll(async () => {
  await gateway?.close();
  await Promise.all([camera?.close(), canaries?.close()]);
});

type Answered = { readonly status: number; readonly code: string; readonly ms: number; readonly isWhole: boolean };

async function ask(id: string, name: string): Promise<Answered> {
  const beganMs = performance.now();
  const answer = await fetch(`${gateway.url}/v/${id}/-/${name}`, { headers: { cookie: gateway.cookie } });
  const body = await answer.arrayBuffer().then(Buffer.from, () => null);
  const ms = performance.now() - beganMs;
  const isProblem = answer.headers.get("content-type") === "application/problem+json";
  const code = isProblem && body !== null ? (JSON.parse(body.toString()) as { code: string }).code : "";
  const told = `${JSON.stringify([...answer.headers])}${isProblem ? (body ?? "") : ""}`;
  expect(told).not.toContain(String(camera.port));
  if (code !== "") refused.set(code, (refused.get(code) ?? 0) + 1);
  return { status: answer.status, code, ms, isWhole: body !== null };
}

/** Asks for what the row is about. @returns how long it took until the viewer knew that there is nothing */
async function meet(row: HostileAnswer, tried: number): Promise<number> {
  const id = idOf(row, tried);
  const name = row.on === "segment" ? FILES.segment : "index.m3u8";
  if (row.on === "segment") expect((await ask(id, "index.m3u8")).status).toBe(200);
  const first = await ask(id, name);
  if (!row.isBrokenOff) {
    expect([first.code, first.status >= 500]).toEqual([row.cause, true]);
    return first.ms;
  }
  // What has begun can only be broken off; why is told to who asks next.
  expect([first.status, first.isWhole]).toEqual([200, false]);
  expect((await ask(id, name)).code).toBe(row.cause);
  return first.ms;
}

test("each fault is one: a client without limits suffers from it", async () => {
  const suffers = async (row: HostileAnswer, forMs: number) =>
    [row, await suffer(`${camera.origin}/${idOf(row, 0)}/${FILES[row.on]}`, forMs)] as const;
  const suffered = await Promise.all(SLOW.map((row) => suffers(row, WATCHED_MS)));
  // One after the other: the cameras are this process, too.
  for (const row of FAST) suffered.push(await suffers(row, 10 * WATCHED_MS));
  const led = canaries.hits.length;
  canaries.reset();
  expect(suffered.filter(([row, seen]) => !row.bites(seen)).map(([{ name }, seen]) => [name, seen])).toEqual([]);
  // One for each redirect; the rest of what leads elsewhere is for players to follow.
  expect(led).toBe(2);
});

test.for(FAST)("$name: $cause, at once", async (row) => {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && fastestMs >= AT_ONCE_MS; tried += 1)
    fastestMs = Math.min(fastestMs, await meet(row, tried));
  // To take 16 MiB is no refusal yet.
  expect(fastestMs).toBeLessThan(row.isBrokenOff ? 1_000 : AT_ONCE_MS);
});

test("what takes its time is over when that has run out, and hurts nobody meanwhile", async () => {
  let isOver = false;
  const all = Promise.all(SLOW.map(async (row) => [row, await meet(row, 0)] as const)).finally(() => {
    isOver = true;
  });
  const meanwhile: number[] = [];
  while (!isOver) {
    const { status, ms } = await ask("good", "index.m3u8");
    expect(status).toBe(200);
    meanwhile.push(ms);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const late = (await all).filter(([{ withinMs = 0 }, ms]) => ms > withinMs).map(([{ name }, ms]) => [name, ms]);
  expect(late).toEqual([]);
  meanwhile.sort((a, b) => a - b);
  expect(meanwhile[Math.floor(meanwhile.length / 2)]).toBeLessThan(AT_ONCE_MS);
});

test("all of it cost no more than 50 MB of memory, and each cause is counted as often as it was told", async () => {
  const { peak } = gateway.memory();
  expect(peak - memoryBefore).toBeLessThan(MOST_MORE_BYTES);
  const toldBefore = gateway.told();
  await expect.poll(gateway.told, { timeout: 12_000 }).toBeGreaterThan(toldBefore);
  expect(gateway.figures()?.refused).toEqual(Object.fromEntries(refused));
  const causes = new Set<VideoCause>(ROWS.map(({ cause }) => cause));
  expect(new Set(refused.keys())).toEqual(causes);
  expect(gateway.lines().join("\n")).not.toContain(String(camera.port));
});

test("nobody else was asked for anything", () => {
  expect(canaries.hits).toEqual([]);
});
