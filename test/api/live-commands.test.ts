import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createCommandLedger } from "../../adapters/commands/ledger.ts";
import { FENCE_SQL } from "../../adapters/leases/lease-store.ts";
import { applyCommands, type LiveCommands } from "../../domain/live/live-commands.ts";
import { type CommandFrame, ServerFrame, type Subscribe } from "../../domain/live/live-frame.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** Odd numbers lie in the north, even ones in the south. */
const SITES = Array.from({ length: 6 }, (_, at) => aSite(at + 1));
const PATIENT = { timeout: 15_000, interval: 10 };
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

/** As another process has it: nothing of this one hears what it changes. */
const ledgerOf = ({ database }: ApiUnderTest) => createCommandLedger({ database, fenceSql: FENCE_SQL });
let orders = 0;
async function order(siteId: string, of = api) {
  orders += 1;
  const { command } = await ledgerOf(of).request({
    siteId,
    kind: "set_supply_temp",
    args: { temp_c: 30 + (orders % 10) },
    reason: null,
    overrides: [],
    requestedBy: "operator",
    idempotencyKey: null,
    expiresInS: 600,
    needsApproval: false,
    evidence: { seen: "kept in the ledger" },
  });
  return command.id;
}
const cancel = (id: string) => ledgerOf(api).cancel(id, "operator", { reason: "by-requester", note: null });

async function tokenOf(username: string, of = api): Promise<string> {
  const { json } = await of.call("/api/v1/auth/login", { method: "POST", body: { username, password: PASSWORD } });
  return (json as { accessToken: string }).accessToken;
}

