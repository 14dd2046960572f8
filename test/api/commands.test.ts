import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Command } from "../../domain/commands/command.ts";
import { isoOf } from "../../domain/iso-of.ts";
import { startApi } from "./api-under-test.ts";
import { aRaise, aSite, aSnapshot } from "./builders.ts";
import { COMMANDS, colder, outcome, PROFILE, problemOf, type Selection, startCommands } from "./commands-under-test.ts";

let under: Awaited<ReturnType<typeof startCommands>>;
beforeAll(async () => {
  under = await startCommands();
});
afterAll(() => under.api.close());

describe("a dry run", () => {
  test("tells what would be affected, what speaks against it and what it does; nothing is ordered", async () => {
    const siteId = await under.nextSite();
    await under.api.alarms.applyConditions([aRaise(siteId)], null);
    const selection = await under.select(colder(siteId));
    expect(selection).toMatchObject({
      verdict: "allowed",
      texts: { does: { "zh-CN": expect.stringMatching(/供液/), en: expect.stringMatching(/set-point/) } },
      scope: {
        site: { id: siteId },
        loadMw: 0.921,
        minersOnline: 187,
        alarms: { total: 1, items: [{ id: `${siteId}.supply-temp-too-high`, priority: "high" }] },
      },
      seen: { setpointC: 35, isLeaking: false },
      confirmation: { token: expect.stringMatching(/^[\w.-]{60,}$/) },
    });
    const dewPoint = selection.findings.find(({ values }) => "container_dew_point_c" in values);
    expect(dewPoint).toMatchObject({ result: "met", values: { container_dew_point_c: 18 } });
    expect(await under.commandsOf(siteId)).toEqual([]);
  });

  test("of what would be refused gives no token, and says why in both languages", async () => {
    const siteId = await under.nextSite({ leak_detected: true });
    const selection = await under.select({ siteId, kind: "start_cooling" });
    expect([selection.verdict, selection.confirmation]).toEqual(["refused", null]);
    expect(selection.findings.find(({ result }) => result === "refused")).toMatchObject({
      values: { leak_detected: true },
      texts: { "zh-CN": expect.stringMatching(/漏液/), en: expect.stringMatching(/leak/i) },
    });
  });
});

