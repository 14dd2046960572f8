import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { HEARTBEAT_MS, OVERVIEW_POINTS, ServerFrame, type Subscribe } from "../../domain/live/live-frame.ts";
import { applyFrame, createLiveTable } from "../../domain/live/live-table.ts";
import { POINT_NAMES } from "../../domain/points/catalogue.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRound, aSite, aSnapshot, T0_MS } from "./builders.ts";

let api: ApiUnderTest;
/** Each test moves the sites to later slots. */
let slotMs = T0_MS;
const open: { end(): Promise<void> }[] = [];

/** For a machine with much else to do. */
const PATIENT = { timeout: 15_000, interval: 5 };
const fleet = (count: number) => Array.from({ length: count }, (_, i) => aSite(i + 1));

beforeAll(async () => {
  api = await startApi({ sites: fleet(5), limits: { maxConnectionsPerUser: 8 } });
});
beforeEach(async () => {
  for (const client of open.splice(0)) await client.end();
  slotMs += 3_600_000;
});
afterAll(async () => {
  for (const client of open.splice(0)) await client.end();
  await api.close();
});

/** A client that checks every frame by the schema, and looks for addresses in it. */
async function connectLive(headers: Record<string, string> = { authorization: `Bearer ${api.token("viewer")}` }) {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/live`, { headers });
  const frames: ServerFrame[] = [];
  let bytes = 0;
  socket.on("message", (data, isBinary) => {
    const text = String(data);
    bytes += text.length;
    expect(isBinary).toBe(false);
    expect(text).not.toMatch(/10\.[12]\.101\./);
    frames.push(ServerFrame.parse(JSON.parse(text)));
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  const client = {
    socket,
    frames,
    closed,
    bytes: () => bytes,
    say: (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    async next<T extends ServerFrame["type"]>(type: T, after = 0): Promise<Extract<ServerFrame, { type: T }>> {
      const find = () => frames.slice(after).find((frame) => frame.type === type);
      await expect.poll(find, PATIENT).toBeDefined();
      return find() as Extract<ServerFrame, { type: T }>;
    },
    async subscribe(own: Partial<Subscribe> = {}) {
      const before = frames.length;
      client.say({ type: "subscribe", view: "overview", ...own });
      return client.next("full", before);
    },
    async end() {
      socket.close();
      await closed;
    },
  };
  open.push(client);
  return client;
}

const move = (number: number, supplyC: number, atMs = slotMs) =>
  api.liveState.apply(aSnapshot(aSite(number).id, { values: { supply_temp_c: supplyC, leak_detected: true } }, atMs));

test("a subscriber gets everything, then what moves, in columns", async () => {
  const earlier = await connectLive();
  await earlier.subscribe();
  move(1, 31);
  // Moves are told together after a while: this one must not be told to who comes later as well.
  await earlier.next("delta");
  const client = await connectLive();
  const full = await client.subscribe();
  expect(full.points).toEqual([...OVERVIEW_POINTS]);
  expect(full.sites).toEqual(["site-001", "site-002", "site-003", "site-004", "site-005"]);
  expect(full.columns[0]?.[0]).toBe(31);
  expect(full.slotMs[4]).toBeNull();
  expect(full.faults).toMatchObject({ 0: ["leak_detected", "spray_pump_fault"] });

  move(2, 32.125);
  move(5, 35);
  const delta = await client.next("delta");
  expect([delta.epoch, delta.seq, delta.index]).toEqual([full.epoch, full.seq + 1, [1, 4]]);
  expect(delta.columns[0]).toEqual([32.13, 35]);
  expect(delta.baseMs + (delta.slotMs[0] ?? 0)).toBe(slotMs);
  expect(delta.quality).toMatchObject({ 1: { supply_pressure_kpa: "out_of_range" } });

  const table = createLiveTable();
  for (const frame of client.frames) applyFrame(table, frame);
  expect(table.rows.get("site-005")).toMatchObject({ values: { supply_temp_c: 35 }, slotMs });
});

test("an older slot moves nothing, and a round is told to everybody", async () => {
  const client = await connectLive();
  await client.subscribe();
  move(1, 30);
  await client.next("delta");
  const before = client.frames.length;
  expect(move(1, 99, slotMs - 60_000)).toBe(false);
  api.liveState.applyRound(aRound(slotMs));
  const { round } = await client.next("round", before);
  expect(round).toMatchObject({ sites: 5, ok: 4, failed: { timeout: 1 } });
  expect(client.frames.slice(before).map(({ type }) => type)).not.toContain("delta");
});

test("a site view has every point of the sites named and nothing of the others", async () => {
  const client = await connectLive();
  const full = await client.subscribe({ view: "site", sites: ["site-003"] });
  expect([full.view, full.sites, full.points]).toEqual(["site", ["site-003"], [...POINT_NAMES]]);
  move(1, 30);
  move(3, 33);
  const delta = await client.next("delta");
  expect([delta.index, delta.columns[POINT_NAMES.indexOf("supply_temp_c")]]).toEqual([[0], [33]]);
  const overview = await client.subscribe();
  expect([overview.view, overview.sites.length]).toEqual(["overview", 5]);
});

test("a client that comes back gets what it missed, or everything when that is too long ago", async () => {
  const stays = await connectLive();
  await stays.subscribe();
  const goes = await connectLive();
  const { epoch, seq } = await goes.subscribe();
  await goes.end();
  for (const number of [1, 2, 3]) {
    move(number, 30 + number);
    await expect.poll(() => stays.frames.filter(({ type }) => type === "delta").length, PATIENT).toBe(number);
  }

  const back = await connectLive();
  back.say({ type: "subscribe", view: "overview", epoch, after: seq + 1 });
  const beat = await back.next("heartbeat");
  const rows = back.frames.flatMap((frame) => ("seq" in frame ? [[frame.type, frame.seq]] : []));
  expect(rows).toEqual([
    ["delta", seq + 2],
    ["delta", seq + 3],
    ["heartbeat", seq + 3],
  ]);
  // Their time is that of sending, so that the browser's clock is not set back.
  const times = back.frames.map((frame) => ("at" in frame ? Date.parse(frame.at) : 0));
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1_000);

  const { seq: after } = beat;
  for (const odd of [{ epoch: "another", after }, { epoch, after: after + 7 }, { epoch }]) {
    expect((await back.subscribe(odd)).seq).toBe(after);
  }
});

test("a heartbeat tells the sequence number, so that a lost frame is noticed", async () => {
  const client = await connectLive();
  const { epoch, seq } = await client.subscribe();
  const beat = await client.next("heartbeat");
  expect([beat.epoch, beat.seq]).toEqual([epoch, seq]);
  const second = await client.next("heartbeat", client.frames.indexOf(beat) + 1);
  expect(Date.parse(second.at) - Date.parse(beat.at)).toBeGreaterThan(HEARTBEAT_MS / 2);
});

test.for([
  { message: "{", code: "request.invalid" },
  { message: { type: "shout" }, code: "request.invalid" },
  { message: { type: "subscribe", view: "everything" }, code: "request.invalid" },
  { message: { type: "subscribe", view: "overview", extra: 1 }, code: "request.invalid" },
  { message: { type: "subscribe", view: "site", sites: ["site-999"] }, code: "site.not-found" },
  { message: { type: "subscribe", view: "site", sites: ["__proto__"] }, code: "site.not-found" },
])("$message is an error, and the connection stays", async ({ message, code }) => {
  const client = await connectLive();
  client.say(message);
  expect(await client.next("error")).toMatchObject({ code });
  expect((await client.subscribe()).type).toBe("full");
});

test("a page that shows no site hears of the rounds all the same, also after the inventory has changed", async () => {
  const client = await connectLive();
  const full = await client.subscribe({ view: "site", sites: [] });
  expect(full.sites).toEqual([]);
  api.setSites(fleet(6));
  expect((await client.next("full", client.frames.length)).sites).toEqual([]);
  const mark = client.frames.length;
  api.liveState.applyRound(aRound(slotMs));
  expect((await client.next("round", mark)).round.sites).toBe(5);
  api.setSites(fleet(5));
});

test("who talks too much is cut off; so is an oversize message", async () => {
  const talker = await connectLive();
  for (let i = 0; i < 40; i += 1) talker.say({ type: "shout" });
  expect(await talker.closed).toBe(1008);
  const shouter = await connectLive();
  shouter.say({ type: "subscribe", view: "site", sites: ["x".repeat(200_000)] });
  expect(await shouter.closed).toBe(1009);
});

test("the inventory changes: a new epoch with the new index table, for filtered views too", async () => {
  const client = await connectLive();
  const one = await connectLive();
  const before = await client.subscribe();
  await one.subscribe({ view: "site", sites: ["site-002", "site-004"] });
  const [mark, oneMark] = [client.frames.length, one.frames.length];
  api.setSites([aSite(2), aSite(4), aSite(9)]);
  const after = await client.next("full", mark);
  expect(after.epoch).not.toBe(before.epoch);
  expect(after.sites).toEqual(["site-002", "site-004", "site-009"]);
  expect((await one.next("full", oneMark)).sites).toEqual(["site-002", "site-004"]);
  move(9, 39);
  expect((await client.next("delta", mark)).index).toEqual([2]);
  api.setSites(fleet(5));
  await client.next("full", client.frames.length);
});

/** Only the answer to a handshake: its status. */
function handshake(headers: Record<string, string>, path = "/api/v1/live"): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}${path}`, { headers });
    socket.on("open", () => {
      socket.close();
      socket.on("close", () => resolve(101));
    });
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    socket.on("error", () => undefined);
  });
}

