import { afterAll, beforeAll, expect, test } from "vitest";
import { type BatchRunner, type BatchRunnerOptions, startBatchRunner } from "../../adapters/commands/batch-runner.ts";
import { createCommandBatches } from "../../adapters/commands/command-batches.ts";
import { createCommandLedger } from "../../adapters/commands/ledger.ts";
import { FENCE_SQL, takeLeases } from "../../adapters/leases/lease-store.ts";
import { COLLECTOR_LEASES } from "../../domain/collection/share-sites.ts";
import { aRaise, aSite } from "./builders.ts";
import { COMMANDS, outcome, PROFILE, problemOf, startCommands } from "./commands-under-test.ts";
import { silent } from "./test-database.ts";

const BULK = `${COMMANDS}/bulk`;
/** After every batch of this file, by the clock of the database. */
const LATER_MS = Date.now() + 3_600_000;
const FLEET = Array.from({ length: 120 }, (_, at) => aSite(at + 1));
let under: Awaited<ReturnType<typeof startCommands>>;
let runner: BatchRunner;
const runnerOn = (more: Partial<BatchRunnerOptions["ledger"]> = {}) => {
  const { database } = under.api;
  return startBatchRunner({
    batches: createCommandBatches(database),
    ledger: { ...createCommandLedger({ database, fenceSql: FENCE_SQL }), ...more },
    isActive: () => false,
    work: { onWork: () => () => undefined },
    log: silent,
  });
};
beforeAll(async () => {
  under = await startCommands(FLEET);
  runner = runnerOn();
});
afterAll(async () => {
  await runner.stop();
  await under.api.close();
});

type Batch = {
  readonly id: string;
  readonly state: string;
  readonly because: object[];
  readonly newAlarms: string[];
  readonly waves: string[][];
  readonly commands: { readonly siteId: string; readonly commandId: string; readonly state: string }[];
  readonly result: Record<"done" | "failed" | "underWay" | "notBegun", string[]>;
};
async function sites(count: number): Promise<string[]> {
  const all: string[] = [];
  for (let n = 0; n < count; n++) all.push(await under.nextSite());
  return all;
}
const bulk = (ids: readonly string[], pauseS = 0) => ({
  pauseS,
  kind: "set_supply_temp",
  args: { temp_c: 34 },
  reason: "too warm",
  sites: ids,
});
const post = (body: object, who = "operator") => under.send("POST", BULK, who, body);
async function give(ids: readonly string[], more: object = {}): Promise<Batch> {
  const body = { ...bulk(ids), ...more };
  const { confirmation } = (await post({ ...body, dryRun: true })).json as { confirmation: { token: string } | null };
  const answer = await post({ ...body, confirmation: confirmation?.token });
  expect(outcome(answer)).toEqual([202, undefined]);
  return answer.json as Batch;
}
const read = async (id: string) => (await under.send("GET", `${BULK}/${id}`, "viewer")).json as Batch;
/** As if the collectors had sent the commands of a batch, and this came of it. */
const settle = (batch: Batch, state: string, of = batch.commands.map(({ commandId }) => commandId)) =>
  under.api.database.query(
    `update command set claimed_by = 'host-1', token = 1, claimed_at = clock_timestamp(), sent_at = clock_timestamp(),
       verify_by = clock_timestamp(), state = $2, ended_at = clock_timestamp()
     where id::text = any($1) and ended_at is null`,
    [of, state],
  );

test("a dry run tells of all sites at once, in waves, and gives a token only where none is refused", async () => {
  const [one = "", two = "", three = ""] = await sites(3);
  const { json } = await post({ ...bulk([one, two, three]), waveSites: 1, dryRun: true });
  expect(json).toMatchObject({
    waves: [[one], [two], [three]],
    scope: { sites: 3, loadMw: 2.763, minersOnline: 561, refused: 0 },
    confirmation: { token: expect.any(String) },
  });
  under.plant(two, { container_dew_point_c: 33 });
  const refused = (await post({ ...bulk([one, two, three]), dryRun: true })).json;
  expect(refused).toMatchObject({ scope: { refused: 1 }, confirmation: null });
});

