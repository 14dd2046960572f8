import { describe, expect, test, vi } from "vitest";
import { createEmergencyStops, stopKey } from "../../../adapters/commands/emergency-stops.ts";
import { ENGINES } from "../database/engines.ts";
import { ledgerUnderTest, order, takeAll } from "./ledger-under-test.ts";

vi.setConfig({ testTimeout: 60_000 });

const SMOKE = { reason: "smoke", overrides: [], by: "li" };

describe.for(ENGINES)("emergency stops on $name", (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { database, ledger: open, nextSite, claimOf } = ledgerUnderTest(engine, 8);

  it("latches the site: what is queued is taken back, and nothing but the stop is sent until it is reset", async () => {
    const [ledger, site] = [open(), nextSite()];
    const stops = createEmergencyStops(database());
    const tokens = await takeAll(database(), "a");
    const { command: first } = await ledger.request(order(site));
    const claim = await claimOf(ledger, site, "a", tokens);
    const { command: queued } = await ledger.request(order(site));
    const { command: waiting } = await ledger.request(order(site, { needsApproval: true }));
    const { emergency, isRepeated } = await stops.begin({ siteId: site, ...SMOKE });
    expect([emergency.state, emergency.attempt, isRepeated]).toEqual(["running", 1, false]);
    for (const { id } of [queued, waiting]) {
      expect(await ledger.find(id)).toMatchObject({ state: "cancelled", stateReason: "emergency-stop" });
      expect((await ledger.eventsOf(id)).at(-1)).toMatchObject({ state: "cancelled", by: "li" });
    }
    // Already in hand, and refused by the statement that would commit it.
    expect(await ledger.markSent(claim, null)).toBe(false);
    await ledger.release(claim);
    await ledger.cancel(first.id, "li", { reason: null, note: null });

    const again = await stops.begin({ siteId: site, reason: "pressed twice", overrides: [], by: "wang" });
    expect(again).toMatchObject({ isRepeated: true, emergency: { id: emergency.id, reason: "smoke" } });
    await ledger.request(order(site, { kind: "emergency_stop", args: {}, idempotencyKey: stopKey(emergency.id, 1) }));
    const [running] = await stops.runningOf("a");
    expect(running).toMatchObject({ emergency: { id: emergency.id }, stop: { state: "queued" }, sleep: null });
    const stop = await claimOf(ledger, site, "a", tokens);
    expect(await ledger.markSent(stop, null)).toBe(true);
    await ledger.settle(stop, { state: "failed", reason: "refused", evidence: null });

    expect(await stops.reset(site, "chen", "cable replaced")).toMatchObject({ resetBy: "chen" });
    expect(await stops.reset(site, "chen", "once more")).toBeNull();
    expect(await stops.inForce([site])).toEqual([]);
    await ledger.request(order(site));
    expect(await ledger.markSent(await claimOf(ledger, site, "a", tokens), null)).toBe(true);
  });

  it("once it was reset its command is not sent any more, whether it is queued or in hand", async () => {
    const [ledger, queuedAt, inHandAt] = [open(), nextSite(), nextSite()];
    const stops = createEmergencyStops(database());
    const tokens = await takeAll(database(), "a");
    const begin = async (siteId: string) => {
      const { emergency } = await stops.begin({ siteId, ...SMOKE });
      const key = { idempotencyKey: stopKey(emergency.id, 1) };
      const { command } = await ledger.request(order(siteId, { kind: "emergency_stop", args: {}, ...key }));
      return command.id;
    };
    const inHand = await begin(inHandAt);
    const claim = await claimOf(ledger, inHandAt, "a", tokens);
    const queued = await begin(queuedAt);
    await stops.reset(queuedAt, "chen", "a false alarm");
    await stops.reset(inHandAt, "chen", "a false alarm");
    expect(await ledger.find(queued)).toMatchObject({ state: "cancelled", stateReason: "emergency-reset" });
    expect(await ledger.markSent(claim, null)).toBe(false);
    expect(await ledger.find(inHand)).toMatchObject({ state: "claimed", sentAt: null });
  });

  it("goes on by its attempts: each is counted once, whoever does", async () => {
    const site = nextSite();
    const stops = createEmergencyStops(database());
    await takeAll(database(), "a");
    const { emergency } = await stops.begin({ siteId: site, ...SMOKE });
    const known = async () => (await stops.inForce([site]))[0] ?? expect.fail("it is gone");
    await Promise.all([stops.nextAttempt(emergency.id, 1), stops.nextAttempt(emergency.id, 1)]);
    expect((await known()).attempt).toBe(2);
    await Promise.all([stops.countSleep(emergency.id, 1), stops.countSleep(emergency.id, 1)]);
    expect((await known()).sleepBatches).toBe(1);
    expect(await stops.retry(site)).toBeNull();
    // Somebody who looks at what was true before.
    await stops.end(emergency.id, 1, "stopped", null);
    expect((await known()).state).toBe("running");
    await stops.end(emergency.id, 2, "needs_person", "no-effect");
    expect(await known()).toMatchObject({ state: "needs_person", stateReason: "no-effect" });
    expect(await stops.runningOf("a")).toEqual([]);
    expect(await stops.retry(site)).toMatchObject({ state: "running", attempt: 3, stateReason: null, findings: null });
    const finding = { id: "it-power", result: "refused" as const, values: { load_kw: 900 }, limit: 51.5 };
    await stops.note(emergency.id, [finding]);
    expect((await known()).findings).toEqual([finding]);
    await takeAll(database(), "b");
    expect(await stops.runningOf("a")).toEqual([]);
    expect(await stops.runningOf("b")).toHaveLength(1);
    await stops.reset(site, "chen", "done");
  });

  it("is evidence: who stopped what, and why, cannot be changed", async () => {
    const site = nextSite();
    const stops = createEmergencyStops(database());
    await stops.begin({ siteId: site, ...SMOKE });
    const refused = expect.objectContaining({ sqlState: "42501" });
    for (const statement of [
      "update emergency_stop set reason = 'x'",
      "update emergency_stop set requested_by = 'x'",
      "delete from emergency_stop",
      "truncate emergency_stop",
    ]) {
      await expect(database().query(statement)).rejects.toEqual(refused);
    }
    await stops.reset(site, "chen", "done");
    await expect(database().query("update emergency_stop set reset_by = 'x'")).rejects.toEqual(refused);
    await expect(stops.begin({ siteId: "none", ...SMOKE })).rejects.toMatchObject({ code: "site.not-found" });
  });
});
