import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import type { JobState } from "../../../domain/jobs/job.ts";
import { type JobServices, startJobs } from "../../../job-services.ts";
import { createFreshDatabase, type FreshDatabase } from "../../services/fresh-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { serverUrl } from "../database/engines.ts";

const PATIENCE = { timeout: 30_000, interval: 50 };
const TAKEN_OVER_WITHIN_MS = 10_000;
const SCRIPT = fileURLToPath(new URL("./scheduler-process.ts", import.meta.url));

/** Two real processes on one PostgreSQL; one of them is killed, stopped, restarted. */
describe.skipIf(inject("databaseUrl") === null)("two schedulers", { timeout: 90_000 }, () => {
  let fresh: FreshDatabase;
  let database: Database;
  let onlooker: JobServices;
  const folder = mkdtempSync(join(tmpdir(), "antbox-takeover-"));
  const children = new Map<string, ChildProcess>();

  beforeAll(async () => {
    fresh = await createFreshDatabase(serverUrl(), { timescale: false });
    database = await openDatabase({ url: fresh.url, dataDir: "", log: recordedLog() });
    await database.query("create table work_log (id int generated always as identity, who text, what text)");
    onlooker = startJobs({
      database,
      journal: { purgeAcknowledged: () => 0 },
      dataDir: folder,
      retention: { rawDays: null, fiveMinuteDays: null, hourDays: 400, dayDays: null },
      timeZone: "UTC",
      holder: "onlooker",
      keeper: null,
      log: recordedLog(),
      moreJobs: [
        {
          name: "slow",
          title: { "zh-CN": "慢", en: "Slow" },
          description: { "zh-CN": "慢", en: "Slow" },
          schedule: { every: "day", hour: 0, minute: 0 },
          runsAtStart: false,
          longestS: 600,
          retries: { limit: 3, delayS: 1 },
          note: () => null,
          run: () => Promise.reject(new Error("an onlooker runs nothing")),
        },
      ],
    });
  }, 60_000);
  afterEach(async () => {
    for (const name of [...children.keys()]) await end(name, "SIGKILL");
    await database.query("truncate work_log");
    await database.query("update lease set expires_at = '-infinity' where name = 'scheduler'");
    await database.query("delete from pgboss.job where name = 'slow'");
    await database.query("delete from job_run");
  });
  afterAll(async () => {
    await onlooker?.stop();
    await database?.close();
    await fresh?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(name: string): Promise<void> {
    const child = spawn(process.execPath, [SCRIPT, fresh.url, name, join(folder, name)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.set(name, child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
    });
  }
  async function end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = children.get(name);
    children.delete(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await exited;
  }
  const holder = async (): Promise<string | null> => (await onlooker.read()).holder;
  const slow = async (): Promise<JobState | undefined> =>
    (await onlooker.read()).items.find(({ name }) => name === "slow");
  const isHeldBy = (name: string) => vi.waitFor(async () => expect(await holder()).toBe(name), PATIENCE);
  /** Only the holder has started, and with that its queues are there. */
  const runs = () => vi.waitFor(() => onlooker.order("slow", "admin"), PATIENCE);
  const worked = async () =>
    (await database.query("select who, what from work_log order by id")).map(({ who, what }) => `${who} ${what}`);

  test("one is active; when it is killed, the other goes on within 10 s, also with the job that was cut off", async () => {
    await start("first");
    await isHeldBy("first");
    await start("second");
    await runs();
    await vi.waitFor(async () => expect((await slow())?.isRunning).toBe(true), PATIENCE);
    await sleep(1_500);
    expect(await holder()).toBe("first");
    expect(await worked()).toEqual(["first begin"]);

    const killedMs = performance.now();
    await end("first", "SIGKILL");
    await isHeldBy("second");
    expect(performance.now() - killedMs).toBeLessThan(TAKEN_OVER_WITHIN_MS);
    await vi.waitFor(async () => expect((await slow())?.lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    expect(await worked()).toEqual(["first begin", "second begin", "second end"]);
    const { lastRuns } = (await slow()) ?? { lastRuns: [] };
    expect(lastRuns.map((run) => [run.holder, run.outcome, run.attempt])).toEqual([
      ["second", "ok", 2],
      ["first", "interrupted", 1],
    ]);
  });

  test("one that was stopped for a while finds itself replaced, and does nothing more", async () => {
    await start("first");
    await isHeldBy("first");
    await runs();
    await vi.waitFor(async () => expect((await slow())?.isRunning).toBe(true), PATIENCE);
    await start("second");
    children.get("first")?.kill("SIGSTOP");
    await isHeldBy("second");
    await vi.waitFor(async () => expect((await slow())?.lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    children.get("first")?.kill("SIGCONT");
    await sleep(3_000);
    expect(await worked()).toEqual(["first begin", "second begin", "second end"]);
    expect((await slow())?.lastRuns.map((run) => [run.holder, run.outcome])).toEqual([
      ["second", "ok"],
      ["first", "interrupted"],
    ]);
    expect(await holder()).toBe("second");
  });

  test("one that is restarted in the middle of a job runs it again", async () => {
    await start("first");
    await isHeldBy("first");
    await runs();
    await vi.waitFor(async () => expect((await slow())?.isRunning).toBe(true), PATIENCE);
    await end("first", "SIGTERM");
    expect(await holder()).toBe(null);
    await start("again");
    await vi.waitFor(async () => expect((await slow())?.lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    expect(await worked()).toEqual(["first begin", "again begin", "again end"]);
  });
});