describe("an order", () => {
  test("is taken with the token of its selection, and stands in the ledger and in the trail", async () => {
    const siteId = await under.nextSite();
    const { status, json, headers } = await under.order(colder(siteId));
    const command = json as Command;
    expect([status, command.state, command.requestedBy, command.reason]).toEqual([
      202,
      "queued",
      "operator",
      "too warm",
    ]);
    expect(headers.get("location")).toBe(`${COMMANDS}/${command.id}`);
    expect((await under.send("GET", `${COMMANDS}/${command.id}`, "viewer")).json).toEqual(command);
    const events = await under.send("GET", `${COMMANDS}/${command.id}/events`, "viewer");
    expect(events.json).toMatchObject({ total: 1, items: [{ state: "queued", by: "operator" }] });
    expect(await under.audited("command:request", siteId)).toMatchObject([
      {
        actor: "operator",
        outcome: "done",
        detail: { kind: "set_supply_temp", args: { temp_c: 34 }, seen: { setpointC: 35 } },
      },
    ]);
  });

  test("without a selection is not, from a page; a token that is none helps nobody", async () => {
    const siteId = await under.nextSite();
    const required = [409, "command.confirmation-required"];
    expect(outcome(await under.post(colder(siteId), "page of operator"))).toEqual(required);
    for (const confirmation of ["", "x", "k3Vn0b6xQe1zR8aP.mi2k0a1s"]) {
      for (const who of ["operator", "page of operator"]) {
        expect(outcome(await under.post({ ...colder(siteId), confirmation }, who))).toEqual(required);
      }
    }
    expect(await under.commandsOf(siteId)).toEqual([]);
    expect((await under.order(colder(siteId), "page of operator")).status).toBe(202);
  });

  test("works once for each token, whatever is asked with it", async () => {
    const siteId = await under.nextSite();
    const { confirmation } = await under.select(colder(siteId));
    const body = { ...colder(siteId), confirmation: confirmation?.token };
    const answers = await Promise.all([body, body, body].map((each) => under.post(each)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(outcome(await under.post(body))).toEqual([409, "command.confirmation-used"]);
    expect(outcome(await under.post({ ...body, reason: "another one" }))).toEqual([409, "command.confirmation-used"]);
    expect(outcome(await under.post({ ...body, idempotencyKey: "a-new-one" }))).toEqual([
      409,
      "command.confirmation-used",
    ]);
    expect(await under.commandsOf(siteId)).toHaveLength(1);
  });

  test("with another content, by another person or too late is not what was selected", async () => {
    const siteId = await under.nextSite();
    const other = await under.nextSite();
    const { confirmation } = await under.select(colder(siteId));
    const body = { ...colder(siteId), confirmation: confirmation?.token };
    const changed = [409, "command.changed"];
    expect(outcome(await under.post({ ...body, args: { temp_c: 33 } }))).toEqual(changed);
    expect(outcome(await under.post({ ...body, siteId: other }))).toEqual(changed);
    expect(outcome(await under.post(body, "engineer"))).toEqual(changed);
    const [head, end, signature = ""] = confirmation?.token.split(".") ?? [];
    const later = (Number.parseInt(end ?? "", 36) + 60_000).toString(36);
    expect(outcome(await under.post({ ...body, confirmation: `${head}.${later}.${signature}` }))).toEqual(changed);
    under.pass(61_000);
    under.plant(siteId);
    expect(outcome(await under.post(body))).toEqual([409, "command.confirmation-over"]);
    expect([...(await under.commandsOf(siteId)), ...(await under.commandsOf(other))]).toEqual([]);
  });

  test("of a plant that has changed since is refused with what is seen now, and may be selected anew", async () => {
    const siteId = await under.nextSite();
    const { confirmation } = await under.select(colder(siteId));
    under.plant(siteId, { supply_temp_setpoint_c: 36 });
    const answer = await under.post({ ...colder(siteId), confirmation: confirmation?.token });
    expect(outcome(answer)).toEqual([409, "command.changed"]);
    expect(JSON.stringify(problemOf(answer).errors)).toContain("present=36");
    await expect
      .poll(() => under.audited("command:request", siteId))
      .toMatchObject([{ outcome: "refused", actor: "operator", detail: { code: "command.changed" } }]);
    expect((await under.order(colder(siteId))).status).toBe(202);
    expect(await under.commandsOf(siteId)).toHaveLength(1);
  });

  test("is refused with the interlock's text, and leaves nothing behind but a line in the trail", async () => {
    const siteId = await under.nextSite({ leak_detected: true });
    const answer = await under.order({ siteId, kind: "start_cooling" });
    expect(outcome(answer)).toEqual([409, "command.refused"]);
    expect(problemOf(answer).detail).toMatch(/leak/i);
    expect(await under.commandsOf(siteId)).toEqual([]);
    await expect.poll(() => under.audited("command:request", siteId)).toMatchObject([{ outcome: "refused" }]);
  });

  test("on old readings, or none, cannot be verified", async () => {
    const siteId = await under.nextSite();
    under.pass(16_000);
    expect(outcome(await under.order(colder(siteId)))).toEqual([409, "command.cannot-verify"]);
    expect(await under.commandsOf(siteId)).toEqual([]);
  });

  test("is checked: kinds, arguments, roles and regions", async () => {
    const siteId = await under.nextSite();
    const order = colder(siteId);
    expect(outcome(await under.order({ ...order, kind: "refill" }))).toEqual([422, "command.kind-unusable"]);
    expect(outcome(await under.order({ ...order, kind: "constructor" }))).toEqual([422, "command.kind-unusable"]);
    const hot = await under.order({ ...order, args: { temp_c: 34.2, fast: true } });
    expect(outcome(hot)).toEqual([422, "command.arguments-invalid"]);
    expect(problemOf(hot).errors?.map(({ field }) => field)).toEqual(["body.args.fast", "body.args.temp_c"]);
    // Below 30 °C an admin has to.
    under.plant(siteId, { supply_temp_setpoint_c: 31 });
    expect(outcome(await under.order({ ...order, args: { temp_c: 29 } }))).toEqual([409, "command.refused"]);
    expect((await under.order({ ...order, args: { temp_c: 29 } }, "admin")).status).toBe(202);
    expect(outcome(await under.order(order, "viewer"))).toEqual([403, "auth.not-allowed"]);
    const isNorth = Number(siteId.slice(-3)) % 2 === 1;
    const elsewhere = isNorth ? "operator-south" : "operator-north";
    expect(outcome(await under.order(order, elsewhere))).toEqual([404, "site.not-found"]);
  });

  test("of the same key is the same command, also when its answer was lost", async () => {
    const siteId = await under.nextSite();
    const { confirmation } = await under.select(colder(siteId));
    const body = { ...colder(siteId), idempotencyKey: `key-${siteId}`, confirmation: confirmation?.token };
    const [first, again] = [await under.post(body), await under.post(body)];
    expect([again.status, (again.json as Command).id]).toEqual([202, (first.json as Command).id]);
    const anew = await under.order({ ...colder(siteId), idempotencyKey: `key-${siteId}` });
    expect((anew.json as Command).id).toBe((first.json as Command).id);
    expect(await under.commandsOf(siteId)).toHaveLength(1);
  });

  test("by somebody who orders without end is held up, site by site", async () => {
    const siteId = await under.nextSite();
    const answers = [];
    for (let n = 0; n < 21; n++) answers.push(await under.post(colder(siteId), "page of operator"));
    expect(outcome(answers[19] ?? expect.fail())).toEqual([409, "command.confirmation-required"]);
    const last = answers[20] ?? expect.fail();
    expect(outcome(last)).toEqual([429, "request.rate-limited"]);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await under.order(colder(await under.nextSite()))).status).toBe(202);
  });
});

