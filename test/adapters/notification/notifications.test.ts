import { describe, expect, test, vi } from "vitest";
import { FENCE_SQL, takeLease } from "../../../adapters/leases/lease-store.ts";
import { createDecisionStore } from "../../../adapters/notification/decision-store.ts";
import { boxFor, SEALED_COLUMNS } from "../../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../../adapters/security/secret-box.ts";
import { ENGINES } from "../database/engines.ts";
import { keysOf, LEASE, notificationsUnderTest, PATIENCE, SITES, upTo } from "./notifications-under-test.ts";

describe.for(ENGINES)("notification on $name", { timeout: 90_000 }, (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { key, running, start, setUp, raised, raise, list, allAre, database, alarms, hook } =
    notificationsUnderTest(engine);

  it("tells whoever a route names, once, however often and by whom it is handed over", async () => {
    const onlooker = await start("onlooker", { holdsLease: false });
    const active = await start("active");
    await setUp(onlooker);
    const transitions = await raise([1, 2]);
    await Promise.all([onlooker.take(transitions), active.take(transitions), onlooker.take(transitions)]);
    await allAre(active, "delivered", 2);
    await active.take(transitions);
    await new Promise((done) => setTimeout(done, 300));
    expect(hook().received).toHaveLength(2);
    expect(JSON.parse(hook().received[0]?.body ?? "")).toMatchObject({
      address: "li",
      priority: "critical",
      language: "en",
      acknowledgeUrl: expect.stringMatching(/^https:\/\/antbox\.example\.org\/acknowledge\/[\w-]{24}\./),
    });
    const [delivery] = await list(onlooker);
    expect(delivery).toMatchObject({
      attempts: 1,
      recipientName: "Li",
      address: "…",
      channel: "webhook",
      reason: null,
    });
    const [reasons] = await onlooker.reasons("site-001.leak");
    expect(reasons?.reasons).toEqual({ all: "told" });
  });

  it("tells all that is handed over one by one while what came before is being stored", async () => {
    const notifications = await start("active");
    await setUp(notifications);
    const transitions = await raise(upTo(12));
    await Promise.all(transitions.map((transition) => notifications.take([transition])));
    await allAre(notifications, "delivered", 12);
    expect(new Set(keysOf(hook().received)).size).toBe(12);
  });

  it("shows the trend of the point that has decided, and is sent without it when the history is away", async () => {
    let isAway = false;
    const notifications = await start("active", {
      async readTrend(_siteId, _point, fromMs, toMs) {
        if (isAway) throw new Error("away");
        return { timesMs: [fromMs, toMs], values: [30, 41] };
      },
    });
    await setUp(notifications);
    const hot = { point: "supply_temp_c", value: 41, limit: 40, unit: "°C" };
    await notifications.take(await alarms().applyConditions([{ ...raised(1, "supply-temp-high"), ...hot }], null));
    await allAre(notifications, "delivered", 1);
    isAway = true;
    await notifications.take(await alarms().applyConditions([{ ...raised(2, "supply-temp-high"), ...hot }], null));
    await allAre(notifications, "delivered", 2);
    await notifications.take(await raise([3]));
    await allAre(notifications, "delivered", 3);
    const pictures = hook().received.map(({ body }) => JSON.parse(body).trendPng?.data.slice(1, 4));
    expect(pictures).toEqual([[...Buffer.from("PNG")], undefined, undefined]);
  });

  it("seals addresses and settings, and shows no secret again", async () => {
    const notifications = await start("active");
    await setUp(notifications);
    const rows = await database().query(
      "select addresses as sealed from notification_recipient union all select settings from notification_channel",
    );
    expect(JSON.stringify(rows)).not.toMatch(/li-chat|canary/);
    await notifications.setChannel("telegram", { server: "b" }, true, "admin");
    expect(JSON.stringify(await notifications.channels())).not.toContain("canary");
    const opened = createSecretBox(key, null);
    const [row] = await database().query("select settings from notification_channel where kind = 'telegram'");
    const sealer = boxFor(opened, SEALED_COLUMNS.notificationSettings);
    expect(JSON.parse(sealer.open(String(row?.["settings"]), "telegram"))).toEqual({
      secret: "canary-secret",
      server: "b",
    });
    expect(await notifications.setChannel("telegram", { nonsense: 1 }, true, "admin")).toHaveLength(1);
  });

  it("an alarm whose process died before it was handed over is told at the next start, once, if a node still wants it", async () => {
    await alarms().applyConditions([raised(1), raised(2, "leak", Date.now() - 3_600_000)], null);
    const notifications = await start("active", { isJudging: () => true });
    await setUp(notifications);
    await new Promise((done) => setTimeout(done, 300));
    expect(hook().received).toEqual([]);
    notifications.attach();
    await allAre(notifications, "delivered", 1);
    expect((await list(notifications))[0]?.alarmIds).toEqual(["site-001.leak"]);
  });

  it("follows what becomes of an alarm, whoever has done it in whichever process", async () => {
    const notifications = await start("active");
    await setUp(notifications);
    await notifications.take(await raise([1]));
    await allAre(notifications, "delivered", 1);
    await alarms().act([
      { alarmId: "site-001.leak", event: { type: "acknowledge", at: new Date().toISOString(), by: "wang", note: "" } },
    ]);
    await vi.waitFor(async () => {
      const { state } = await createDecisionStore(database()).read();
      const [group] = Object.values(state.groups);
      expect(group?.alarms["site-001.leak"]).toMatchObject({ isAcknowledged: true, state: "acknowledged" });
    }, PATIENCE);
  });

  it("a decision of a process that has lost the lease, or has read an old state, writes nothing", async () => {
    const token = await takeLeaseNow("one");
    const store = createDecisionStore(database());
    const lease = (holder: string) => ({ name: LEASE, holder, fenceSql: FENCE_SQL, token: () => token });
    const decision = { state: { groups: {} }, notices: [], reasons: [] };
    const { revision } = await store.read();
    expect(await store.write(decision, [], revision, lease("two"), token)).toBe(false);
    expect(await store.write(decision, [], revision, lease("one"), token)).toBe(true);
    expect(await store.write(decision, [], revision, lease("one"), token)).toBe(false);
  });

  async function takeLeaseNow(holder: string): Promise<number> {
    await database().query("update lease set expires_at = clock_timestamp() where name = $1", [LEASE]);
    return (await takeLease(database(), LEASE, holder, 600_000)) ?? Number.NaN;
  }

  it("restarts and lease moves in the middle lose nothing and double nothing", async () => {
    const first = await start("p0");
    await setUp(first);
    const sites = upTo(SITES);
    for (const [place, site] of sites.entries()) {
      const [transition] = await raise([site]);
      if (transition === undefined) throw new Error("no transition");
      const present = running.at(-1);
      await present?.take([transition]);
      if (place % 7 === 6) await start(`p${place}`);
      if (place % 10 === 9) await running[0]?.close();
    }
    const last = running.at(-1);
    if (last === undefined) throw new Error("nobody runs");
    await allAre(last, "delivered", SITES);
    expect(new Set(keysOf(hook().received)).size).toBe(SITES);
    expect(hook().received).toHaveLength(SITES);
  });

  it("an acknowledge link is good once, and not for long", async () => {
    let nowMs = Date.now();
    const notifications = await start("active", { clock: () => nowMs });
    await setUp(notifications);
    await notifications.take(await raise([1]));
    await allAre(notifications, "delivered", 1);
    const url = String(JSON.parse(hook().received[0]?.body ?? "").acknowledgeUrl);
    const token = url.split("/acknowledge/")[1] ?? "";
    const read = notifications.links.read(token);
    if (typeof read === "string") throw new Error(read);
    expect(await notifications.byKey(read.key)).toMatchObject({
      acknowledgedAt: null,
      notice: { recipientName: "Li" },
    });
    expect(await Promise.all([notifications.useLink(read.key), notifications.useLink(read.key)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    for (const wrong of [
      token.slice(0, -1),
      `${token.startsWith("x") ? "y" : "x"}${token.slice(1)}`,
      token.replace(/\.\w+\./, ".zzzzzzz."),
      "",
      "a.b.c",
    ]) {
      expect(notifications.links.read(wrong)).toBe("unknown");
    }
    nowMs += 4 * 3_600_000 + 1_000;
    expect(notifications.links.read(token)).toBe("over");
  });
});