test("only signed-in pages of our own origin, or programs with a token, are let in", async () => {
  const cookie = `antbox_access=${api.token("viewer")}`;
  const authorization = `Bearer ${api.token("viewer")}`;
  expect(await handshake({})).toBe(401);
  expect(await handshake({ cookie: "antbox_access=x.y.z", origin: api.origin })).toBe(401);
  expect(await handshake({ cookie, origin: api.origin })).toBe(101);
  expect(await handshake({ cookie })).toBe(403);
  expect(await handshake({ cookie, origin: "https://evil.example" })).toBe(403);
  expect(await handshake({ cookie, origin: "null" })).toBe(403);
  expect(await handshake({ authorization })).toBe(101);
  expect(await handshake({ authorization, origin: "https://evil.example" })).toBe(403);
  expect(await handshake({ authorization }, "/api/v1/nothing")).toBe(404);
});

test("a user has only so many connections, and gets one back when one closes", async () => {
  const clients = await Promise.all(Array.from({ length: 8 }, () => connectLive()));
  const authorization = `Bearer ${api.token("viewer")}`;
  expect(await handshake({ authorization })).toBe(429);
  expect(await handshake({ authorization: `Bearer ${api.token("admin")}` })).toBe(101);
  await clients[0]?.end();
  expect(await handshake({ authorization })).toBe(101);
});

