import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { CommandDatabase } from "../../../adapters/commands/command-rows.ts";
import {
  type CommandLedger,
  type CommandLedgerOptions,
  createCommandLedger,
} from "../../../adapters/commands/ledger.ts";
import type { NewCommand } from "../../../adapters/commands/request-command.ts";
import { createWriteSwitches } from "../../../adapters/commands/write-switches.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { FENCE_SQL, takeLeases } from "../../../adapters/leases/lease-store.ts";
import { COLLECTOR_LEASES } from "../../../domain/collection/share-sites.ts";
import type { EngineUnderTest, OpenedEngine } from "../database/engines.ts";
import { addSites } from "../database/snapshots.ts";

const LONG_MS = 600_000;

export const order = (siteId: string, more: Partial<NewCommand> = {}): NewCommand => ({
  siteId,
  kind: "set_supply_temp",
  args: { temp_c: 35 },
  reason: "too warm",
  overrides: [],
  requestedBy: "li",
  idempotencyKey: null,
  expiresInS: 3_600,
  needsApproval: false,
  evidence: null,
  ...more,
});

export const ledgerOn = (database: CommandDatabase, more: Partial<CommandLedgerOptions> = {}): CommandLedger =>
  createCommandLedger({ database, fenceSql: FENCE_SQL, ...more });

/** Takes all leases of sites from whoever has them. */
export async function takeAll(database: Database, holder: string, ttlMs = LONG_MS): Promise<Map<string, number>> {
  await database.query("update lease set expires_at = clock_timestamp() where name = any($1::text[])", [
    COLLECTOR_LEASES,
  ]);
  const tokens = await takeLeases(database, COLLECTOR_LEASES, holder, ttlMs);
  expect(tokens.size).toBe(COLLECTOR_LEASES.length);
  return new Map(tokens);
}

/** A real database with as many sites as asked for, to which commands may be sent. To be called inside of `describe`. */
export function ledgerUnderTest({ isMissing, open }: EngineUnderTest, siteCount: number) {
  let opened: OpenedEngine;
  let sites: string[] = [];
  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    await opened.database.whenReady();
    sites = await addSites(opened.database, siteCount);
    const switches = createWriteSwitches(opened.database);
    const [first] = await switches.writesOf(sites.slice(0, 1));
    const profileId = first?.profileId ?? "";
    await switches.setWrites({ profileId, siteIds: "all", isEnabled: true, reason: "test", by: "admin" });
  }, 60_000);
  afterAll(() => opened?.dispose());
  // What another test has left open is over: claiming and reaping are for all sites at once.
  beforeEach(async () => {
    if (isMissing) return;
    await opened.database.query(
      "update command set state = 'failed', ended_at = clock_timestamp() where ended_at is null",
    );
  });
  const database = () => opened.database;

  return {
    database,
    ledger: (more: Partial<CommandLedgerOptions> = {}) => ledgerOn(opened.database, more),
    /** A site that no other test uses. */
    nextSite: () => sites.shift() ?? expect.fail("there are not enough sites"),
    /** Claims until it has the command of this site. */
    async claimOf(ledger: CommandLedger, siteId: string, holder: string, tokens: ReadonlyMap<string, number>) {
      const claims = await ledger.claim(holder, tokens, 1_000);
      return claims.find(({ command }) => command.siteId === siteId) ?? expect.fail(`nothing to claim at ${siteId}`);
    },
    /** Puts the times of a command into the past, as if somebody had left it alone. */
    age: (id: string, seconds: number) =>
      opened.database.query(
        `update command set claimed_at = claimed_at - $2 * interval '1 s', sent_at = sent_at - $2 * interval '1 s',
           verify_by = verify_by - $2 * interval '1 s' where id = $1::uuid and ended_at is null`,
        [id, seconds],
      ),
  };
}