/** A client, and what it knows of commands. */
async function listen(token = api.token("viewer"), ask: Partial<Subscribe> = {}, of = api) {
  const socket = new WebSocket(`ws://127.0.0.1:${of.port}/api/v1/live`, {
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
  const told = () => frames.filter((frame): frame is CommandFrame => frame.type === "commands");
  const known = (): LiveCommands => {
    let commands: LiveCommands = new Map();
    for (const frame of told()) commands = applyCommands(commands, frame);
    return commands;
  };
  return {
    frames,
    told,
    state: (id: string) => known().get(id)?.state,
    beats: () => frames.filter(({ type }) => type === "heartbeat").length,
  };
}
type Client = Awaited<ReturnType<typeof listen>>;
const isTold = (client: Client) => expect.poll(() => client.told().length, PATIENT).toBeGreaterThan(0);

test("a client is told what is not over when it comes, and every change, whichever process makes it", async () => {
  const waiting = await order("site-001");
  const client = await listen();
  await expect.poll(() => client.state(waiting), PATIENT).toBe("queued");
  const younger = await order("site-002");
  await expect.poll(() => client.state(younger), PATIENT).toBe("queued");
  await cancel(waiting);
  await expect.poll(() => client.state(waiting), PATIENT).toBe("cancelled");
  expect(client.told().filter(({ wholeTo }) => wholeTo !== null)).toHaveLength(1);
  expect(JSON.stringify(client.told())).not.toContain("kept in the ledger");
  // Whoever comes back learns how it came out.
  const again = await listen();
  await expect.poll(() => again.state(waiting), PATIENT).toBe("cancelled");
});

test("each change is told once", async () => {
  const client = await listen();
  await isTold(client);
  const id = await order("site-003");
  await expect.poll(() => client.state(id), PATIENT).toBe("queued");
  const beats = client.beats();
  await expect.poll(client.beats, PATIENT).toBeGreaterThan(beats + 1);
  expect(client.told().flatMap(({ commands }) => commands.filter((one) => one.id === id))).toHaveLength(1);
});

test("a change that becomes visible late, after younger ones, is told as well", async () => {
  const early = await order("site-004");
  const client = await listen();
  await expect.poll(() => client.state(early), PATIENT).toBe("queued");
  const [{ id: reserved } = { id: "" }] = await api.database.query<{ id: string }>(
    "select nextval(pg_get_serial_sequence('command_event', 'id'))::text as id",
  );
  const younger = await order("site-005");
  await expect.poll(() => client.state(younger), PATIENT).toBe("queued");
  await api.database.query(
    `with moved as (update command set state = 'cancelled', ended_at = clock_timestamp() where id = $1::uuid returning id)
     insert into command_event (id, command_id, state, made_by) overriding system value
     select $2::bigint, id, 'cancelled', 'operator' from moved`,
    [early, reserved],
  );
  await expect.poll(() => client.state(early), PATIENT).toBe("cancelled");
});

test("limits and the sites that were asked for hold", async () => {
  const [north, south] = [await listen(await tokenOf("viewer-north")), await listen(await tokenOf("operator-south"))];
  const one = await listen(api.token("viewer"), { sites: ["site-001"] });
  const noRows = await listen(api.token("viewer"), { sites: [] });
  for (const client of [north, south, one, noRows]) await isTold(client);
  const [first, second, third] = [await order("site-001"), await order("site-002"), await order("site-003")];
  await expect.poll(() => noRows.state(third), PATIENT).toBe("queued");
  await expect
    .poll(() => [north, south, one, noRows].map(({ state }) => [first, second, third].map(state)), PATIENT)
    .toEqual([
      ["queued", undefined, "queued"],
      [undefined, "queued", undefined],
      ["queued", undefined, undefined],
      ["queued", "queued", "queued"],
    ]);
});

test("a client may ask for some topics only", async () => {
  const commands = await listen(api.token("viewer"), { topics: ["commands"] });
  const alarms = await listen(api.token("viewer"), { topics: ["alarms"], sites: ["site-006"] });
  await isTold(commands);
  const id = await order("site-006");
  await api.alarms.applyConditions([aRaise("site-006")], null);
  await expect.poll(() => commands.state(id), PATIENT).toBe("queued");
  const types = ({ frames }: Client) => new Set(frames.map(({ type }) => type));
  await expect.poll(() => types(alarms).has("alarms"), PATIENT).toBe(true);
  await expect.poll(alarms.beats, PATIENT).toBeGreaterThan(1);
  expect(types(alarms)).not.toContain("commands");
  expect(types(commands)).not.toContain("alarms");
  expect(commands.frames.find(({ type }) => type === "full")).toMatchObject({ sites: [] });
});

test("what the flow shows is told without waiting for the next look", async () => {
  const client = await listen();
  await isTold(client);
  const id = await order("site-002");
  const command = (await ledgerOf(api).find(id)) ?? expect.fail("there is no command");
  await expect
    .poll(() => {
      api.commandFeed.show(command);
      return client.state(id);
    }, PATIENT)
    .toBe("queued");
});

test("a program without the permission hears nothing of commands", async () => {
  const body = { name: "live-only", permissions: ["live:subscribe"], expiresInDays: 1 };
  const { json } = await api.call("/api/v1/service-tokens", { method: "POST", role: "admin", body });
  const program = await listen((json as { token: string }).token);
  const person = await listen();
  await isTold(person);
  const id = await order("site-001");
  await expect.poll(() => person.state(id), PATIENT).toBe("queued");
  await expect.poll(program.beats, PATIENT).toBeGreaterThan(1);
  expect(program.told()).toEqual([]);
});

test("a client that comes while the database is away is told when it is back", async () => {
  const away = await startApi({ sites: SITES });
  try {
    const id = await order("site-001", away);
    const token = away.token("viewer");
    await away.loseDatabase();
    const client = await listen(token, {}, away);
    await expect.poll(client.beats, PATIENT).toBeGreaterThan(0);
    expect(client.told()).toEqual([]);
    await away.findDatabase();
    await expect.poll(() => client.state(id), PATIENT).toBe("queued");
  } finally {
    for (const socket of open.splice(0)) socket.terminate();
    await away.close();
  }
});
