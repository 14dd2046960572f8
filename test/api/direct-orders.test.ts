import { afterAll, beforeAll, expect, test } from "vitest";
import type { Command } from "../../domain/commands/command.ts";
import { COMMANDS, colder, outcome, problemOf, startCommands } from "./commands-under-test.ts";

let under: Awaited<ReturnType<typeof startCommands>>;
let program = "";
beforeAll(async () => {
  under = await startCommands();
  const body = { name: "optimiser", permissions: ["commands:give", "commands:read"], expiresInDays: 1 };
  program = ((await under.send("POST", "/api/v1/service-tokens", "admin", body)).json as { token: string }).token;
});
afterAll(() => under.api.close());

test("a caller with a bearer token orders at once, person or program, and the trail says so", async () => {
  for (const [who, name] of [
    ["operator", "operator"],
    [program, "token:optimiser"],
  ] as const) {
    const siteId = await under.nextSite();
    const answer = await under.post(colder(siteId), who);
    expect(answer.status).toBe(202);
    const seen = { setpointC: 35 };
    expect(answer.json).toMatchObject({ state: "queued", siteId, requestedBy: name, evidence: { seen } });
    expect(await under.audited("command:request", siteId)).toMatchObject([
      { actor: name, outcome: "done", detail: { isDirect: true, seen } },
    ]);
  }
});

test("the same interlocks judge it, on fresh readings or not at all", async () => {
  const leaking = await under.nextSite({ leak_detected: true });
  const refused = await under.post({ siteId: leaking, kind: "start_cooling", args: {}, reason: "x" }, program);
  expect(outcome(refused)).toEqual([409, "command.refused"]);
  expect(problemOf(refused).detail).toMatch(/leak/i);
  const old = await under.nextSite();
  under.pass(16_000);
  expect(outcome(await under.post(colder(old), program))).toEqual([409, "command.cannot-verify"]);
  const off = await under.nextSite();
  const body = { enabled: false, sites: [off], reason: "maintenance of the network" };
  await under.send("PUT", "/api/v1/profiles/bitmain-antbox-hk3/writes", "admin", body);
  expect(outcome(await under.post(colder(off), program))).toEqual([409, "command.refused"]);
  for (const siteId of [leaking, old, off]) expect(await under.commandsOf(siteId)).toEqual([]);
});

test("what needs a second person waits for one", async () => {
  const siteId = await under.nextSite();
  const overrides = ["it-power", "pump-overrun"];
  const stop = { siteId, kind: "stop_cooling", reason: "the loop has burst", overrides };
  // A program may no more than an operator, who may not override these.
  expect(outcome(await under.post(stop, program))).toEqual([409, "command.refused"]);
  const { id, state } = (await under.post(stop, "engineer")).json as Command;
  expect(state).toBe("waiting_approval");
  const approve = (who: string) => under.send("POST", `${COMMANDS}/${id}/approve`, who, {});
  expect(outcome(await approve("engineer"))).toEqual([409, "command.own-request"]);
  expect((await approve("operator")).json).toMatchObject({ state: "queued", approvedBy: "operator" });
});

test("a key is one command for good, also when interlocks would count it as an earlier one", async () => {
  const siteId = await under.nextSite();
  const body = { ...colder(siteId), idempotencyKey: `key-${siteId}` };
  const first = (await under.post(body, program)).json as Command;
  await under.api.database.query(
    `update command set state = 'verified', claimed_by = 'h', token = 1, claimed_at = clock_timestamp(),
       sent_at = clock_timestamp(), verify_by = clock_timestamp(), ended_at = clock_timestamp() where id = $1::uuid`,
    [first.id],
  );
  const again = await under.post(body, program);
  expect([again.status, (again.json as Command).id, (again.json as Command).state]).toEqual([
    202,
    first.id,
    "verified",
  ]);
  const other = await under.post({ ...body, args: { temp_c: 33 } }, program);
  expect(outcome(other)).toEqual([422, "request.idempotency-mismatch"]);
  expect(outcome(await under.post(colder(siteId), program))).toEqual([409, "command.refused"]);
  expect(await under.commandsOf(siteId)).toHaveLength(1);
});

test("a token that is given has to be right", async () => {
  const siteId = await under.nextSite();
  const { confirmation } = await under.select(colder(siteId), program);
  const body = { ...colder(siteId), confirmation: confirmation?.token };
  expect(outcome(await under.post({ ...body, args: { temp_c: 33 } }, program))).toEqual([409, "command.changed"]);
  expect(outcome(await under.post(body, "operator"))).toEqual([409, "command.changed"]);
  expect(await under.commandsOf(siteId)).toEqual([]);
});

test("orders for several sites are selected first, by everybody", async () => {
  const siteId = await under.nextSite();
  const { siteId: _, ...order } = colder(siteId);
  const answer = await under.send("POST", `${COMMANDS}/bulk`, program, { ...order, sites: [siteId] });
  expect(outcome(answer)).toEqual([409, "command.confirmation-required"]);
});

test("whoever orders without end is held up", async () => {
  const siteId = await under.nextSite();
  const codes = [];
  for (let n = 0; n < 21; n++) codes.push(outcome(await under.post(colder(siteId), program))[1]);
  expect(codes.at(-1)).toBe("request.rate-limited");
});

test("metrics count the commands by the state they have come into, each state from the start", async () => {
  const count = async (state: string) => {
    const { text } = await under.api.call("/metrics", { role: "operator" });
    return Number(new RegExp(`^antbox_commands_total\\{state="${state}"\\} (\\d+)$`, "m").exec(text)?.[1]);
  };
  expect(await count("no_effect")).toBe(0);
  const [queued, cancelled] = [await count("queued"), await count("cancelled")];
  const { id } = (await under.post(colder(await under.nextSite()), program)).json as Command;
  await under.send("POST", `${COMMANDS}/${id}/cancel`, "operator", {});
  expect([await count("queued"), await count("cancelled")]).toEqual([queued + 1, cancelled + 1]);
});