test("waves follow each other when every site of the one before is verified", async () => {
  const ids = await sites(7);
  const { id } = await give(ids);
  expect((await read(id)).result.notBegun).toEqual(ids);
  await runner.look();
  await runner.look();
  const first = await read(id);
  expect(first.commands.map(({ siteId }) => siteId)).toEqual(ids.slice(0, 1));
  await settle(first, "verified");
  await runner.look();
  const second = await read(id);
  expect(second.commands.map(({ siteId }) => siteId)).toEqual(ids.slice(0, 5));
  await settle(second, "verified");
  await runner.look();
  await settle(await read(id), "verified");
  await runner.look();
  expect(await read(id)).toMatchObject({
    state: "done",
    result: { done: ids, failed: [], underWay: [], notBegun: [] },
  });
});

test("one deaf controller stops it: what has not begun never begins, and what failed can be tried again by itself", async () => {
  const ids = await sites(8);
  const { id } = await give(ids, { canarySites: 1, waveSites: 3 });
  await runner.look();
  await settle(await read(id), "verified");
  await runner.look();
  const { commands } = await read(id);
  const deaf = commands[2];
  await settle(await read(id), "no_effect", [deaf?.commandId ?? ""]);
  await settle(await read(id), "verified", [commands[1]?.commandId ?? ""]);
  await runner.look();
  await runner.look();
  const stopped = await read(id);
  expect(stopped).toMatchObject({
    state: "stopped",
    stoppedBy: "system",
    because: [{ siteId: ids[2], why: "no_effect" }],
    result: { done: ids.slice(0, 2), failed: ids.slice(2, 4), notBegun: ids.slice(4) },
  });
  expect(stopped.commands.at(-1)).toMatchObject({ state: "cancelled", stateReason: "batch-stopped" });
});

test("a person stops it, once", async () => {
  const ids = await sites(3);
  const { id } = await give(ids);
  await runner.look();
  expect((await under.send("POST", `${BULK}/${id}/stop`, "operator")).json).toMatchObject({
    state: "stopped",
    stoppedBy: "operator",
    result: { failed: ids.slice(0, 1), notBegun: ids.slice(1) },
  });
  expect(outcome(await under.send("POST", `${BULK}/${id}/stop`, "operator"))).toEqual([409, "command.wrong-state"]);
  await runner.look();
  expect((await read(id)).commands).toHaveLength(1);
});

test("set-points only, ten sites at most, each once, all of them the asker's own", async () => {
  const ids = await sites(11);
  const { errors } = problemOf(await post({ ...bulk(ids), dryRun: true }));
  expect(errors).toMatchObject([{ field: "body.sites", allowed: expect.stringMatching(/^at most 10 sites/) }]);
  const stop = { kind: "stop_cooling", args: {}, reason: "x", sites: ids.slice(0, 2), dryRun: true };
  expect(problemOf(await post(stop)).errors).toMatchObject([{ field: "body.kind" }]);
  const twice = [ids[0] ?? "", ids[0] ?? ""];
  expect(problemOf(await post({ ...bulk(twice), dryRun: true })).errors).toMatchObject([{ allowed: "each site once" }]);
  expect(outcome(await post({ ...bulk(ids.slice(0, 4)), dryRun: true }, "operator-north"))).toEqual([
    404,
    "site.not-found",
  ]);
  expect(outcome(await post(bulk(ids.slice(0, 2))))).toEqual([409, "command.confirmation-required"]);
});

