import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCommandLedger } from "../../adapters/commands/ledger.ts";
import { FENCE_SQL } from "../../adapters/leases/lease-store.ts";
import type { Command } from "../../domain/commands/command.ts";
import { COMMANDS, colder, outcome, PROFILE, problemOf, startCommands } from "./commands-under-test.ts";

let under: Awaited<ReturnType<typeof startCommands>>;
beforeAll(async () => {
  under = await startCommands();
});
afterAll(() => under.api.close());

const decide = (id: string, verb: string, who: string, body: object = {}) =>
  under.send("POST", `${COMMANDS}/${id}/${verb}`, who, body);
/** Pump and load are on: only an emergency stops them, and a second person has to agree. */
const stop = (siteId: string) => ({
  siteId,
  kind: "stop_cooling",
  reason: "the loop has burst",
  overrides: ["it-power", "pump-overrun"],
});
const ordered = async (body: object, who: string) => {
  const answer = await under.order(body, who);
  expect(outcome(answer)).toEqual([202, undefined]);
  return answer.json as Command;
};
/** Straight into the ledger, as if somebody had asked for it. */
function waiting(siteId: string, requestedBy: string): Promise<{ command: Command }> {
  const ledger = createCommandLedger({ database: under.api.database, fenceSql: FENCE_SQL });
  return ledger.request({
    ...colder(siteId),
    overrides: [],
    requestedBy,
    idempotencyKey: null,
    expiresInS: 600,
    needsApproval: true,
    evidence: null,
  });
}

test("a command that can cause an outage waits for another person, who sees the interlocks judged anew", async () => {
  const siteId = await under.nextSite();
  expect(outcome(await under.order(stop(siteId), "operator"))).toEqual([409, "command.refused"]);
  const { id, state, overrides } = await ordered(stop(siteId), "engineer");
  expect([state, overrides]).toEqual(["waiting_approval", ["it-power", "pump-overrun"]]);
  const inbox = await under.send("GET", `${COMMANDS}?state=waiting_approval`, "operator");
  expect((inbox.json as { items: Command[] }).items.map((one) => one.id)).toContain(id);
  expect(outcome(await decide(id, "approve", "engineer"))).toEqual([409, "command.own-request"]);
  expect(outcome(await decide(id, "reject", "engineer"))).toEqual([409, "command.own-request"]);
  expect(outcome(await decide(id, "approve", "viewer"))).toEqual([403, "auth.not-allowed"]);
  under.pass(16_000);
  expect(outcome(await decide(id, "approve", "operator"))).toEqual([409, "command.cannot-verify"]);
  under.plant(siteId);
  const { json } = await decide(id, "approve", "operator", { note: "seen on the camera" });
  expect(json).toMatchObject({ state: "queued", approvedBy: "operator", evidence: { note: "seen on the camera" } });
  expect(outcome(await decide(id, "approve", "admin"))).toEqual([409, "command.wrong-state"]);
  const lines = async () => (await under.audited("command:approve", siteId)).map((line) => line["outcome"]).sort();
  await expect.poll(lines).toEqual(["done", "refused", "refused", "refused"]);
  const done = (await under.audited("command:approve", siteId)).find((line) => line["outcome"] === "done");
  expect(done).toMatchObject({ actor: "operator", detail: { id, requestedBy: "engineer" } });
});

test("whoever agrees sees the interlocks as they are for the requester, and gets no token", async () => {
  const siteId = await under.nextSite();
  const { id } = await ordered(stop(siteId), "engineer");
  const review = (who: string) => under.send("GET", `${COMMANDS}/${id}/review`, who);
  // An operator may override nothing here: the engineer has, and it is theirs that counts.
  const { json } = await review("operator");
  const results = (json as { findings: { id: string; result: string }[] }).findings;
  expect(results.filter(({ result }) => result !== "met")).toMatchObject([
    { id: "it-power", result: "overridden" },
    { id: "pump-overrun", result: "overridden" },
  ]);
  expect(json).toMatchObject({ isDryRun: true, siteId, verdict: "allowed", deniedOverrides: [], confirmation: null });
  expect(outcome(await review("viewer"))).toEqual([403, "auth.not-allowed"]);
  await decide(id, "cancel", "engineer");
  expect(outcome(await review("operator"))).toEqual([409, "command.wrong-state"]);
});

