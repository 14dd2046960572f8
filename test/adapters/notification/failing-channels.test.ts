import { describe, expect, test, vi } from "vitest";
import { ENGINES } from "../database/engines.ts";
import { answer, FAULTS } from "../webhooks/receiver.ts";
import { keysOf, notificationsUnderTest, PATIENCE, upTo } from "./notifications-under-test.ts";

describe.for(ENGINES)("channels that fail on $name", { timeout: 90_000 }, (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { start, setUp, raise, list, states, soon, allAre, database, hook, chat, li } = notificationsUnderTest(engine);

  it("a sink that is down, breaks off, hangs, or answers 500 after it has accepted: none lost, none doubled by key", async () => {
    const notifications = await start("active", { timeLimitMs: 500 });
    await setUp(notifications);
    const accepted = new Map<string, number>();
    let isDown = true;
    let n = 0;
    hook().behave((request, response, body) => {
      const id = String(request.headers["idempotency-key"]);
      const isNew = !accepted.has(id);
      accepted.set(id, (accepted.get(id) ?? 0) + 1);
      if (!isDown || !isNew) return answer(204)(request, response, body);
      const fault = [answer(500), FAULTS.hang, FAULTS["drop after accept"]][n++ % 3];
      fault?.(request, response, body);
    });
    await notifications.take(await raise(upTo(12)));
    await vi.waitFor(async () => {
      await soon();
      expect(accepted.size).toBeGreaterThanOrEqual(3);
    }, PATIENCE);
    // The faults have bitten: something was accepted and not heard.
    expect((await states(notifications))["delivered"] ?? []).not.toHaveLength(12);
    isDown = false;
    await allAre(notifications, "delivered", 12);
    expect(accepted.size).toBe(12);
    expect(Math.max(...accepted.values())).toBeGreaterThan(1);
    expect(new Set((await list(notifications)).map((one) => one.key))).toEqual(new Set(accepted.keys()));
  });

  it("where nobody tells repetitions, what may have arrived is not sent again", async () => {
    const notifications = await start("active");
    await setUp(notifications, { channels: ["telegram"] });
    chat().behave(FAULTS["drop after accept"]);
    await notifications.take(await raise([1]));
    await allAre(notifications, "possibly_delivered", 1);
    chat().behave(answer(204));
    await notifications.take(await raise([2]));
    await allAre(notifications, "delivered", 1);
    expect(new Set(keysOf(chat().received)).size).toBe(2);
    expect(chat().received).toHaveLength(2);
  });

  it("a channel that hangs delays no other", async () => {
    // Longer than everything here waits for: a try that is given up makes room for the next one, which hangs as well.
    const notifications = await start("active", { timeLimitMs: 2 * PATIENCE.timeout + 10_000 });
    await setUp(notifications, { goOn: true });
    const { plan, revision } = await notifications.plan();
    const [first] = plan.routes;
    if (first === undefined) throw new Error("no route");
    const second = { ...first, id: "chat", channels: ["telegram" as const] };
    await notifications.setPlan({ ...plan, routes: [first, second] }, revision, "admin");
    chat().behave(FAULTS.hang);
    await notifications.take(await raise(upTo(10)));
    await vi.waitFor(() => expect([hook().received.length, chat().received.length]).toEqual([10, 1]), PATIENCE);
    // The last one of the other channel has arrived before that is noted.
    await vi.waitFor(async () => {
      const found = await states(notifications);
      expect([found["delivering"]?.length, found["waiting"]?.length]).toEqual([1, 9]);
    }, PATIENCE);
    chat().behave(answer(204));
    await chat().close();
  });

  it("the next channel tells it when the first one cannot, and then the first one is not tried any more", async () => {
    const notifications = await start("active");
    await setUp(notifications, { channels: ["telegram", "webhook"] });
    chat().behave(answer(404));
    await notifications.take(await raise([1]));
    await vi.waitFor(() => expect(hook().received).toHaveLength(1), PATIENCE);
    await allAre(notifications, "delivered", 1);
    expect((await states(notifications))["failed"]).toMatchObject([{ channel: "telegram", reason: "status 404" }]);
    chat().behave(answer(503));
    await notifications.take(await raise(upTo(4).slice(1)));
    await vi.waitFor(async () => {
      await soon();
      expect(new Set(keysOf(hook().received)).size).toBe(4);
    }, PATIENCE);
    await allAre(notifications, "expired", 3);
    const [told] = (await states(notifications))["expired"] ?? [];
    expect(told?.reason).toBe("told-by webhook");
    expect(new Set(keysOf(hook().received)).size).toBe(hook().received.length);
    await vi.waitFor(() => expect(notifications.failing()).toEqual(["telegram"]), PATIENCE);
  });

  it("a process that dies between sending and its note: sent again under the same key, or said to be uncertain", async () => {
    const idle = await start("idle", { holdsLease: false });
    await setUp(idle, { channels: ["webhook"] });
    const first = await idle.test(li(), "webhook");
    const second = await idle.test(li(), "telegram");
    await database().query(
      "update notification_delivery set state = 'delivering', attempts = 1, next_try_at = clock_timestamp() - interval '1 s'",
    );
    const active = await start("active");
    await allAre(active, "delivered", 1);
    expect(keysOf(hook().received)).toEqual([first]);
    const found = await states(active);
    expect(found["possibly_delivered"]).toMatchObject([{ key: second, reason: "abandoned" }]);
    expect(chat().received).toEqual([]);
  });
});
