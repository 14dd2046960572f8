import type { ApiContext } from "./context.ts";

/** Anybody may ask `/readyz`, so the database is asked at most once in this time, whoever asks. */
const PING_LIFE_MS = 1000;
const FULL_SHARE = 0.9;

type Ping = { readonly atMs: number; readonly answer: Promise<boolean> };
const pings = new WeakMap<object, Ping>();

/**
 * Why this process should get no requests now; empty when it should. It steers traffic only: a collector that is not
 * ready because the database is away goes on collecting into its journal.
 *
 * @param nowMs milliseconds since the Unix epoch
 */
export async function readinessOf(context: ApiContext, nowMs: number): Promise<string[]> {
  const { migrationsDone, flowsStarted, isShuttingDown } = context.lifecycle();
  if (isShuttingDown) return ["shutting down"];
  const reasons: string[] = [];
  if (!migrationsDone) reasons.push("database schema not up to date");
  if (!flowsStarted) reasons.push("flows not started");
  const { isWritable, bytes, capBytes } = context.journal.stats();
  if (!isWritable) reasons.push("journal not writable");
  if (bytes >= capBytes * FULL_SHARE) reasons.push(`journal ${Math.round((bytes / capBytes) * 100)} % full`);
  if (!(await isReachable(context, nowMs))) reasons.push("database not reachable");
  return reasons;
}

function isReachable({ database }: ApiContext, nowMs: number): Promise<boolean> {
  const known = pings.get(database);
  if (known && nowMs - known.atMs < PING_LIFE_MS) return known.answer;
  const answer = database.isReachable().catch(() => false);
  pings.set(database, { atMs: nowMs, answer });
  return answer;
}