test.for([
  { name: "old", ageMs: 60_000 },
  { name: "from a clock that is far ahead", ageMs: -60_000 },
])("a site whose readings are $name is polled first", async ({ ageMs }) => {
  const api = await startApi({ sites: [aSite(1)], freshWaitMs: 20_000 });
  const body = { enabled: true, sites: "all", reason: "tried" };
  await api.call(`/api/v1/profiles/${PROFILE}/writes`, { method: "PUT", role: "admin", body });
  const values = { plc_disconnect: false, leak_detected: false };
  const old = aSnapshot("site-001", { values, quality: {} }, Date.now() - 61_000);
  api.liveState.apply({ ...old, collectedAt: isoOf(Date.now() - ageMs) });
  const asked = api.call(COMMANDS, {
    method: "POST",
    role: "operator",
    body: { siteId: "site-001", kind: "set_temp_mode", args: { mode: "pid" }, dryRun: true },
  });
  await expect.poll(() => api.watched.map(([siteId]) => siteId)).toContain("site-001");
  api.liveState.apply(aSnapshot("site-001", { values, quality: {} }, Date.now() - 100));
  expect(((await asked).json as Selection).verdict).toBe("allowed");
  await api.close();
});

test("lists are filtered, paged, and hold the own region only", async () => {
  const sites = [await under.nextSite(), await under.nextSite()];
  for (const siteId of sites) expect((await under.order(colder(siteId))).status).toBe(202);
  const list = async (query: string, who = "viewer") =>
    (await under.send("GET", `${COMMANDS}${query}`, who)).json as {
      items: Command[];
      nextCursor: string;
      total: number;
    };
  const all = await list("?state=queued&kind=set_supply_temp&by=operator");
  expect(all.items.slice(0, 2).map(({ siteId }) => siteId)).toEqual(sites.toReversed());
  const first = await list("?limit=1");
  const second = await list(`?limit=1&cursor=${first.nextCursor}`);
  expect([first.items[0]?.siteId, second.items[0]?.siteId]).toEqual(sites.toReversed());
  const north = await list("?limit=500", "viewer-north");
  expect(north.items.length).toBeGreaterThan(0);
  expect(north.items.filter(({ siteId }) => Number(siteId.slice(-3)) % 2 === 0)).toEqual([]);
  const foreign = all.items.find(({ siteId }) => Number(siteId.slice(-3)) % 2 === 0);
  expect(outcome(await under.send("GET", `${COMMANDS}/${foreign?.id}`, "viewer-north"))).toEqual([
    404,
    "command.not-found",
  ]);
  expect(outcome(await under.send("GET", `${COMMANDS}?state=sleeping`, "viewer"))).toEqual([400, "request.invalid"]);
});