test("agreeing does not help where the plant or the requester may not any more", async () => {
  const siteId = await under.nextSite();
  const {
    command: { id },
  } = await waiting(siteId, "engineer-north");
  const { json } = await under.send("POST", `/api/v1/sites/${siteId}/locks`, "operator", {
    until: new Date(Date.now() + 3_600_000).toISOString(),
    reason: "a pump is replaced",
  });
  const locked = await decide(id, "approve", "operator");
  expect([...outcome(locked), problemOf(locked).detail]).toEqual([
    409,
    "command.refused",
    expect.stringContaining("a pump is replaced"),
  ]);
  await under.send("DELETE", `/api/v1/sites/${siteId}/locks/${(json as { id: string }).id}`, "admin");
  const change = (role: string) => under.send("PATCH", "/api/v1/users/engineer-north", "admin", { role });
  await change("viewer");
  expect(outcome(await decide(id, "approve", "operator"))).toEqual([409, "command.refused"]);
  await change("engineer");
  expect((await decide(id, "approve", "operator")).status).toBe(200);
});

test("nobody agrees to what a program did with a token of their own", async () => {
  const siteId = await under.nextSite();
  const name = `erp-${randomUUID().slice(0, 8)}`;
  const body = { name, permissions: ["commands:give", "commands:read"], expiresInDays: 1 };
  const made = await under.send("POST", "/api/v1/service-tokens", "admin", body);
  const { token } = made.json as { token: string };
  const command = await ordered(colder(siteId), token);
  expect([command.requestedBy, command.state]).toEqual([`token:${name}`, "queued"]);
  const { command: asked } = await waiting(await under.nextSite(), `token:${name}`);
  expect(outcome(await decide(asked.id, "approve", "admin"))).toEqual([409, "command.own-request"]);
  expect(outcome(await decide(asked.id, "approve", token))).toEqual([403, "auth.not-allowed"]);
  expect((await decide(asked.id, "approve", "operator")).json).toMatchObject({ state: "queued" });
  for (const permission of ["commands:approve", "commands:enable", "sites:lock", "sites:stop"]) {
    const wanted = { name: `never-${randomUUID().slice(0, 8)}`, permissions: [permission], expiresInDays: 1 };
    expect((await under.send("POST", "/api/v1/service-tokens", "admin", wanted)).status).toBe(400);
  }
});

test("a person says no, or takes back what was not sent", async () => {
  const { command: asked } = await waiting(await under.nextSite(), "engineer");
  expect((await decide(asked.id, "reject", "operator", { note: "not at night" })).json).toMatchObject({
    state: "cancelled",
    stateReason: "rejected",
  });
  const queued = await ordered(colder(await under.nextSite()), "operator");
  expect((await decide(queued.id, "cancel", "operator")).json).toMatchObject({ stateReason: "by-requester" });
  expect(outcome(await decide(queued.id, "cancel", "operator"))).toEqual([409, "command.wrong-state"]);
  expect(outcome(await decide(randomUUID(), "cancel", "operator"))).toEqual([404, "command.not-found"]);
  const lines = async () =>
    (await under.audited("command:cancel", queued.siteId)).map((line) => line["outcome"]).sort();
  await expect.poll(lines).toEqual(["done", "refused"]);
});

