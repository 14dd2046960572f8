import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { StreamRecord } from "../../adapters/video/stream-board.ts";
import { ServerFrame, type StreamFrame, type Subscribe } from "../../domain/live/live-frame.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** Odd numbers lie in the north, even ones in the south; the last has no camera. */
const SITES = Array.from({ length: 5 }, (_, at) => aSite(at + 1, at === 4 ? { cameraUrl: null } : {}));
const PATIENT = { timeout: 15_000, interval: 10 };
const NOW = Date.parse("2026-11-23T08:00:00.000Z");
let api: ApiUnderTest;
const open: WebSocket[] = [];

beforeAll(async () => {
  api = await startApi({ sites: SITES });
  await addActors(api.database, LIMITED);
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});
afterAll(() => api.close());

function aRecord(siteId: string, change: Partial<StreamRecord> = {}): StreamRecord {
  const known = { state: "online", sinceMs: NOW, cause: null, progressedAtMs: NOW, lookedAtMs: NOW } as const;
  return { siteId, ...known, codec: "avc1.4d4015", width: 426, height: 240, bitrateKbps: 150, ...change };
}

async function tokenOf(username: string): Promise<string> {
  const { json } = await api.call("/api/v1/auth/login", { method: "POST", body: { username, password: PASSWORD } });
  return (json as { accessToken: string }).accessToken;
}

async function listen(token: string, ask: Partial<Subscribe> = { topics: ["streams"] }) {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  open.push(socket);
  const frames: ServerFrame[] = [];
  socket.on("message", (data) => frames.push(ServerFrame.parse(JSON.parse(String(data)))));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  socket.send(JSON.stringify({ type: "subscribe", view: "overview", ...ask }));
  await expect.poll(() => frames.some(({ type }) => type === "full"), PATIENT).toBe(true);
  return {
    told: () => frames.filter((frame): frame is StreamFrame => frame.type === "streams"),
    beats: () => frames.filter(({ type }) => type === "heartbeat").length,
  };
}

test("who asks for cameras is told of all of them, then of what has changed", async () => {
  const client = await listen(api.token("viewer"));
  await expect.poll(() => client.told().length, PATIENT).toBe(1);
  const [whole] = client.told();
  expect(whole).toMatchObject({ isWhole: true });
  expect(whole?.streams.map(({ siteId, state }) => [siteId, state])).toEqual(
    SITES.slice(0, 4).map(({ id }) => [id, "unwatched"]),
  );
  api.video.board.put([
    aRecord(SITES[1]?.id ?? "", { lookedAtMs: NOW + 1, state: "offline", cause: "upstream_refused" }),
  ]);
  await expect.poll(() => client.told().length, PATIENT).toBe(2);
  expect(client.told()[1]).toMatchObject({
    isWhole: false,
    streams: [{ siteId: SITES[1]?.id, state: "offline", cause: "upstream_refused", codec: "avc1.4d4015" }],
  });
  // The same state again is no news.
  api.video.board.put([
    aRecord(SITES[1]?.id ?? "", { lookedAtMs: NOW + 2, state: "offline", cause: "upstream_refused" }),
  ]);
  const beats = client.beats();
  await expect.poll(client.beats, PATIENT).toBeGreaterThan(beats);
  expect(client.told()).toHaveLength(2);
});

test("who sees some sites only is told of their cameras only, also when another one changes", async () => {
  const client = await listen(await tokenOf("viewer-north"));
  await expect.poll(() => client.told().length, PATIENT).toBe(1);
  const seen = client.told()[0]?.streams.map(({ siteId }) => siteId) ?? [];
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.length).toBeLessThan(4);
  const hidden = SITES.slice(0, 4).find(({ id }) => !seen.includes(id))?.id ?? "";
  api.video.board.put([aRecord(hidden, { lookedAtMs: NOW + 10 })]);
  api.video.board.put([aRecord(seen[0] ?? "", { lookedAtMs: NOW + 10 })]);
  await expect.poll(() => client.told().length, PATIENT).toBe(2);
  expect(client.told()[1]?.streams.map(({ siteId }) => siteId)).toEqual([seen[0]]);
});

test("a page that does not ask for cameras is told nothing of them", async () => {
  const client = await listen(api.token("viewer"), {});
  api.video.board.put([
    aRecord(SITES[0]?.id ?? "", { lookedAtMs: NOW + 20, state: "stale", cause: "upstream_timeout" }),
  ]);
  await expect.poll(client.beats, PATIENT).toBeGreaterThan(0);
  expect(client.told()).toEqual([]);
});

test("a camera that leaves the inventory is told of, for no change of it ever comes again", async () => {
  const client = await listen(api.token("viewer"));
  await expect.poll(() => client.told().length, PATIENT).toBe(1);
  api.setSites(SITES.slice(1));
  await expect.poll(() => client.told().length, PATIENT).toBe(2);
  const [before, after] = client.told();
  expect(before?.streams.map(({ siteId }) => siteId)).toContain(SITES[0]?.id);
  expect(after?.isWhole).toBe(true);
  expect(after?.streams.map(({ siteId }) => siteId)).toEqual(SITES.slice(1, 4).map(({ id }) => id));
  api.setSites(SITES);
});