test("the file has what the list shows, within one's sites, harmless to spreadsheets, and is written down", async () => {
  const sites = [await under.nextSite(), await under.nextSite()];
  const reason = '=HYPERLINK("http://x","pay")';
  for (const siteId of sites) {
    expect((await under.order({ ...colder(siteId), reason })).status).toBe(202);
  }
  const file = async (query: string, who: string) => {
    const { status, text, headers } = await under.send("GET", `${COMMANDS}/export${query}`, who);
    return { status, lines: text.trimEnd().split("\r\n"), name: headers.get("content-disposition") };
  };
  const all = await file("?kind=set_supply_temp&by=operator&state=queued", "operator");
  expect(all.name).toMatch(/antbox-commands-\d{8}T\d{6}Z\.csv/);
  const [names, newest, second] = all.lines;
  expect(names).toMatch(/^id,siteId,kind,args,state,.*,requestedBy,reason,.*,effectAfterS$/);
  expect([newest, second].map((line) => line?.split(",")[1])).toEqual(sites.toReversed());
  expect(newest).toContain(`"'=HYPERLINK(""http://x"",""pay"")"`);
  expect((await file("?state=verified", "operator")).lines).toHaveLength(1);
  expect((await file(`?site=${sites[0]}`, "operator")).lines).toHaveLength(2);

  const listed = (await under.send("GET", `${COMMANDS}?limit=500`, "operator")).json as {
    items: Command[];
    total: number;
  };
  expect((await file("", "operator")).lines.slice(1).map((line) => line.split(",")[0])).toEqual(
    listed.items.map(({ id }) => id),
  );
  const north = (await file("", "operator-north")).lines.slice(1);
  expect(north.length).toBeGreaterThan(0);
  expect(north.filter((line) => Number(line.split(",")[1]?.slice(-3)) % 2 === 0)).toEqual([]);

  expect((await file("", "viewer")).status).toBe(403);
  const audit = await under.send("GET", "/api/v1/audit?action=command:export&outcome=done&limit=500", "admin");
  const { items } = audit.json as { items: { actor: string; detail: object }[] };
  expect(items.toReversed()[0]).toMatchObject({
    actor: "operator",
    detail: { kind: "set_supply_temp", by: "operator", state: "queued" },
  });
});

test("the kinds of a site say what they take, and the unusable ones why", async () => {
  const { json } = await under.send("GET", "/api/v1/command-kinds?site=site-001", "viewer");
  const { items } = json as {
    items: { kind: string; isUsable: boolean; sequence: string | null; args: object; unusable: unknown }[];
  };
  const usable = items.filter(({ isUsable }) => isUsable);
  expect(usable.filter(({ sequence }) => sequence !== null).map(({ kind }) => kind)).toEqual(["emergency_stop"]);
  const ordered = usable.filter(({ sequence }) => sequence === null).map(({ kind }) => kind);
  expect(ordered).toEqual(["start_cooling", "stop_cooling", "set_supply_temp", "set_temp_mode", "reset_alarm"]);
  const mode = items.find(({ kind }) => kind === "set_temp_mode");
  expect(mode?.args).toMatchObject({ mode: { type: "word", words: { pid: expect.anything() } } });
  expect(items.find(({ kind }) => kind === "refill")?.unusable).toMatchObject({
    code: "no-vendor-call",
    texts: { "zh-CN": expect.stringMatching(/档案/) },
  });
  expect(outcome(await under.send("GET", "/api/v1/command-kinds", "viewer"))).toEqual([400, "request.invalid"]);
});
