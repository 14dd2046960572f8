import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createCommandAlarms } from "../../../adapters/commands/command-alarms.ts";
import { createWorkWatch } from "../../../adapters/work-watch/create-work-watch.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { isoOf } from "../../../domain/iso-of.ts";
import { orderFault } from "../../faults/order-fault.ts";
import { ENGINES } from "../database/engines.ts";
import { type PlantUnderTest, plantUnderTest } from "./plant-under-test.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** TimescaleDB is PostgreSQL to a command: the ledger's own tests run there. */
const TWO = ENGINES.filter(({ name }) => name === "PGlite" || name === "plain PostgreSQL");

describe.for(TWO)("sending on $name", (engine) => {
  const it = test.skipIf(engine.isMissing);
  let plant: PlantUnderTest;
  beforeAll(async () => {
    if (engine.isMissing) return;
    plant = await plantUnderTest(engine, 24);
    plant.attach();
  });
  afterAll(() => plant?.dispose());

  it.for([
    { kind: "set_supply_temp", args: { temp_c: 36 }, path: "operation=setTemp&temp=36" },
    { kind: "set_temp_mode", args: { mode: "pid" }, path: "operation=setTemp&temp=pid" },
    { kind: "reset_alarm", args: {}, path: "operation=reset" },
    { kind: "start_cooling", args: {}, path: "operation=open" },
  ])("$kind is sent once, accepted, and verified by what the plant shows", async ({ kind, args, path }) => {
    const site = await plant.nextSite();
    const id = await plant.order(site, { kind, args });
    const ended = await plant.end(id);
    expect(ended).toMatchObject({ state: "verified" });
    expect((await plant.ledger.eventsOf(id)).map(({ state }) => state)).toEqual([
      "queued",
      "claimed",
      "sent",
      "accepted",
      "verified",
    ]);
    const received = await plant.received(site);
    expect(received).toHaveLength(1);
    expect(plant.calls.filter((call) => call.includes(path)).length).toBeGreaterThan(0);
    if (ended.stateReason === "read-back") expect(ended.effectAfterS).toBeGreaterThanOrEqual(0);
  });

  it("stop_cooling is refused while the miners run, and taken where an engineer overrides it as an emergency", async () => {
    const site = await plant.nextSite();
    const kind = { kind: "stop_cooling", args: {} };
    const refused = await plant.end(await plant.order(site, kind));
    expect(refused).toMatchObject({ state: "failed", stateReason: "interlock", sentAt: null });
    expect(refused.evidence?.["findings"]).toContainEqual(
      expect.objectContaining({ id: "it-power", result: "refused", limit: expect.any(Number) }),
    );
    expect(await plant.received(site)).toEqual([]);
    const id = await plant.order(site, { ...kind, overrides: ["it-power", "pump-overrun"], reason: "leak" });
    await expect
      .poll(async () => (await plant.ledger.find(id))?.state, { timeout: 20_000 })
      .not.toMatch(/queued|claimed|sent/);
    expect((await plant.ledger.eventsOf(id)).map(({ state }) => state)).toContain("accepted");
    await expect
      .poll(() => plant.liveState.get(site)?.values.circulation_pump_running, { timeout: 30_000 })
      .toBe(false);
    expect(await plant.received(site)).toHaveLength(1);
  });

  it("what the controller refuses has failed", async () => {
    const site = await plant.nextSite();
    await orderFault(plant.fleet.controlUrl, [site], "command_refused");
    const ended = await plant.end(await plant.order(site));
    expect(ended).toMatchObject({ state: "failed", stateReason: "refused", evidence: { said: false } });
    expect(await plant.received(site)).toHaveLength(1);
  });

  it.for(["hang", "reset"])(
    "a lost answer (%s) leaves it unknown until it is read back, and nothing is sent again",
    async (how) => {
      const site = await plant.nextSite();
      await orderFault(plant.fleet.controlUrl, [site], "answer_lost", { how });
      const id = await plant.order(site);
      const ended = await plant.end(id);
      expect(ended).toMatchObject({ state: "verified" });
      expect((await plant.ledger.eventsOf(id)).map(({ state }) => state)).toEqual([
        "queued",
        "claimed",
        "sent",
        "unknown",
        "verified",
      ]);
      expect(await plant.received(site)).toEqual([expect.objectContaining({ answer: "lost" })]);
    },
  );

  it("a controller that says ok and does nothing ends in no effect, and raises an alarm", async () => {
    const site = await plant.nextSite();
    await orderFault(plant.fleet.controlUrl, [site], "no_effect");
    const id = await plant.order(site, { kind: "set_supply_temp", args: { temp_c: 36.5 } });
    await expect.poll(async () => (await plant.ledger.find(id))?.state, { timeout: 20_000 }).toBe("accepted");
    // As if the time to see it had passed.
    await plant.database.query(
      "update command set sent_at = sent_at - interval '100 s', verify_by = verify_by - interval '100 s' where id = $1::uuid",
      [id],
    );
    expect(await plant.end(id)).toMatchObject({ state: "no_effect", stateReason: "not-seen", effectAfterS: null });
    expect(await plant.received(site)).toHaveLength(1);

    const found: ConditionEvent[] = [];
    const work = createWorkWatch({ database: plant.database, lookMs: 50 });
    const alarms = createCommandAlarms({
      database: plant.database,
      segmentOf: () => null,
      reign: () => 1,
      clock: Date.now,
      work: work.of("commandEvents"),
      log: { info() {}, warn() {}, error() {} },
    });
    const unsubscribe = alarms.onFound((events) => found.push(...events));
    await expect.poll(() => found.map(({ siteId, type }) => `${siteId} ${type}`)).toEqual([`${site} raised`]);
    // It ends with a later command that took effect.
    const later = await plant.order(site, { kind: "reset_alarm", args: {} });
    await plant.end(later);
    await expect.poll(() => found.map(({ siteId, type }) => `${siteId} ${type}`)).toContain(`${site} cleared`);
    unsubscribe();
    alarms.stop();
    work.close();
  });

  it("an old reading is made anew before it is judged; where none comes, nothing is sent", async () => {
    const good = plant.nextRareSite();
    const ended = await plant.end(await plant.order(good));
    expect(ended.state).toBe("verified");
    const silent = plant.nextRareSite();
    await orderFault(plant.fleet.controlUrl, [silent], "timeout", { on: "state" });
    const ageMs = () => Date.now() - Date.parse(plant.liveState.get(silent)?.collectedAt ?? "1970-01-01");
    await expect.poll(ageMs, { timeout: 30_000 }).toBeGreaterThan(16_000);
    const refused = await plant.end(await plant.order(silent));
    // What it had, if anything, is older than 15 s, or there is nothing.
    expect(refused).toMatchObject({ state: "failed", stateReason: "cannot-verify", sentAt: null });
    expect(refused.evidence?.["findings"]).toContainEqual(expect.objectContaining({ id: "fresh-data" }));
    expect(await plant.received(silent)).toEqual([]);
  });

  it("nothing goes to a site that is locked out or not switched on, nor for somebody who has lost the role", async () => {
    const [locked, off, site] = [await plant.nextSite(), await plant.nextSite(), await plant.nextSite()];
    await plant.locks.setLock({ siteId: locked, until: isoOf(Date.now()), reason: "pump out", by: "wang" });
    const [writes] = await plant.switches.writesOf([off]);
    await plant.switches.setWrites({
      profileId: writes?.profileId ?? "",
      siteIds: [off],
      isEnabled: false,
      reason: "new firmware",
      by: "admin",
    });
    plant.roles.set("former", "viewer");
    const cases = [
      { at: locked, by: "li", finding: "lock" },
      { at: off, by: "li", finding: "writes-on" },
      { at: site, by: "former", finding: "role" },
      { at: site, by: "nobody", finding: "role" },
    ];
    for (const { at, by, finding } of cases) {
      const ended = await plant.end(await plant.order(at, { requestedBy: by }));
      expect(ended).toMatchObject({ state: "failed", stateReason: "interlock" });
      const refused = ((ended.evidence?.["findings"] ?? []) as { id: string; result: string }[])
        .filter(({ result }) => result === "refused")
        .map(({ id }) => id);
      expect(refused.join()).toContain(finding);
      expect(await plant.received(at)).toEqual([]);
    }
  });

  it("the commands of a site are sent in the order in which they were asked for, each after the end of the one before", async () => {
    const site = await plant.nextSite();
    const ids: string[] = [];
    for (const requestedBy of ["li", "li", "li"]) ids.push(await plant.order(site, { requestedBy }));
    const ended = await Promise.all(ids.map((id) => plant.end(id)));
    expect(ended.map(({ state }) => state)).toEqual(["verified", "verified", "verified"]);
    for (const [place, { sentAt }] of ended.entries()) {
      const before = ended[place - 1];
      if (before) expect(Date.parse(sentAt ?? "")).toBeGreaterThanOrEqual(Date.parse(before.endedAt ?? ""));
    }
    expect(await plant.received(site)).toHaveLength(3);
  });

  it("without somebody who takes them commands expire, and are not sent when somebody does", async () => {
    const site = await plant.nextSite();
    const detach = plant.attach();
    detach();
    const id = await plant.order(site, { expiresInS: 1 });
    expect(await plant.end(id)).toMatchObject({ state: "expired", sentAt: null });
    plant.attach();
    await plant.end(await plant.order(site, { kind: "reset_alarm", args: {} }));
    expect((await plant.received(site)).map(({ command }) => command)).toEqual(["reset"]);
  });

  it("a command that is handed back forged, twice, or not at all is sent once at most", async () => {
    const site = await plant.nextSite();
    const taken: string[] = [];
    plant.sender.attach(({ id }) => taken.push(id));
    const id = await plant.order(site);
    await expect.poll(() => taken).toEqual([id]);
    expect(await plant.sender.send("018f0000-0000-7000-8000-000000000000")).toBeNull();
    const [first, second] = await Promise.all([plant.sender.send(id), plant.sender.send(id)]);
    expect([first?.state, second]).toEqual(["accepted", null]);
    expect(await plant.sender.send(id)).toBeNull();
    await plant.end(id);
    expect(await plant.received(site)).toHaveLength(1);
    plant.attach();
  });
});
