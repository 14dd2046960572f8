import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { isInScope } from "../../domain/access/site-scope.ts";
import { ServerFrame } from "../../domain/live/live-frame.ts";
import { type ApiUnderTest, startApi } from "../api/api-under-test.ts";
import { aRound, aSite, aSnapshot, T0_MS } from "../api/builders.ts";
import { PASSWORD } from "../api/test-database.ts";
import { ACTORS, type Actor, addActors, LIMITED, Matrix, NEWCOMER, pairs, tableAllows } from "./actors.ts";

/** Odd numbers lie in the north, even ones in the south. */
const FLEET = Array.from({ length: 6 }, (_, at) => aSite(at + 1));
const VIEWS = ["overview", "site"] as const;
/** What a client may ask for, beside everything: of the north, of the south, of both, and of nowhere. */
const CHOICES = [undefined, ["site-001"], ["site-002"], ["site-003", "site-004"], ["site-999"]] as const;
const PATIENT = { timeout: 15_000, interval: 10 };

let api: ApiUnderTest;
let slotMs = T0_MS;
const tokens = new Map<string, string>();
const open: WebSocket[] = [];

beforeAll(async () => {
  api = await startApi({ sites: FLEET, limits: { maxConnectionsPerUser: 64 } });
  await addActors(api.database, [...LIMITED, NEWCOMER]);
  for (const { name, role } of ACTORS) if (role !== null) tokens.set(name, await signIn(name));
});
beforeEach(() => {
  slotMs += 60_000;
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});
afterAll(() => api.close());

async function signIn(username: string): Promise<string> {
  const { json } = await api.call("/api/v1/auth/login", { method: "POST", body: { username, password: PASSWORD } });
  return (json as { accessToken: string }).accessToken;
}

const bearer = (name: string): Record<string, string> => {
  const token = tokens.get(name);
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
};