test("of one selection there is one batch, and somebody with limits sees those of own sites only", async () => {
  const ids = await sites(2);
  const dry = (await post({ ...bulk(ids), dryRun: true })).json as { confirmation: { token: string } };
  const body = { ...bulk(ids), confirmation: dry.confirmation.token };
  expect(outcome(await post({ ...body, sites: ids.toReversed() }))).toEqual([409, "command.changed"]);
  const made = await post(body);
  expect(made.status).toBe(202);
  expect(outcome(await post(body))).toEqual([409, "command.confirmation-used"]);
  const { id } = made.json as Batch;
  expect(outcome(await under.send("GET", `${BULK}/${id}`, "viewer-north"))).toEqual([404, "command.not-found"]);
  const listed = (await under.send("GET", BULK, "viewer-north")).json as { items: Batch[] };
  expect(listed.items).toEqual([]);
});

test("an admin may raise the cap, and 50 sites stop after a canary that does nothing", async () => {
  const { etag } = Object.fromEntries((await under.send("GET", "/api/v1/settings", "admin")).headers);
  const headers = { authorization: `Bearer ${under.api.token("admin")}`, "if-match": etag ?? "" };
  const changed = await under.api.call("/api/v1/settings", { method: "PATCH", headers, body: { commandSites: 50 } });
  expect(changed.status).toBe(200);
  const ids = FLEET.slice(-50).map(({ id }) => id);
  await under.send("PUT", `/api/v1/profiles/${PROFILE}/writes`, "admin", { enabled: true, sites: ids, reason: "all" });
  under.plants(ids);
  const kinds = (await under.send("GET", `/api/v1/command-kinds?site=${ids[0]}`, "viewer")).json as {
    items: { kind: string; mostSites: number }[];
  };
  expect(kinds.items.find(({ kind }) => kind === "set_supply_temp")).toMatchObject({ mostSites: 50 });
  const { id, waves } = await give(ids, { canarySites: 2, waveSites: 16 });
  expect(waves.map(({ length }) => length)).toEqual([2, 16, 16, 16]);
  await runner.look();
  const { commands } = await read(id);
  await settle(await read(id), "verified", [commands[0]?.commandId ?? ""]);
  await settle(await read(id), "no_effect", [commands[1]?.commandId ?? ""]);
  await runner.look();
  expect(await read(id)).toMatchObject({
    state: "stopped",
    because: [{ siteId: ids[1], why: "no_effect" }],
    result: { done: ids.slice(0, 1), failed: ids.slice(1, 2), underWay: [], notBegun: ids.slice(2) },
  });
  await runner.look();
  expect((await read(id)).commands).toHaveLength(2);
});

test("a new alarm at a site of the batch stops it; one from before, and one that is explained, do not", async () => {
  const ids = await sites(3);
  await under.api.alarms.applyConditions([aRaise(ids[0] ?? "")], null);
  const { id } = await give(ids, { waveSites: 1 });
  await runner.look();
  const flag = `flag:maintenance:${ids[1]}`;
  await under.api.alarms.applyConditions([aRaise(ids[1] ?? "", { suppressedBy: flag }, LATER_MS)], null);
  await settle(await read(id), "verified");
  await runner.look();
  expect(await read(id)).toMatchObject({ state: "running", newAlarms: [] });
  await under.api.alarms.applyConditions([aRaise(ids[2] ?? "", {}, LATER_MS)], null);
  await runner.look();
  expect(await read(id)).toMatchObject({
    state: "stopped",
    because: [{ siteId: ids[2], why: "new-alarm" }],
    newAlarms: [ids[2]],
    result: { done: ids.slice(0, 1), failed: ids.slice(1, 2), notBegun: ids.slice(2) },
  });
});

test("the next wave waits for the pause", async () => {
  const ids = await sites(2);
  const { id } = await give(ids, { pauseS: 3_600 });
  await runner.look();
  await settle(await read(id), "verified");
  await runner.look();
  expect((await read(id)).commands).toHaveLength(1);
});

