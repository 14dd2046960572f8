import { describe, expect, test, vi } from "vitest";
import type { CommandLedger } from "../../../adapters/commands/ledger.ts";
import { isoOf } from "../../../domain/iso-of.ts";
import { ENGINES } from "../database/engines.ts";
import { ledgerUnderTest, order, takeAll } from "./ledger-under-test.ts";

vi.setConfig({ testTimeout: 60_000 });

const ACCEPTED = { state: "accepted", verifyInS: 60, evidence: { ok: true } } as const;
const readBack = { by: "system", reason: "read-back", effectAfterS: null, evidence: null } as const;
const soon = { timeout: 10_000, interval: 20 };

describe.for(ENGINES)("the command ledger on $name", (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { database, ledger: open, nextSite, claimOf, age } = ledgerUnderTest(engine, 60);
  const storyOf = async (ledger: CommandLedger, id: string) =>
    (await ledger.eventsOf(id)).map(({ state, by, reason }) => [state, by, reason]);

  it("takes an order once for each key, also when it comes many times at once", async () => {
    const [ledger, site, other] = [open(), nextSite(), nextSite()];
    const asked = order(site, { idempotencyKey: "k-1", overrides: ["leak"], evidence: { saw: 36.5 } });
    const taken = await Promise.all(Array.from({ length: 12 }, () => ledger.request(asked)));
    expect(new Set(taken.map(({ command }) => command.id)).size).toBe(1);
    expect(taken.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1);
    const { command } = taken[0] ?? expect.fail("nothing was taken");
    expect(command).toMatchObject({
      siteId: site,
      kind: "set_supply_temp",
      args: { temp_c: 35 },
      state: "queued",
      requestedBy: "li",
      overrides: ["leak"],
      sentAt: null,
      evidence: { saw: 36.5 },
    });
    expect(Date.parse(command.expiresAt) - Date.parse(command.createdAt)).toBeCloseTo(3_600_000, -2);
    expect(command.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const idTimeMs = Number.parseInt(command.id.replaceAll("-", "").slice(0, 12), 16);
    expect(Math.abs(idTimeMs - Date.parse(command.createdAt))).toBeLessThan(1_000);
    expect(await storyOf(ledger, command.id)).toEqual([["queued", "li", null]]);

    for (const change of [
      { siteId: other },
      { kind: "stop_cooling" },
      { args: { temp_c: 35.5 } },
      { reason: null },
      { overrides: [] },
      { expiresInS: 60 },
    ]) {
      await expect(ledger.request({ ...asked, ...change })).rejects.toMatchObject({
        code: "request.idempotency-mismatch",
      });
    }
    const ofSomebodyElse = await ledger.request({ ...asked, requestedBy: "wang" });
    expect(ofSomebodyElse.isRepeated).toBe(false);
    const [one, two] = [await ledger.request(order(other)), await ledger.request(order(other))];
    expect(one.command.id).not.toBe(two.command.id);
    await expect(ledger.request(order("no-such-site"))).rejects.toMatchObject({ code: "site.not-found" });
  });

  it("goes from the order to the proof, each step once and by the claimer only", async () => {
    const [ledger, site] = [open(), nextSite()];
    const tokens = await takeAll(database(), "a");
    const { command } = await ledger.request(order(site));
    const next = await ledger.request(order(site, { kind: "reset_alarm", args: {} }));
    const claim = await claimOf(ledger, site, "a", tokens);
    expect(claim.command).toMatchObject({ id: command.id, state: "claimed", args: { temp_c: 35 } });
    expect(tokens.get(claim.lease)).toBe(claim.token);
    // One in flight: the next of this site waits.
    expect((await ledger.claim("a", tokens)).map(({ command }) => command.siteId)).not.toContain(site);

    expect(await ledger.markSent({ ...claim, holder: "b" }, null)).toBe(false);
    expect(await ledger.markSent({ ...claim, token: claim.token + 1 }, null)).toBe(false);
    const otherLease = [...tokens.keys()].find((name) => name !== claim.lease) ?? "";
    expect(await ledger.markSent({ ...claim, lease: otherLease, token: tokens.get(otherLease) ?? 0 }, null)).toBe(
      false,
    );
    expect(await ledger.markSent(claim, { findings: [{ id: "leak", result: "met" }] })).toBe(true);
    expect(await ledger.markSent(claim, null)).toBe(false);
    expect(await ledger.cancel(command.id, "li", { reason: null, note: null })).toMatchObject({
      refused: "wrong-state",
    });

    expect(await ledger.settle({ ...claim, holder: "b" }, ACCEPTED)).toBeNull();
    const accepted = await ledger.settle(claim, ACCEPTED);
    expect(accepted).toMatchObject({ state: "accepted", evidence: { ok: true }, endedAt: null });
    expect(Date.parse(accepted?.verifyBy ?? "")).toBeGreaterThan(Date.parse(accepted?.sentAt ?? "") + 59_000);
    expect((await ledger.inFlight("a")).map(({ id }) => id)).toContain(command.id);
    expect(await ledger.inFlight("b")).toEqual([]);

    expect((await ledger.resolve(command.id, { ...readBack, state: "no_effect" })).refused).toBe("too-early");
    expect((await ledger.resolve(command.id, { ...readBack, state: "failed" })).refused).toBe("wrong-state");
    const proof = { supply_temp_setpoint_c: 35 };
    const verified = await ledger.resolve(command.id, {
      ...readBack,
      state: "verified",
      effectAfterS: 12.5,
      evidence: proof,
    });
    expect(verified).toMatchObject({
      refused: null,
      command: { state: "verified", effectAfterS: 12.5, evidence: proof },
    });
    expect((await ledger.resolve(command.id, { ...readBack, state: "verified" })).refused).toBe("wrong-state");
    expect(await storyOf(ledger, command.id)).toEqual([
      ["queued", "li", null],
      ["claimed", "system", null],
      ["sent", "system", null],
      ["accepted", "system", null],
      ["verified", "system", "read-back"],
    ]);
    expect((await ledger.eventsOf(command.id))[2]?.evidence).toEqual({ findings: [{ id: "leak", result: "met" }] });
    expect((await claimOf(ledger, site, "a", tokens)).command.id).toBe(next.command.id);
  });

  it("lets a second person decide, who is not the first", async () => {
    const [ledger, site] = [open(), nextSite()];
    const tokens = await takeAll(database(), "a");
    const waiting = async (more = {}) =>
      (await ledger.request(order(site, { needsApproval: true, kind: "stop_cooling", ...more }))).command.id;
    const [first, second, third, late] = [
      await waiting(),
      await waiting(),
      await waiting(),
      await waiting({ expiresInS: 0.001 }),
    ];
    expect((await ledger.claim("a", tokens)).filter(({ command }) => command.siteId === site)).toEqual([]);
    expect(await ledger.approve(first, "li", null)).toMatchObject({
      refused: "own-request",
      command: { state: "waiting_approval" },
    });
    expect((await ledger.reject(first, "li", null)).refused).toBe("own-request");
    expect((await ledger.approve(late, "wang", null)).refused).toBe("expired");
    expect((await ledger.approve("01900000-0000-7000-8000-000000000000", "wang", null)).refused).toBe("not-found");
    // Two at once: one of them has decided.
    const decisions = await Promise.all(
      ["wang", "zhao", "wang"].map((by) => ledger.approve(first, by, { seen: true })),
    );
    expect(decisions.map(({ refused }) => refused).sort()).toEqual([null, "wrong-state", "wrong-state"].sort());
    const approvedBy = decisions.find(({ refused }) => refused === null)?.command?.approvedBy;
    expect(await ledger.find(first)).toMatchObject({ state: "queued", approvedBy });
    expect(await storyOf(ledger, first)).toEqual([
      ["waiting_approval", "li", null],
      ["queued", approvedBy, null],
    ]);

    expect(await ledger.reject(second, "wang", "miners are running")).toMatchObject({
      refused: null,
      command: { state: "cancelled", stateReason: "rejected", evidence: { note: "miners are running" } },
    });
    expect((await ledger.approve(second, "wang", null)).refused).toBe("wrong-state");
    const taken = await ledger.cancel(third, "li", { reason: "by-requester", note: null });
    expect(taken.command).toMatchObject({ state: "cancelled", stateReason: "by-requester" });
    expect((await claimOf(ledger, site, "a", tokens)).command.id).toBe(first);
  });

  it("one of an approval and a cancellation at the same moment counts", async () => {
    const [ledger, site] = [open(), nextSite()];
    for (let round = 0; round < 8; round += 1) {
      const { id } = (await ledger.request(order(site, { needsApproval: true }))).command;
      const outcomes = await Promise.all([
        ledger.approve(id, "wang", null),
        ledger.reject(id, "zhao", null),
        ledger.approve(id, "sun", null),
      ]);
      expect(outcomes.filter(({ refused }) => refused === null)).toHaveLength(1);
      expect((await ledger.eventsOf(id)).length).toBe(2);
      await ledger.cancel(id, "li", { reason: null, note: null });
    }
  });

  it("keeps a late answer as evidence and changes nothing by it", async () => {
    const [ledger, site] = [open(), nextSite()];
    const tokens = await takeAll(database(), "a");
    const { id } = (await ledger.request(order(site))).command;
    const claim = await claimOf(ledger, site, "a", tokens);
    expect(await ledger.markSent(claim, null)).toBe(true);
    await age(id, 14);
    expect(await ledger.reap()).toEqual([]);
    await age(id, 2);
    expect(await ledger.reap()).toMatchObject([{ id, state: "unknown", stateReason: "no-answer" }]);
    // Its site stays blocked until somebody knows.
    await ledger.request(order(site));
    expect((await ledger.claim("a", tokens)).map(({ command }) => command.siteId)).not.toContain(site);
    expect(await ledger.settle(claim, ACCEPTED)).toBeNull();
    expect(await ledger.find(id)).toMatchObject({ state: "unknown", endedAt: null });
    expect(
      (await ledger.resolve(id, { ...readBack, state: "failed", by: "li", reason: "by-person" })).refused,
    ).toBeNull();
    expect(await ledger.settle(claim, { state: "unknown", reason: "timeout", evidence: null })).toBeNull();
    expect(await storyOf(ledger, id)).toEqual([
      ["queued", "li", null],
      ["claimed", "system", null],
      ["sent", "system", null],
      ["unknown", "system", "no-answer"],
      ["unknown", "system", "late-answer"],
      ["failed", "li", "by-person"],
      ["failed", "system", "late-answer"],
    ]);
    expect((await ledger.eventsOf(id))[4]?.evidence).toEqual({
      outcome: "accepted",
      reason: null,
      answer: { ok: true },
    });
    expect((await claimOf(ledger, site, "a", tokens)).command.siteId).toBe(site);
  });

  it("says what was never sent: refused at the last moment, given back, too late", async () => {
    const [ledger, site, second] = [open(), nextSite(), nextSite()];
    const tokens = await takeAll(database(), "a");
    await ledger.request(order(site));
    const claim = await claimOf(ledger, site, "a", tokens);
    const failed = await ledger.settle(claim, { state: "failed", reason: "interlock", evidence: { leak: true } });
    expect(failed).toMatchObject({ state: "failed", stateReason: "interlock", sentAt: null });
    expect(await ledger.markSent(claim, null)).toBe(false);

    const { id } = (await ledger.request(order(site))).command;
    const left = await claimOf(ledger, site, "a", tokens);
    expect(await ledger.settle(left, ACCEPTED)).toBeNull();
    await age(id, 9);
    expect(await ledger.reap()).toEqual([]);
    await age(id, 2);
    expect(await ledger.reap()).toMatchObject([{ id, state: "queued", stateReason: "not-sent" }]);
    expect(await ledger.markSent(left, null)).toBe(false);
    const again = await claimOf(ledger, site, "a", tokens);
    expect(again.command.id).toBe(id);
    expect(await ledger.markSent(again, null)).toBe(true);

    await ledger.settle(again, ACCEPTED);
    await age(id, 119);
    expect(await ledger.reap()).toEqual([]);
    await age(id, 2);
    expect(await ledger.reap()).toMatchObject([{ id, state: "no_effect", stateReason: "not-read-back" }]);
    const third = (await ledger.request(order(site))).command.id;
    const back = await claimOf(ledger, site, "a", tokens);
    expect(await ledger.release({ ...back, holder: "b" })).toBeNull();
    expect(await ledger.release(back)).toMatchObject({ id: third, state: "queued", stateReason: "given-back" });
    expect(await ledger.markSent(back, null)).toBe(false);

    const short = (await ledger.request(order(second, { expiresInS: 0.001 }))).command.id;
    const unapproved = (await ledger.request(order(second, { expiresInS: 0.001, needsApproval: true }))).command.id;
    const inTime = (await ledger.request(order(second))).command.id;
    // What is over does not hold up what is not.
    expect((await claimOf(ledger, second, "a", tokens)).command.id).toBe(inTime);
    expect((await ledger.reap()).map(({ id, state, stateReason }) => [id, state, stateReason])).toEqual([
      [short, "expired", "not-sent-in-time"],
      [unapproved, "expired", "not-approved-in-time"],
    ]);
    expect(await ledger.reap()).toEqual([]);
  });

  it("never sends what has expired after it was claimed", async () => {
    const [ledger, site] = [open(), nextSite()];
    const tokens = await takeAll(database(), "a");
    const { command } = await ledger.request(order(site, { expiresInS: 1 }));
    const claim = await claimOf(ledger, site, "a", tokens);
    await expect
      .poll(
        async () =>
          (await database().query("select clock_timestamp() > $1::timestamptz as over", [command.expiresAt]))[0]?.[
            "over"
          ],
        soon,
      )
      .toBe(true);
    expect(await ledger.markSent(claim, null)).toBe(false);
    expect(await ledger.reap()).toMatchObject([{ id: command.id, state: "expired", stateReason: "not-sent-in-time" }]);
    expect(await ledger.claim("a", tokens)).toEqual([]);
  });

  it("lists newest first, page by page, and only what one may see", async () => {
    const [ledger, site, other] = [open(), nextSite(), nextSite()];
    for (let index = 0; index < 15; index += 1) {
      await ledger.request(order(index % 3 === 0 ? other : site, { requestedBy: index < 5 ? "sun" : "zhao" }));
    }
    const ids: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await ledger.list({ siteIds: [site, other] }, { limit: 4, cursor });
      expect(page.total).toBe(15);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(new Set(ids).size).toBe(15);
    const made = await ledger.list({ siteIds: [site, other] }, { limit: 100, cursor: "nonsense" });
    expect(made.items.map(({ id }) => id)).toEqual(ids);
    const times = made.items.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
    expect((await ledger.list({ siteIds: [site] }, { limit: 1, cursor: null })).total).toBe(10);
    expect((await ledger.list({ siteIds: [site, other], requestedBy: "sun" }, { limit: 1, cursor: null })).total).toBe(
      5,
    );
    expect((await ledger.list({ siteIds: [site], states: ["sent"] }, { limit: 1, cursor: null })).items).toEqual([]);
    expect((await ledger.list({ siteIds: [site], kinds: ["stop_cooling"] }, { limit: 1, cursor: null })).total).toBe(0);
    expect((await ledger.list({ siteIds: [] }, { limit: 1, cursor: null })).total).toBe(0);
    expect((await ledger.list({ siteIds: null }, { limit: 1, cursor: null })).total).toBeGreaterThanOrEqual(15);
    const [first, ...rest] = made.items.filter(({ siteId }) => siteId === site);
    for (const { id } of rest) await ledger.cancel(id, "li", { reason: null, note: null });
    expect((await ledger.recentOf(site, 600)).map(({ id }) => id)).toEqual([first, ...rest].map((each) => each?.id));
    // Over long ago counts no more; what is not over does.
    expect((await ledger.recentOf(site, 0)).map(({ id }) => id)).toEqual([first?.id]);
  });

  it("keeps whatever a controller answers, and shortens what is long", async () => {
    const [ledger, site] = [open(), nextSite()];
    const tokens = await takeAll(database(), "a");
    await ledger.request(order(site));
    const claim = await claimOf(ledger, site, "a", tokens);
    expect(await ledger.markSent(claim, null)).toBe(true);
    const hostile = {
      "k\0": "a\0b",
      half: "\ud800",
      quoted: "\\u0000 \\ud800",
      pair: "😀",
      text: "'; drop table command; --",
    };
    const settled = await ledger.settle(claim, { state: "unknown", reason: "garbled", evidence: hostile });
    expect(settled?.evidence).toEqual({ ...hostile, "k\0": undefined, "k\uFFFD": "a\uFFFDb", half: "\uFFFD" });
    const long = { body: "😀".repeat(100_000) };
    expect(await ledger.settle(claim, { state: "failed", reason: "late", evidence: long })).toBeNull();
    const last = (await ledger.eventsOf(claim.command.id)).at(-1);
    expect(last).toMatchObject({ reason: "late-answer", evidence: { shortened: true } });
    expect(JSON.stringify(last).length).toBeLessThan(10_000);
  });

  it("gives every command of a site its turn in the order of the requests, from several clients at once", async () => {
    const [ledger, site] = [open(), nextSite()];
    const tokens = await takeAll(database(), "a");
    const asked = await Promise.all(
      Array.from(
        { length: 40 },
        async (_, index) => (await ledger.request(order(site, { args: { temp_c: index } }))).command,
      ),
    );
    const bySeq = (await ledger.list({ siteIds: [site] }, { limit: 100, cursor: null })).items
      .map(({ id }) => id)
      .reverse();
    expect(bySeq.toSorted()).toEqual(asked.map(({ id }) => id).toSorted());
    const turns: string[] = [];
    for (let turn = 0; turn < asked.length; turn += 1) {
      const claim = await claimOf(ledger, site, "a", tokens);
      turns.push(claim.command.id);
      expect(await ledger.markSent(claim, null)).toBe(true);
      await ledger.settle(claim, { state: "failed", reason: "refused", evidence: null });
    }
    expect(turns).toEqual(bySeq);
  });

  it("changes nothing of what was ordered or has ended, and deletes nothing young", async () => {
    const [ledger, site] = [open(), nextSite()];
    const { id } = (await ledger.request(order(site))).command;
    await ledger.cancel(id, "li", { reason: null, note: null });
    const waiting = (await ledger.request(order(site))).command.id;
    for (const statement of [
      `update command set args = '{"temp_c": 20}' where id = '${waiting}'`,
      `update command set requested_by = 'wang' where id = '${waiting}'`,
      `update command set expires_at = expires_at + interval '1 day' where id = '${waiting}'`,
      `update command set state_reason = 'other' where id = '${id}'`,
      `delete from command where id = '${id}'`,
      "truncate command cascade",
      "update command_event set made_by = 'wang'",
      `delete from command_event where command_id = '${id}'`,
      "truncate command_event",
      "update command_writes set is_enabled = false",
      "delete from command_writes",
    ]) {
      await expect(database().query(statement), statement).rejects.toMatchObject({ sqlState: "42501" });
    }
    await expect(database().query(`update command set state = 'sent' where id = '${waiting}'`)).rejects.toMatchObject({
      sqlState: "23514",
    });
    const old = isoOf(Date.now() - 100 * 86_400_000);
    await database().query(
      `with c as (insert into command (site_id, kind, args, requested_by, expires_in_s, state, created_at, expires_at, ended_at)
         select id, 'reset_alarm', '{}', 'old', 60, 'cancelled', $2::timestamptz, $2::timestamptz, $2::timestamptz from site where code = $1 returning id)
       insert into command_event (command_id, at, state, made_by) select id, $2::timestamptz, 'cancelled', 'old' from c`,
      [site, old],
    );
    expect(await ledger.forget(400)).toBe(0);
    await expect(ledger.forget(0)).rejects.toMatchObject({ sqlState: "42501" });
    expect(await ledger.forget(90)).toBe(1);
    expect((await ledger.list({ siteIds: null, requestedBy: "old" }, { limit: 1, cursor: null })).total).toBe(0);
    const batches = () => database().query("select requested_by from command_batch order by seq");
    for (const [by, endedAt] of [
      ["old", old],
      ["young", isoOf(Date.now() - 86_400_000)],
    ]) {
      await database().query(
        `insert into command_batch (kind, args, waves, pause_s, requested_by, confirmation, expires_in_s, state, created_at, ended_at)
         values ('reset_alarm', '{}', '[]', 0, $1, $1, 60, 'done', $2::timestamptz, $2::timestamptz)`,
        [by, endedAt],
      );
    }
    await ledger.forget(90);
    expect(await batches()).toEqual([{ requested_by: "young" }]);
  });
});
