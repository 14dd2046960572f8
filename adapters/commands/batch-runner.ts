import { nextWave } from "../../domain/commands/bulk-plan.ts";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { batchKey, type CommandBatch, type CommandBatches } from "./command-batches.ts";
import { SYSTEM } from "./command-rows.ts";
import type { CommandLedger } from "./ledger.ts";
import { lookForWork } from "./look-for-work.ts";

export type BatchRunnerOptions = {
  readonly batches: CommandBatches;
  readonly ledger: Pick<CommandLedger, "request">;
  /** True in the one process that goes on with batches. Two at once make no command twice. */
  readonly isActive: () => boolean;
  /** Tells while there are batches that run, or commands that are not over. */
  readonly work: WorkSignal;
  readonly log: Log;
};

/**
 * Goes on with the batches that are running: starts a wave when the one before is verified, and stops at the first failure.
 * All it knows is in the database, so whoever looks next goes on where another was killed.
 */
export interface BatchRunner {
  /** Looks now. @throws {Error} while the database is away */
  look(): Promise<void>;
  stop(): Promise<void>;
}

const COMPLAIN_EVERY_MS = 60_000;

export function startBatchRunner(options: BatchRunnerOptions): BatchRunner {
  const { batches, ledger, isActive, work, log } = options;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, () => performance.now());

  async function goOn(batch: CommandBatch): Promise<void> {
    const step = nextWave(batch, await batches.progressOf(batch));
    switch (step.act) {
      case "wait":
        return;
      case "done":
        await batches.finish(batch.id);
        return;
      case "stop":
        await batches.stop(batch.id, SYSTEM, step.because);
        return;
      case "start":
        for (const siteId of step.siteIds) if (!(await orderAt(batch, siteId))) return;
    }
  }

  /** Interlocks judge it when it is sent, like any other. @returns whether the batch goes on */
  async function orderAt(batch: CommandBatch, siteId: string): Promise<boolean> {
    const { id, kind, args, reason, requestedBy, expiresInS } = batch;
    try {
      await ledger.request({
        siteId,
        kind,
        args,
        reason,
        overrides: [],
        requestedBy,
        idempotencyKey: batchKey(id, siteId),
        expiresInS,
        needsApproval: false,
        batchId: id,
        evidence: { batch: id },
      });
      return true;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "site.not-found") throw error;
      // It has ended meanwhile, or the site has gone: then nobody can say how it would have come out.
      await batches.stop(id, SYSTEM, [{ siteId, why: "failed" }]);
      return false;
    }
  }

  async function look(): Promise<void> {
    for (const batch of await batches.running()) await goOn(batch);
    // Also what another process was about to take back when it was killed.
    await batches.takeBack();
  }

  const lookIfActive = async (): Promise<void> => {
    if (isActive()) await look();
  };
  const { stop } = lookForWork(work, lookIfActive, (error) => {
    if (mayComplain()) log.warn({ reason: String(error) }, "orders for several sites do not go on: trying again");
  });
  return { look, stop };
}
