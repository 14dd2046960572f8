import type { TestProject } from "vitest/node";
import { forgetWatchedCalls, reportWatchedCalls } from "./api-contract/figures.ts";
import { findPostgres, startPostgres } from "./postgres-server.ts";
import { findRedis, startRedis } from "./redis-server.ts";
import { useOwnTempFolder } from "./temp-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `postgres://…` without a database name, for `createFreshDatabase`; null where PostgreSQL is not installed. */
    databaseUrl: string | null;
    /** `redis://…`; null where Redis is not installed. One server for all files: use a key prefix or a database number. */
    redisUrl: string | null;
  }
}

/** One started service, or why there is none. */
type Service = { readonly url: string | null; stop(): Promise<void> };

/**
 * Starts one PostgreSQL with TimescaleDB and one Redis for the whole run, or takes those named by TEST_DATABASE_URL (a
 * superuser, no database name) and TEST_REDIS_URL. What is not installed is `null`, with a line that says which suites
 * are skipped; with CI=true it is an error. What tests leave in the temp folder goes at the end.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isCi = process.env["CI"] === "true";
  forgetWatchedCalls();
  const removeTempFolder = useOwnTempFolder();
  if (!process.env["TEST_TIMESCALE_FULL_URL"])
    process.stderr.write(
      "\nTimescaleDB full edition: no server given (TEST_TIMESCALE_FULL_URL), not among the engines\n",
    );
  const [database, redis] = await Promise.all([
    provideService({
      given: process.env["TEST_DATABASE_URL"],
      isInstalled: findPostgres() !== null,
      start: () => startPostgres(),
      otherwise:
        "PostgreSQL + TimescaleDB are not installed: suites on a real server (database, writer, e2e) are skipped",
      isCi,
    }),
    provideService({
      given: process.env["TEST_REDIS_URL"],
      isInstalled: findRedis() !== null,
      start: startRedis,
      otherwise: "redis-server is not installed: suites on a real Redis (live state) are skipped",
      isCi,
    }),
  ]);
  project.provide("databaseUrl", database.url);
  project.provide("redisUrl", redis.url);
  return async () => {
    await Promise.all([database.stop(), redis.stop()]);
    removeTempFolder();
    const watched = reportWatchedCalls();
    if (watched !== null) process.stdout.write(`\n${watched}\n`);
  };
}

async function provideService(wanted: {
  given: string | undefined;
  isInstalled: boolean;
  start: () => Promise<{ url: string; dispose(): Promise<void> }>;
  otherwise: string;
  isCi: boolean;
}): Promise<Service> {
  const nothingToStop = async () => undefined;
  if (wanted.given) return { url: wanted.given.replace(/\/+$/, ""), stop: nothingToStop };
  if (!wanted.isInstalled) {
    if (wanted.isCi)
      throw new Error(`${wanted.otherwise}; CI=true allows no skipped suite: run scripts/services/install.sh`);
    process.stderr.write(`\n${wanted.otherwise} (as root on Debian: scripts/services/install.sh)\n\n`);
    return { url: null, stop: nothingToStop };
  }
  const server = await wanted.start();
  return { url: server.url, stop: () => server.dispose() };
}
