import { describe, expect, test, vi } from "vitest";
import { createSiteLocks } from "../../../adapters/commands/site-locks.ts";
import { createWriteSwitches } from "../../../adapters/commands/write-switches.ts";
import { isoOf } from "../../../domain/iso-of.ts";
import { ENGINES } from "../database/engines.ts";
import { addSites } from "../database/snapshots.ts";
import { ledgerUnderTest, order, takeAll } from "./ledger-under-test.ts";

vi.setConfig({ testTimeout: 60_000 });

describe.for(ENGINES)("what stops commands on $name", (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { database, ledger: open, nextSite, claimOf } = ledgerUnderTest(engine, 12);

  it("nothing is sent to a site until somebody switches it on, nor after it was switched off", async () => {
    const [ledger, site, other] = [open(), nextSite(), nextSite()];
    const switches = createWriteSwitches(database());
    const tokens = await takeAll(database(), "a");
    const stateOf = async (id: string) => (await switches.writesOf([id]))[0] ?? expect.fail(`no site ${id}`);
    const { profileId } = await stateOf(site);
    const set = (siteIds: readonly string[] | "all", isEnabled: boolean) =>
      switches.setWrites({ profileId, siteIds, isEnabled, reason: `now ${isEnabled}`, by: "admin" });

    await set("all", false);
    expect((await switches.writesOf(null)).filter(({ isEnabled }) => isEnabled)).toEqual([]);
    await ledger.request(order(site));
    const claim = await claimOf(ledger, site, "a", tokens);
    expect(await ledger.markSent(claim, null)).toBe(false);
    await set([site], true);
    expect(await stateOf(site)).toMatchObject({ isEnabled: true, by: "admin", reason: "now true" });
    expect(await stateOf(other)).toMatchObject({ isEnabled: false, reason: "now false" });
    expect(await ledger.markSent(claim, null)).toBe(true);

    await expect(set([other, "no-such-site"], true)).rejects.toMatchObject({ code: "site.not-found" });
    expect((await stateOf(other)).isEnabled).toBe(false);
    await set("all", true);
    expect((await stateOf(other)).isEnabled).toBe(true);
    // One that comes later, or gets another profile, was not meant.
    await addSites(database(), 14);
    expect(await stateOf("site-014")).toMatchObject({ isEnabled: false, reason: "now false" });
    await database().query("update site set profile_id = 'another' where code = $1", [other]);
    expect((await stateOf(other)).isEnabled).toBe(false);
    await expect(set([other], true)).rejects.toMatchObject({ code: "site.not-found" });
  });

  it("nothing is sent to a site while a lock of anybody hangs there, whatever the time", async () => {
    const [ledger, site] = [open(), nextSite()];
    const locks = createSiteLocks(database());
    const tokens = await takeAll(database(), "a");
    await ledger.request(order(site));
    const claim = await claimOf(ledger, site, "a", tokens);
    const over = isoOf(Date.now() - 60_000);
    const first = await locks.setLock({ siteId: site, until: over, reason: "pump", by: "li" });
    const second = await locks.setLock({ siteId: site, until: over, reason: "valve", by: "wang" });
    const again = await locks.setLock({ siteId: site, until: isoOf(Date.now() + 60_000), reason: "pump 2", by: "li" });
    expect(again).toMatchObject({ id: first.id, reason: "pump 2", removedAt: null });
    expect((await locks.locksOf([site])).map(({ setBy }) => setBy)).toEqual(["li", "wang"]);
    expect(await ledger.markSent(claim, null)).toBe(false);
    expect(await locks.removeLock(first.id, "li", "done")).toMatchObject({ removedBy: "li", removedReason: "done" });
    expect(await locks.removeLock(first.id, "li", "done")).toBeNull();
    expect(await ledger.markSent(claim, null)).toBe(false);
    await expect(locks.removeLock(second.id, "system", null)).rejects.toMatchObject({ sqlState: "23514" });
    await expect(database().query("delete from site_lock")).rejects.toMatchObject({ sqlState: "42501" });
    await locks.removeLock(second.id, "zhao", null);
    expect(await locks.locksOf(null)).toEqual([]);
    expect(await ledger.markSent(claim, null)).toBe(true);
    // The same person may hang another one later.
    const later = await locks.setLock({ siteId: site, until: over, reason: "again", by: "li" });
    expect(later.id).not.toBe(first.id);
    await expect(locks.setLock({ siteId: "none", until: over, reason: "x", by: "li" })).rejects.toMatchObject({
      code: "site.not-found",
    });
  });
});