/** A WebSocket client of which we decide when it reads. */
async function connectReader(): Promise<Socket> {
  const socket = connect(api.port, "127.0.0.1");
  socket.write(
    `GET /api/v1/live HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token("operator")}\r\nupgrade: websocket\r\n` +
      "connection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("readable", resolve));
  socket.read();
  const text = Buffer.from(JSON.stringify({ type: "subscribe", view: "site" }));
  // A client's frame is masked; with a mask of zeros it is its own text.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  return socket;
}

test("a client that stops reading costs a bounded buffer, gets everything when it reads again, and disturbs nobody", async () => {
  const big = Array.from({ length: 900 }, (_, i) => aSite(i + 1));
  const normal = await connectLive();
  await normal.subscribe();
  // The new index table comes once the inventory has settled: in the middle of the rounds it would stand for one of them.
  const before = normal.frames.length;
  api.setSites(big);
  expect((await normal.next("full", before)).sites).toHaveLength(big.length);
  const reader = await connectReader();
  const rounds = 40;
  const bodies = big.map(({ id }) => aSnapshot(id, { values: { firmware_version: `${id} ${"冷".repeat(200)}` } }));
  for (let round = 1; round <= rounds; round += 1) {
    const slot = new Date(slotMs + round * 60_000).toISOString();
    for (const body of bodies) api.liveState.apply({ ...body, slot });
    await expect.poll(() => normal.frames.filter(({ type }) => type === "delta").length, PATIENT).toBe(round);
  }
  // Every round is more than half a megabyte; only some of them were kept for it.
  let received = 0;
  let tail = "";
  reader.on("data", (chunk: Buffer) => {
    received += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-3_000_000);
  });
  await expect.poll(() => tail.lastIndexOf('{"type":"full"'), PATIENT).toBeGreaterThan(-1);
  expect(received).toBeLessThan(rounds * 540_000 * 0.5);
  reader.destroy();
  api.setSites(fleet(5));
});
