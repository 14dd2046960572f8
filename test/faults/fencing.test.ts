import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createFreshDatabase, type FreshDatabase } from "../services/fresh-database.ts";
import { LOSSES, runFencingTrials } from "./fencing-trials.ts";

/** Twice each way; 100 trials, with figures, in bench/faults.ts. */
const TRIALS = 2 * LOSSES.length;

describe.skipIf(inject("databaseUrl") === null)("a leader that was stopped, or cut off from the database", () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await createFreshDatabase(inject("databaseUrl") ?? "", { timescale: false });
  });
  afterAll(() => database?.drop());

  test(`acts no more, ${TRIALS} times of ${TRIALS}; without the fence it would`, { timeout: 120_000 }, async () => {
    const { takenOver, fencedEffects, staleNaive, staleFenced } = await runFencingTrials(database.url, TRIALS);
    expect(takenOver).toBe(TRIALS);
    expect(fencedEffects).toBeGreaterThan(TRIALS);
    // The fault bites: a process that only believes acts after its time.
    expect(staleNaive).toBeGreaterThan(0);
    expect(staleFenced).toBe(0);
  });
});