test("only what is unknown is resolved by a person, in their own words", async () => {
  const siteId = await under.nextSite();
  const [row] = await under.api.database.query(
    `insert into command (site_id, kind, args, requested_by, expires_in_s, state, expires_at, claimed_by, token, claimed_at,
       sent_at)
     select id, 'set_supply_temp', '{"temp_c": 34}', 'engineer', 60, 'unknown', now(), 'host-1', 1, now(), now()
     from site where code = $1 returning id::text as id`,
    [siteId],
  );
  const id = String(row?.["id"]);
  expect((await decide(id, "resolve", "operator", { state: "verified" })).status).toBe(400);
  const body = { state: "verified", note: "the panel says 34" };
  expect((await decide(id, "resolve", "operator", body)).json).toMatchObject({
    state: "verified",
    stateReason: "by-person",
    evidence: { note: "the panel says 34" },
  });
  expect(outcome(await decide(id, "resolve", "operator", body))).toEqual([409, "command.wrong-state"]);
});

test("nothing is sent until an admin says so for the profile and the site, with a reason that everybody reads", async () => {
  const path = `/api/v1/profiles/${PROFILE}/writes`;
  const siteId = await under.nextSite();
  const put = (body: object, who = "admin") => under.send("PUT", path, who, body);
  expect((await put({ enabled: false, sites: [siteId], reason: "the firmware is new" })).status).toBe(200);
  const { json } = await under.send("GET", path, "viewer");
  const items = (json as { items: { siteId: string }[] }).items;
  expect(items.find((one) => one.siteId === siteId)).toMatchObject({
    isEnabled: false,
    by: "admin",
    reason: "the firmware is new",
  });
  expect(outcome(await under.order(colder(siteId)))).toEqual([409, "command.refused"]);
  expect((await put({ enabled: true, sites: [siteId] })).status).toBe(400);
  expect(outcome(await put({ enabled: true, sites: ["site-999"], reason: "x" }))).toEqual([400, "request.invalid"]);
  expect(outcome(await put({ enabled: true, sites: "all", reason: "x" }, "engineer"))).toEqual([
    403,
    "auth.not-allowed",
  ]);
  expect(outcome(await put({ enabled: true, sites: "all", reason: "x" }, "admin-south"))).toEqual([
    403,
    "auth.not-allowed",
  ]);
  expect((await under.audited("command:enable", PROFILE))[0]).toMatchObject({
    outcome: "done",
    detail: { enabled: false, sites: [siteId] },
  });
});

test("a lock holds back every command, time does not take it away, and another person's stays", async () => {
  const siteId = await under.nextSite();
  const path = `/api/v1/sites/${siteId}/locks`;
  const hang = (who: string, minutes = 60) =>
    under.send("POST", path, who, {
      until: new Date(Date.now() + minutes * 60_000).toISOString(),
      reason: `work of ${who}`,
    });
  expect((await hang("operator", -5)).status).toBe(400);
  expect((await hang("viewer")).status).toBe(403);
  const own = (await hang("operator")).json as { id: string };
  const other = (await hang("engineer")).json as { id: string };
  await under.api.database.query("update site_lock set until = now() - interval '1 hour'");
  expect(problemOf(await under.order(colder(siteId)))).toMatchObject({
    code: "command.refused",
    detail: expect.stringContaining("work of operator"),
  });
  expect((await under.send("GET", path, "viewer")).json).toMatchObject({ total: 2 });
  expect((await under.send("DELETE", `${path}/${own.id}?reason=done`, "operator")).json).toMatchObject({
    removedBy: "operator",
    removedReason: "done",
  });
  expect(outcome(await under.send("DELETE", `${path}/${own.id}`, "operator"))).toEqual([404, "lock.not-found"]);
  expect(outcome(await under.order(colder(siteId)))).toEqual([409, "command.refused"]);
  await under.send("DELETE", `${path}/${other.id}`, "engineer");
  expect((await under.order(colder(siteId))).status).toBe(202);
  expect(await under.audited("site:unlock", siteId)).toMatchObject([{ actor: "engineer" }, { actor: "operator" }]);
});