/** @returns the status of a refusal, or a client that keeps what it gets */
function connect(headers: Record<string, string>) {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}/api/v1/live`, { headers });
  open.push(socket);
  const frames: ServerFrame[] = [];
  socket.on("message", (data) => frames.push(ServerFrame.parse(JSON.parse(String(data)))));
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const client = {
    frames,
    closed,
    say: (message: object) => socket.send(JSON.stringify(message)),
    async next<T extends ServerFrame["type"]>(type: T, after = 0): Promise<Extract<ServerFrame, { type: T }>> {
      const find = () => frames.slice(after).find((frame) => frame.type === type);
      await expect.poll(find, PATIENT).toBeDefined();
      return find() as Extract<ServerFrame, { type: T }>;
    },
    /** @returns the first frame that answers: everything, or an error */
    async ask(message: object): Promise<ServerFrame> {
      const before = frames.length;
      client.say(message);
      const find = () => frames.slice(before).find(({ type }) => type === "full" || type === "error");
      await expect.poll(find, PATIENT).toBeDefined();
      return find() as ServerFrame;
    },
  };
  return new Promise<number | typeof client>((resolve) => {
    socket.on("open", () => resolve(client));
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("error", () => undefined);
  });
}

type Client = Exclude<Awaited<ReturnType<typeof connect>>, number>;

async function connected(name: string) {
  const client = await connect(bearer(name));
  if (typeof client === "number") throw new Error(`${name} was refused with ${client}`);
  return client;
}

const moveAll = () => {
  for (const { id } of FLEET) api.liveState.apply(aSnapshot(id, {}, slotMs));
};
const visibleTo = ({ scope }: Actor) => FLEET.filter((site) => isInScope(scope, site)).map(({ id }) => id);

async function trySubscriptions(client: Client, actor: Actor, matrix: Matrix): Promise<void> {
  const visible = visibleTo(actor);
  for (const [view, sites] of pairs<(typeof VIEWS)[number], readonly string[] | undefined>(VIEWS, CHOICES)) {
    const what = `${view} of ${sites?.join("+") ?? "all"} as ${actor.name}`;
    const frame = await client.ask({ type: "subscribe", view, ...(sites ? { sites } : {}) });
    const isOpen = (sites ?? []).every((id) => visible.includes(id));
    matrix.expect(what, frame.type, isOpen ? "full" : "error");
    const said = frame.type === "full" ? frame.sites.join() : frame.type === "error" && frame.code;
    matrix.expect(what, said, isOpen ? (sites ?? visible).join() : "site.not-found");
  }
}

test("every view × choice of sites × everybody: frames hold what the limits hold, and nothing else", async () => {
  const matrix = new Matrix("live views × people");
  moveAll();
  for (const actor of ACTORS) {
    const client = await connect(bearer(actor.name));
    const otherwise = actor.role === null ? 401 : 403;
    const isOpen = typeof client !== "number";
    const expected = tableAllows(actor, "live:subscribe") ? "open" : otherwise;
    matrix.expect(`the stream as ${actor.name}`, isOpen ? "open" : client, expected);
    if (isOpen) await trySubscriptions(client, actor, matrix);
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
});

test("a site outside the limits is refused, word for word, like one that does not exist", async () => {
  const client = await connected("viewer-north");
  const [foreign, unknown] = [
    await client.ask({ type: "subscribe", view: "site", sites: ["site-002"] }),
    await client.ask({ type: "subscribe", view: "site", sites: ["site-999"] }),
  ];
  expect(JSON.stringify(foreign).replace("site-002", "x")).toBe(JSON.stringify(unknown).replace("site-999", "x"));
});

test("what moves is told to each within their limits, and a round counts their sites", async () => {
  const names = ["viewer", "viewer-north", "operator-south"] as const;
  const clients = await Promise.all(names.map(connected));
  for (const client of clients) await client.ask({ type: "subscribe", view: "overview" });
  const before = clients.map(({ frames }) => frames.length);
  moveAll();
  api.liveState.applyRound(
    aRound(slotMs, {
      sites: 6,
      ok: 4,
      failed: { timeout: 1, refused: 1 },
      failedSites: { timeout: ["site-001"], refused: ["site-002"] },
    }),
  );
  const moved = await Promise.all(clients.map((client, at) => client.next("delta", before[at])));
  expect(moved.map(({ index }) => index)).toEqual([
    [0, 1, 2, 3, 4, 5],
    [0, 1, 2],
    [0, 1, 2],
  ]);
  const rounds = await Promise.all(clients.map((client, at) => client.next("round", before[at])));
  expect(rounds.map(({ round }) => [round.sites, round.failed])).toEqual([
    [6, { timeout: 1, refused: 1 }],
    [3, { timeout: 1 }],
    [3, { refused: 1 }],
  ]);
});

const sitesTold = (frames: readonly ServerFrame[]) => {
  const told = frames.flatMap((frame) => (frame.type === "commands" ? frame.commands : []));
  return [...new Set(told.map(({ siteId }) => siteId))].sort().join();
};

test("commands × everybody: each is told of those within their limits, and of no more than they asked for", async () => {
  const matrix = new Matrix("live commands × people");
  await api.database.query(
    `with made as (
       insert into command (site_id, kind, args, requested_by, expires_in_s, expires_at, state)
       select id, 'reset_alarm', '{}', 'somebody', 60, clock_timestamp() + interval '1 hour', 'queued' from site returning id)
     insert into command_event (command_id, state, made_by) select id, 'queued', 'somebody' from made`,
  );
  const whole = await connected("admin");
  await whole.ask({ type: "subscribe", view: "overview" });
  await expect.poll(() => sitesTold(whole.frames), PATIENT).toBe(FLEET.map(({ id }) => id).join());
  for (const actor of ACTORS.filter((each) => tableAllows(each, "live:subscribe"))) {
    const client = await connected(actor.name);
    for (const sites of [undefined, visibleTo(actor).slice(0, 1)]) {
      const before = client.frames.length;
      await client.ask({ type: "subscribe", view: "overview", ...(sites ? { sites } : {}) });
      await client.next("commands", before);
      const told = sitesTold(client.frames.slice(before));
      matrix.expect(`${sites?.join() ?? "all"} as ${actor.name}`, told, (sites ?? visibleTo(actor)).join());
    }
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
});

test("a client that comes back may not go on in the channel of somebody with other limits", async () => {
  const whole = await connected("viewer");
  const full = await whole.ask({ type: "subscribe", view: "overview" });
  if (full.type !== "full") throw new Error("no frame");
  moveAll();
  const { seq } = await whole.next("delta");
  const north = await connected("viewer-north");
  const frame = await north.ask({ type: "subscribe", view: "overview", epoch: full.epoch, after: seq - 1 });
  expect(frame).toMatchObject({ type: "full", sites: ["site-001", "site-003", "site-005"] });
  expect(frame).not.toMatchObject({ epoch: full.epoch });
});

test("clients with the same limits share their frames, and the number of channels is told", async () => {
  const [one, other] = [await connected("viewer-north"), await connected("operator-north")];
  for (const client of [one, other]) await client.ask({ type: "subscribe", view: "overview" });
  // A change of the inventory that has just been made begins a new epoch for both.
  const epochOf = ({ frames }: typeof one) => frames.findLast((frame) => frame.type === "full")?.epoch;
  await expect.poll(() => epochOf(one) !== undefined && epochOf(one) === epochOf(other), PATIENT).toBe(true);
  const { text } = await api.call("/metrics", { role: "operator" });
  expect(Number(/^antbox_live_channels (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
});

test("a site that moves to another region leaves one stream and joins the other", async () => {
  moveAll();
  const [north, south] = [await connected("viewer-north"), await connected("operator-south")];
  for (const client of [north, south]) await client.ask({ type: "subscribe", view: "overview" });
  const [atNorth, atSouth] = [north.frames.length, south.frames.length];
  api.setSites(FLEET.map((site) => (site.id === "site-003" ? { ...site, region: "south" } : site)));
  expect((await north.next("full", atNorth)).sites).toEqual(["site-001", "site-005"]);
  expect((await south.next("full", atSouth)).sites).toEqual(["site-002", "site-003", "site-004", "site-006"]);
  // A change of the inventory takes effect after a while, with everything anew for everybody: a test after this one that
  // is overtaken by it would wait in vain for what moves.
  const restoredAt = north.frames.length;
  api.setSites(FLEET);
  expect((await north.next("full", restoredAt)).sites).toEqual(["site-001", "site-003", "site-005"]);
});

describe("rights that change end the open stream within two seconds", () => {
  test.for([
    { name: "another region", sql: `scope = '{"regions":["north"]}'::jsonb` },
    { name: "no limit any more", sql: "scope = null" },
    { name: "a limit", sql: `scope = '{"sites":["site-001"]}'::jsonb` },
    { name: "another role", sql: "role = 'viewer'" },
    { name: "a password to be replaced", sql: "must_change = true" },
    { name: "a disabled account", sql: "disabled = true" },
  ])("$name", async ({ sql }) => {
    const reset = `update user_account set role = 'operator', scope = '{"regions":["south"]}'::jsonb, must_change = false,
      disabled = false where username = 'operator-south'`;
    await api.database.query(reset);
    tokens.set("operator-south", await signIn("operator-south"));
    const client = await connected("operator-south");
    await client.ask({ type: "subscribe", view: "overview" });
    await api.database.query(`update user_account set ${sql} where username = 'operator-south'`);
    const started = performance.now();
    expect(await client.closed).toBe(4401);
    process.stdout.write(`the stream ended after ${Math.round(performance.now() - started)} ms\n`);
    moveAll();
    await api.database.query(reset);
    tokens.set("operator-south", await signIn("operator-south"));
  });
});

test.for([
  { name: "our own Origin", origin: () => api.origin, cookie: true, expected: "open" },
  { name: "a foreign Origin", origin: () => "https://evil.example", cookie: true, expected: 403 },
  { name: "no Origin", origin: () => null, cookie: true, expected: 403 },
  { name: "the Origin null of a sandbox", origin: () => "null", cookie: true, expected: 403 },
  {
    name: "our host over another scheme",
    origin: () => api.origin.replace("http", "https"),
    cookie: true,
    expected: 403,
  },
  { name: "our host on another port", origin: () => `${api.origin}0`, cookie: true, expected: 403 },
  {
    name: "our name as the beginning of another",
    origin: () => `${api.origin}.evil.example`,
    cookie: true,
    expected: 403,
  },
  { name: "a token of a program, without an Origin", origin: () => null, cookie: false, expected: "open" },
  {
    name: "a token of a program, from a foreign page",
    origin: () => "https://evil.example",
    cookie: false,
    expected: 403,
  },
])("T14: the stream with $name: $expected", async ({ origin, cookie, expected }) => {
  const value = origin();
  const token = tokens.get("viewer") ?? "";
  const client = await connect({
    ...(cookie ? { cookie: `antbox_access=${token}` } : { authorization: `Bearer ${token}` }),
    ...(value === null ? {} : { origin: value }),
  });
  expect(typeof client === "number" ? client : "open").toBe(expected);
});
