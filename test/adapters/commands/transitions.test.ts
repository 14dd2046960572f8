import { describe, expect, test, vi } from "vitest";
import type { CommandLedger } from "../../../adapters/commands/ledger.ts";
import type { CommandClaim } from "../../../adapters/commands/send-command.ts";
import { COMMAND_STATES, type CommandState } from "../../../domain/commands/command.ts";
import { COMMAND_TRANSITIONS, type CommandMover } from "../../../domain/commands/state-machine.ts";
import { ENGINES } from "../database/engines.ts";
import { ledgerUnderTest, order, takeAll } from "./ledger-under-test.ts";

vi.setConfig({ testTimeout: 120_000 });

type Doing = { readonly name: string; readonly by: readonly CommandMover[]; readonly to?: CommandState; run: Run };
type Run = (ledger: CommandLedger, claim: CommandClaim, tokens: ReadonlyMap<string, number>) => Promise<unknown>;

const evidence = null;
const resolve =
  (state: "verified" | "no_effect" | "failed", by: string): Run =>
  (ledger, { command }) =>
    ledger.resolve(command.id, { state, by, reason: null, effectAfterS: null, evidence });

/** Everything that changes a command, and who does it. */
const DOINGS: readonly Doing[] = [
  { name: "approve", by: ["approver"], run: (ledger, { command }) => ledger.approve(command.id, "wang", evidence) },
  { name: "reject", by: ["approver"], run: (ledger, { command }) => ledger.reject(command.id, "wang", null) },
  {
    name: "cancel",
    by: ["person", "batch"],
    run: (ledger, { command }) => ledger.cancel(command.id, "li", { reason: null, note: null }),
  },
  { name: "claim", by: ["claimer"], run: (ledger, { holder }, tokens) => ledger.claim(holder, tokens) },
  { name: "markSent", by: ["claimer"], run: (ledger, claim) => ledger.markSent(claim, evidence) },
  { name: "release", by: ["claimer"], run: (ledger, claim) => ledger.release(claim) },
  {
    name: "settle accepted",
    by: ["answer"],
    run: (ledger, claim) => ledger.settle(claim, { state: "accepted", verifyInS: 60, evidence }),
  },
  ...(["failed", "unknown"] as const).map((state) => ({
    name: `settle ${state}`,
    by: ["answer", "claimer"] as const,
    run: ((ledger, claim) => ledger.settle(claim, { state, reason: "x", evidence })) satisfies Run,
  })),
  ...(["verified", "no_effect", "failed"] as const).map((state) => ({
    name: `resolve ${state}`,
    by: ["read-back", "person"] as const,
    run: resolve(state, "system"),
  })),
  { name: "reap", by: ["reaper"], run: (ledger) => ledger.reap() },
];

/** A command in some state, claimed by `a`; `isOverdue`: all its times are over. */
const PUT = `
  insert into command (site_id, kind, args, requested_by, expires_in_s, state, expires_at, claimed_by, token, claimed_at,
    sent_at, verify_by, ended_at)
  select s.id, 'reset_alarm', '{}', 'li', 60, $2::text, clock_timestamp() + $3::float8 * interval '1 s',
    case when $2 = any($4::text[]) then 'a' end, case when $2 = any($4) then l.token end,
    case when $2 = any($4) then clock_timestamp() + ($3::float8 - 60) * interval '1 s' end,
    case when $2 = any($5::text[]) then clock_timestamp() + ($3::float8 - 60) * interval '1 s' end,
    case when $2 in ('accepted', 'no_effect') then clock_timestamp() + $3::float8 * interval '1 s' end,
    case when $2 in ('verified', 'no_effect', 'failed', 'expired', 'cancelled') then clock_timestamp() end
  from site s join lease l on l.name = s.lease_name where s.code = $1::text
  returning id::text as id, (select lease_name from site where code = $1) as lease`;
const SENT = ["sent", "accepted", "unknown", "verified", "no_effect"];
const CLAIMED = ["claimed", ...SENT];

describe.for(ENGINES)("changes of a command on $name", (engine) => {
  const it = test.skipIf(engine.isMissing);
  const { database, ledger: open, nextSite } = ledgerUnderTest(engine, COMMAND_STATES.length * DOINGS.length * 2 + 2);

  it("are those of the table of transitions, and no others, whatever somebody tries", async () => {
    const ledger = open();
    const tokens = await takeAll(database(), "a");
    const seen = new Set<string>();
    const attempt = async (from: CommandState, secondsLeft: number, { by, run }: Doing) => {
      const [row] = await database().query(PUT, [nextSite(), from, secondsLeft, CLAIMED, SENT]);
      const command = (await ledger.find(String(row?.["id"]))) ?? expect.fail("was not put");
      const lease = String(row?.["lease"]);
      const claim = { command, holder: "a", lease, token: tokens.get(lease) ?? 0 };
      const before = await ledger.eventsOf(command.id);
      await run(ledger, claim, tokens);
      const after = await ledger.find(command.id);
      const events = (await ledger.eventsOf(command.id)).slice(before.length);
      if (after && after.state !== from) {
        for (const mover of by) seen.add(`${from} → ${after.state} by ${mover}`);
        expect(events.map(({ state }) => state)).toEqual([after.state]);
      } else expect(events.filter(({ reason }) => reason !== "late-answer")).toEqual([]);
      await database().query(
        "update command set state = 'failed', ended_at = clock_timestamp() where ended_at is null",
      );
    };
    for (const from of COMMAND_STATES) {
      for (const doing of DOINGS) {
        for (const secondsLeft of [50, -3_600]) await attempt(from, secondsLeft, doing);
      }
    }
    for (const needsApproval of [true, false]) {
      const { command } = await ledger.request(order(nextSite(), { needsApproval }));
      seen.add(`null → ${command.state} by api`);
    }
    const wanted = COMMAND_TRANSITIONS.flatMap(({ from, to, by }) => by.map((mover) => `${from} → ${to} by ${mover}`));
    const pairs = (all: Iterable<string>) => [...new Set([...all].map((each) => each.replace(/ by .*/, "")))].sort();
    expect(pairs(seen)).toEqual(pairs(wanted));
    // Whoever may make a change by the table can make it here.
    expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
  });
});