test("whoever looks next goes on where another was killed, and two at once make no command twice", async () => {
  const ids = await sites(6);
  const { id } = await give(ids, { canarySites: 6 });
  const { database } = under.api;
  const killed = createCommandLedger({ database, fenceSql: FENCE_SQL });
  let ordered = 0;
  const dying = runnerOn({
    request: async (order) => {
      if (ordered === 2) throw new Error("killed");
      ordered += 1;
      return await killed.request(order);
    },
  });
  await expect(dying.look()).rejects.toThrow("killed");
  expect((await read(id)).commands).toHaveLength(2);
  const others = [runnerOn(), runnerOn()];
  await Promise.all(others.map((one) => one.look()));
  expect((await read(id)).commands.map(({ siteId }) => siteId).sort()).toEqual([...ids].sort());
  for (const one of [dying, ...others]) await one.stop();
});

test("once it is stopped nothing of it is made, and what waits or was claimed is not sent", async () => {
  const ids = await sites(3);
  const { id } = await give(ids, { canarySites: 2 });
  const { database } = under.api;
  const ledger = createCommandLedger({ database, fenceSql: FENCE_SQL });
  await runner.look();
  const tokens = await takeLeases(database, COLLECTOR_LEASES, "host-1", 60_000);
  const all = await ledger.claim("host-1", tokens);
  const claims = all.filter(({ command }) => command.siteId === ids[0]);
  for (const other of all) if (!claims.includes(other)) await ledger.release(other);
  // Stopped by a process that was killed before it took anything back.
  expect(await createCommandBatches(database).stop(id, "operator", [])).toMatchObject({ state: "stopped" });
  for (const claim of claims) {
    expect(await ledger.markSent(claim, null)).toBe(false);
    await ledger.release(claim);
  }
  expect(claims).toHaveLength(1);
  const late = { kind: "set_supply_temp", args: {}, reason: null, overrides: [], requestedBy: "operator" };
  const more = { idempotencyKey: "batch late", expiresInS: 60, needsApproval: false, evidence: null };
  const order = { ...late, ...more, siteId: ids[2] ?? "", batchId: id };
  await expect(ledger.request(order)).rejects.toMatchObject({ code: "site.not-found" });
  await runner.look();
  expect((await read(id)).commands.map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
});

test("a site that has gone stops its batch and no other", async () => {
  const [one = "", two = "", other = ""] = await sites(3);
  const gone = await give([one, two]);
  const kept = await give([other]);
  await under.api.database.query("update site set code = 'elsewhere' where code = $1", [one]);
  await runner.look();
  await under.api.database.query("update site set code = $1 where code = 'elsewhere'", [one]);
  expect(await read(gone.id)).toMatchObject({ state: "stopped", because: [{ siteId: one, why: "failed" }] });
  expect(await read(kept.id)).toMatchObject({ state: "running", commands: [{ siteId: other }] });
});

test("what was ordered stays as it was, and so does what has ended", async () => {
  const { id } = await give(await sites(1));
  const { database } = under.api;
  const change = (what: string) => database.query(`update command_batch set ${what} where id = $1::uuid`, [id]);
  await expect(change("args = '{}'")).rejects.toThrow(/evidence/);
  await createCommandBatches(database).stop(id, "operator", []);
  await expect(change("state = 'running', stopped_by = null, ended_at = null")).rejects.toThrow(/evidence/);
  await expect(database.query("delete from command_batch where id = $1::uuid", [id])).rejects.toThrow(/evidence/);
});

test("the list goes on page by page", async () => {
  const page = async (query: string) =>
    (await under.send("GET", `${BULK}?limit=2${query}`, "viewer")).json as {
      items: Batch[];
      total: number;
      nextCursor: string | null;
    };
  const first = await page("");
  const second = await page(`&cursor=${first.nextCursor}`);
  const ids = [...first.items, ...second.items].map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  expect(first.total).toBeGreaterThan(4);
});
