import { describe, expect, test, vi } from "vitest";
import type { CommandDatabase } from "../../../adapters/commands/command-rows.ts";
import type { CommandLedger } from "../../../adapters/commands/ledger.ts";
import type { CommandClaim } from "../../../adapters/commands/send-command.ts";
import { ENGINES } from "../database/engines.ts";
import { ledgerOn, ledgerUnderTest, order, takeAll } from "./ledger-under-test.ts";
import { raceHolders, seeded, type Way } from "./stealing-holders.ts";

vi.setConfig({ testTimeout: 300_000 });

const SITES = 20;
const PER_SITE = 10;
/** A claim of a stalled holder goes back to the queue while it is still asleep. */
const IMPATIENT = { claimedMs: 150, sentMs: 600_000, unseenMs: 600_000 };
const readBack = { by: "system", reason: "read-back", effectAfterS: null, evidence: null } as const;

describe.for(ENGINES)("commands and what comes between on $name", (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { database, ledger: open, nextSite, claimOf, age } = ledgerUnderTest(engine, 3 * SITES + 60);

  async function ask(ledger: CommandLedger): Promise<string[]> {
    const sites = Array.from({ length: SITES }, nextSite);
    await Promise.all(
      sites.map(async (site) => {
        for (let turn = 0; turn < PER_SITE; turn += 1) await ledger.request(order(site));
      }),
    );
    return sites;
  }
  /** Ids of each site's commands in the order in which they were asked for. */
  async function askedAt(sites: readonly string[]): Promise<Record<string, string[]>> {
    const { items } = await open().list({ siteIds: sites }, { limit: 1_000, cursor: null });
    const bySite = Object.groupBy(items.toReversed(), ({ siteId }) => siteId);
    return Object.fromEntries(sites.map((site) => [site, (bySite[site] ?? []).map(({ id }) => id)]));
  }
  const calledAt = (sites: readonly string[], calls: readonly { id: string; siteId: string }[]) =>
    Object.fromEntries(sites.map((site) => [site, calls.filter(({ siteId }) => siteId === site).map(({ id }) => id)]));

  it("two holders that steal each other's leases send each command once, one at a time, in order", async () => {
    const ledger = open({ patience: IMPATIENT });
    const sites = await ask(ledger);
    const way: Way = {
      claim: (holder, tokens) => ledger.claim(holder, tokens),
      begin: (claim) => ledger.markSent(claim as CommandClaim, null),
      async end(claim) {
        const settled = await ledger.settle(claim as CommandClaim, {
          state: "accepted",
          verifyInS: 60,
          evidence: null,
        });
        expect(settled?.state).toBe("accepted");
        await ledger.resolve(claim.command.id, { ...readBack, state: "verified" });
      },
    };
    const { calls, overlaps, refusals, thefts } = await raceHolders(database(), ledger, way, seeded(4_711));
    expect(overlaps).toBe(0);
    expect(calledAt(sites, calls)).toEqual(await askedAt(sites));
    expect((await ledger.list({ siteIds: sites, states: ["verified"] }, { limit: 1, cursor: null })).total).toBe(
      SITES * PER_SITE,
    );
    // The race was one.
    expect(thefts).toBeGreaterThan(3);
    expect(refusals).toBeGreaterThan(0);
  });

  it("a queue whose claims run out lets the same command be sent twice in this race", async () => {
    const ledger = open({ patience: IMPATIENT });
    const sites = await ask(ledger);
    const way: Way = {
      claim: (holder, tokens) => ledger.claim(holder, tokens),
      begin: async () => true,
      end: ({ command }) =>
        database().query(
          "update command set state = 'failed', ended_at = clock_timestamp() where id = $1::uuid and ended_at is null",
          [command.id],
        ),
    };
    const { calls } = await raceHolders(database(), ledger, way, seeded(4_711));
    expect(calls.length).toBeGreaterThan(SITES * PER_SITE);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(SITES * PER_SITE);
    expect(calledAt(sites, calls)).not.toEqual(await askedAt(sites));
  });

  it("a claim without fence and without a look at the site overlaps in this race", async () => {
    const ledger = open({ patience: IMPATIENT });
    const sites = await ask(ledger);
    const way: Way = {
      async claim() {
        const rows = await database().query(
          `with head as (select distinct on (site_id) id from command where state = 'queued' order by site_id, seq),
             taken as (select id from command where id in (select id from head) and state = 'queued' for update skip locked)
           update command c set state = 'failed', ended_at = clock_timestamp() from taken where c.id = taken.id returning c.id::text as id`,
        );
        const commands = await Promise.all(rows.map(({ id }) => ledger.find(String(id))));
        return commands.flatMap((command) => (command ? [{ command }] : []));
      },
      begin: async () => true,
      end: async () => undefined,
      // Longer than it takes to ask for the next one, however busy the machine is.
      mostCallMs: 400,
    };
    const { calls, overlaps } = await raceHolders(database(), ledger, way, seeded(4_711));
    expect(calls).toHaveLength(SITES * PER_SITE);
    expect(overlaps).toBeGreaterThan(0);
    expect(calledAt(sites, calls)).not.toEqual(await askedAt(sites));
  });

  it("claiming, reaping, approving and cancelling at once neither deadlock nor lose a command", async () => {
    const ledger = open({ patience: { claimedMs: 0, sentMs: 600_000, unseenMs: 600_000 } });
    const tokens = await takeAll(database(), "a");
    const sites = Array.from({ length: 8 }, nextSite);
    const asked = await Promise.all(
      sites.flatMap((site) =>
        [0, 1, 2, 3].map((turn) => ledger.request(order(site, { needsApproval: turn % 2 === 0 }))),
      ),
    );
    const everywhere = asked.map(({ command }) => command.id);
    for (let round = 0; round < 15; round += 1) {
      await Promise.all([
        ...Array.from({ length: 3 }, () => ledger.claim("a", tokens)),
        ...Array.from({ length: 4 }, () => ledger.reap()),
        ...everywhere
          .slice(2 * round, 2 * round + 2)
          .flatMap((id) => [ledger.approve(id, "wang", null), ledger.reject(id, "zhao", null)]),
        ledger.cancel(everywhere.at(-1 - round) ?? "", "li", { reason: null, note: null }),
      ]);
    }
    const { items } = await ledger.list({ siteIds: sites }, { limit: 100, cursor: null });
    expect(items).toHaveLength(everywhere.length);
    for (const { id, state } of items) expect((await ledger.eventsOf(id)).at(-1)?.state).toBe(state);
  });

  it("a process that dies between any two statements leaves a way out, and no second call", async () => {
    const calls: string[] = [];
    const stories: string[] = [];
    for (let killAt = 0; killAt < 7; killAt += 1) {
      for (const isDone of [false, true]) {
        const site = nextSite();
        const tokens = await takeAll(database(), "first");
        await live(ledgerOn(dying(database(), killAt, isDone)), site, tokens, calls).catch((error: unknown) => {
          expect(error).toMatchObject({ message: "the process is gone" });
        });
        stories.push(await liveOn(open(), site, calls));
      }
    }
    expect(stories).toEqual([
      "nothing",
      "waiting_approval → cancelled",
      "waiting_approval → cancelled",
      "queued → verified",
      "queued → verified",
      "claimed → verified",
      "claimed → verified",
      // Whether the call went out is known by the plant alone.
      "sent → failed",
      "sent → verified",
      "accepted → verified",
      "accepted → verified",
      "accepted → verified",
      "accepted → verified",
      "verified → verified",
    ]);
    expect(new Set(calls).size).toBe(calls.length);
    expect(await database().query("select id from command where ended_at is null")).toEqual([]);
  });

  /** What a platform does with one command, from the order to the proof: seven statements. */
  async function live(ledger: CommandLedger, site: string, tokens: ReadonlyMap<string, number>, calls: string[]) {
    const { command } = await ledger.request(order(site, { needsApproval: true, idempotencyKey: site }));
    await ledger.approve(command.id, "wang", null);
    const claim = await claimOf(ledger, site, "first", tokens);
    if (!(await ledger.markSent(claim, null))) return;
    calls.push(claim.command.id);
    await ledger.settle(claim, { state: "accepted", verifyInS: 60, evidence: null });
    await ledger.find(command.id);
    await ledger.resolve(command.id, { ...readBack, state: "verified" });
  }

  /** What the next process, and people, do with whatever they find. @returns the state that it was left in, and its end */
  async function liveOn(ledger: CommandLedger, site: string, calls: string[]): Promise<string> {
    const tokens = await takeAll(database(), "second");
    const { items } = await ledger.list({ siteIds: [site] }, { limit: 10, cursor: null });
    const [found] = items;
    if (!found) return "nothing";
    await age(found.id, 20);
    await ledger.reap();
    for (const claim of await ledger.claim("second", tokens)) {
      expect(await ledger.markSent(claim, null)).toBe(true);
      calls.push(claim.command.id);
      await ledger.settle(claim, { state: "accepted", verifyInS: 60, evidence: null });
    }
    for (const { id } of await ledger.inFlight("second")) {
      await ledger.resolve(id, { ...readBack, state: calls.includes(id) ? "verified" : "failed" });
    }
    await ledger.reject(found.id, "zhao", null);
    return `${found.state} → ${(await ledger.find(found.id))?.state}`;
  }
});

/** A database whose process is gone from the statement of that number on. @param isDone that one is still carried out */
function dying(database: CommandDatabase, killAt: number, isDone: boolean): CommandDatabase {
  let count = 0;
  return {
    async query(text, values) {
      const own = count;
      count += 1;
      if (own < killAt) return database.query(text, values);
      if (own === killAt && isDone) await database.query(text, values);
      throw new Error("the process is gone");
    },
  };
}
