import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTickets } from "../../../adapters/video/tickets.ts";
import { TICKET_S } from "../../../domain/video/ticket.ts";
import { type LittleCamera, packets, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { codeOf, type GatewayUnderTest, SESSION, startGateway } from "./gateway-under-test.ts";

let camera: LittleCamera;
let under: GatewayUnderTest;
const NORTH = randomUUID();
const NOTHING = randomUUID();
const GONE = randomUUID();

beforeAll(async () => {
  camera = await startLittleCamera();
  camera.serve("/one/stream.m3u8", playlistOf(1, ["a.ts"]));
  camera.serve("/two/stream.m3u8", playlistOf(1, ["a.ts"]));
  camera.serve("/one/a.ts", packets(2));
  under = await startGateway([
    { id: "site-001", cameraUrl: `${camera.origin}/one/stream.m3u8` },
    { id: "site-002", cameraUrl: `${camera.origin}/two/stream.m3u8` },
  ]);
  under.rights.set(NORTH, { live: ["site-001"], record: null });
  under.rights.set(NOTHING, { live: null, record: null });
  under.rights.set(GONE, null);
});
afterAll(async () => {
  await under.close();
  await camera.close();
});

const NO_COOKIE = { cookie: "" };
const withTicket = (streamId: string, ticket: string, rest = "index.m3u8") =>
  under.get(`/v/${streamId}/${ticket}/${rest}`, NO_COOKIE);

/** Who × which stream × by what. */
test.for([
  ["everything", SESSION, "site-001", 200, null],
  ["everything", SESSION, "site-002", 200, null],
  ["everything", SESSION, "site-404", 404, "unknown_stream"],
  ["one site", NORTH, "site-001", 200, null],
  ["one site", NORTH, "site-002", 404, "unknown_stream"],
  ["no video", NOTHING, "site-001", 403, "not_allowed"],
  ["ended", GONE, "site-001", 403, "not_allowed"],
] as const)("a session that may see %s: %s at %s is answered %i", async ([, session, streamId, status, code]) => {
  const byCookie = await under.get(`/v/${streamId}/-/index.m3u8`, { cookie: under.cookie(session) });
  const byTicket = await withTicket(streamId, under.ticket(streamId, session));
  expect([byCookie.status, byTicket.status]).toEqual([status, status]);
  if (code !== null) expect([codeOf(byCookie), codeOf(byTicket)]).toEqual([code, code]);
});

test("a ticket opens its own stream until it runs out, with all that its playlist names", async () => {
  const ticket = under.ticket("site-001");
  expect((await withTicket("site-001", ticket)).status).toBe(200);
  expect((await withTicket("site-001", ticket, "a.ts")).body).toHaveLength(2 * 188);
  const other = await withTicket("site-002", ticket);
  expect([other.status, codeOf(other)]).toEqual([401, "ticket_invalid"]);
  const old = await withTicket("site-001", under.ticket("site-001", SESSION, Date.now() - (TICKET_S + 1) * 1000));
  expect([old.status, codeOf(old)]).toEqual([401, "ticket_expired"]);
  const nothing = await under.get("/v/site-001/-/index.m3u8", NO_COOKIE);
  expect([nothing.status, codeOf(nothing)]).toEqual([401, "ticket_missing"]);
});

/** Every way to be wrong by a little. */
test("a ticket that was changed anywhere is none", async () => {
  const ticket = under.ticket("site-001");
  const tried = [...ticket].map((sign, at) => ticket.slice(0, at) + (sign === "0" ? "1" : "0") + ticket.slice(at + 1));
  const forms = [ticket.slice(0, -1), `${ticket}A`, ticket.slice(11), ticket.toUpperCase(), ticket.replace(".", "%2e")];
  const answers = new Set<number>();
  for (const text of [...tried, ...forms]) {
    if (text === ticket) continue;
    const { status } = await withTicket("site-001", text);
    answers.add(status);
    expect([text, status]).not.toEqual([text, 200]);
  }
  expect([...answers].every((status) => status === 401 || status === 404)).toBe(true);
});

test("a ticket of another key, scope or stream is refused, and the key before still counts", () => {
  const [present, former, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const tickets = createTickets([present, former]);
  const nowMs = Date.now();
  const refuses = (text: string, streamId = "site-001", scope: "live" | "record" = "live") =>
    expect(() => tickets.check(text, streamId, scope, nowMs)).toThrow(/signature|no ticket/);
  const { text } = tickets.issue("site-001", "live", SESSION, nowMs);
  expect(tickets.check(text, "site-001", "live", nowMs).sessionId).toBe(SESSION);
  refuses(text, "site-002");
  refuses(text, "site-001", "record");
  refuses(createTickets([foreign]).issue("site-001", "live", SESSION, nowMs).text);
  const old = createTickets([former]).issue("site-001", "live", SESSION, nowMs).text;
  expect(tickets.check(old, "site-001", "live", nowMs).sessionId).toBe(SESSION);
  expect(() => tickets.check(text, "site-001", "live", nowMs + (TICKET_S + 1) * 1000)).toThrow(/run out/);
});

test("a signature counts in one spelling only", () => {
  const tickets = createTickets([randomBytes(32)]);
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const { text } = tickets.issue("site-001", "live", SESSION, Date.now());
  const taken = [...signs].filter((sign) => {
    try {
      return tickets.check(text.slice(0, -1) + sign, "site-001", "live", Date.now()).sessionId === SESSION;
    } catch {
      return false;
    }
  });
  expect(taken).toEqual([text.at(-1)]);
});

test("a session that may see nothing any more is refused within 10 s, in the middle of watching", async () => {
  const session = randomUUID();
  const ticket = under.ticket("site-001", session);
  expect((await withTicket("site-001", ticket)).status).toBe(200);
  under.rights.set(session, null);
  const began = performance.now();
  await expect.poll(async () => (await withTicket("site-001", ticket)).status, { timeout: 12_000 }).toBe(403);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("a ticket that runs out in the middle of watching ends it with the segment under way", async () => {
  const SEGMENT_MS = 1_600;
  const LEFT_MS = 3_000;
  const names = ["s1.ts", "s2.ts", "s3.ts", "s4.ts"];
  camera.serve("/one/stream.m3u8", playlistOf(2, names));
  for (const name of names)
    camera.serve(`/one/${name}`, async (_request, response) => {
      response.writeHead(200);
      for (let sent = 0; sent < 10; sent += 1) {
        response.write(packets(1));
        await sleep(SEGMENT_MS / 10);
      }
      response.end();
    });
  await expect.poll(async () => (await under.get("/v/site-001/-/index.m3u8")).body.toString()).toContain("s1.ts");
  // A ticket's end is a whole second.
  await sleep(1_000 - (Date.now() % 1_000));
  const ticket = under.ticket("site-001", SESSION, Date.now() - TICKET_S * 1000 + LEFT_MS);
  const began = performance.now();
  const answers: { status: number; body: Buffer }[] = [];
  for (const name of names) {
    answers.push(await withTicket("site-001", ticket, name));
    if (answers.at(-1)?.status !== 200) break;
  }
  expect(performance.now() - began).toBeLessThan(LEFT_MS + SEGMENT_MS + 10_000);
  const [refused, ...whole] = answers.toReversed() as [(typeof answers)[0], ...typeof answers];
  expect([refused.status, codeOf(refused)]).toEqual([401, "ticket_expired"]);
  // What had begun came as a whole, although the ticket ran out meanwhile.
  expect(whole.map(({ body }) => body.length)).toEqual([10 * 188, 10 * 188]);
});

test("while the platform cannot say, who was let in stays, and nobody new comes in", async () => {
  const known = randomUUID();
  const ticket = under.ticket("site-001", known);
  expect((await withTicket("site-001", ticket)).status).toBe(200);
  under.answers = false;
  const stranger = await withTicket("site-001", under.ticket("site-001", randomUUID()));
  expect([stranger.status, codeOf(stranger)]).toEqual([503, "gateway_unavailable"]);
  // Longer than an answer counts as fresh.
  await sleep(7_500);
  expect((await withTicket("site-001", ticket)).status).toBe(200);
  under.answers = true;
});
