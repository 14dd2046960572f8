import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { createLeaseKeeper } from "../../../adapters/leases/lease-keeper.ts";
import { purgeRuns } from "../../../adapters/scheduler/run-history.ts";
import type { Job, JobDetail, JobState } from "../../../domain/jobs/job.ts";
import { type JobServices, startJobs } from "../../../job-services.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";

const PATIENCE = { timeout: 25_000, interval: 50 };

/** A job whose work is the given function; by the clock it never comes up during a test. */
function aJob(name: string, work: Job["run"], own: Partial<Job> = {}): Job {
  return {
    name,
    title: { "zh-CN": "测试", en: name },
    description: { "zh-CN": "测试", en: name },
    schedule: { every: "day", hour: 0, minute: 0 },
    runsAtStart: false,
    longestS: 600,
    retries: { limit: 2, delayS: 1 },
    note: () => null,
    run: work,
    ...own,
  };
}

describe.for(ENGINES)("jobs on $name", { timeout: 60_000 }, ({ name, isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let dataDir: string;
  const running: JobServices[] = [];
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    dataDir = mkdtempSync(join(tmpdir(), "antbox-jobs-"));
  }, 60_000);
  afterEach(async () => {
    for (const jobs of running.splice(0)) await jobs.stop();
  });
  afterAll(async () => {
    await opened?.dispose();
    if (dataDir) rmSync(dataDir, { recursive: true, force: true });
  });

  function start(holder: string, moreJobs: readonly Job[], log = recordedLog()): JobServices {
    const jobs = startJobs({
      database,
      journal: { purgeAcknowledged: () => 0 },
      dataDir,
      retention: { rawDays: null, fiveMinuteDays: null, hourDays: 400, dayDays: null },
      timeZone: "Asia/Dubai",
      holder,
      keeper: createLeaseKeeper({ database, holder, clock: createSystemClock(), log: log }),
      log,
      moreJobs,
      pace: { cronS: 1, pollS: 1, sweepS: 1 },
    });
    running.push(jobs);
    return jobs;
  }
  const stateOf = async (jobs: JobServices, job: string): Promise<JobState> => {
    const found = (await jobs.read()).items.find((item) => item.name === job);
    if (!found) throw new Error(`no job ${job}`);
    return found;
  };
  const active = (...all: JobServices[]) =>
    vi.waitFor(() => expect(all.filter((jobs) => jobs.isActive())).toHaveLength(1), PATIENCE);

  it("runs what comes at the start, and lists every job in both languages", async () => {
    const jobs = start("a", []);
    await vi.waitFor(async () => expect((await stateOf(jobs, "rollup")).lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    const { items, holder, timeZone } = await jobs.read();
    const names = [
      "rollup",
      "retention",
      "partitions",
      "backup",
      "maintain",
      "sort-days",
      "recordings",
      "recording-sweep",
      "reseal",
    ];
    expect(items.map((item) => item.name)).toEqual(names);
    expect([holder, timeZone]).toEqual(["a", "Asia/Dubai"]);
    for (const { title, description } of items) {
      expect(description.en).toMatch(/^[A-Z].*\.$/);
      expect(title["zh-CN"] + description["zh-CN"]).toMatch(/\p{Script=Han}/u);
    }
    const runsHere = items.filter(({ note }) => note === null).map((item) => item.name);
    const always = ["rollup", "retention"];
    const expected = {
      PGlite: [...always, "partitions", "backup", "maintain"],
      "plain PostgreSQL": [...always, "partitions", "sort-days"],
      TimescaleDB: [...always, "sort-days"],
    }[name];
    expect(runsHere).toEqual(expected);
    for (const { note, nextRunAt } of items) expect(nextRunAt === null).toBe(note !== null);
    await vi.waitFor(() => expect(jobs.stats().lastSuccess.map(({ job }) => job)).toContain("rollup"), PATIENCE);
  });

  it("runs all of its own jobs when they are ordered", async () => {
    const jobs = start("a", []);
    await active(jobs);
    const here = (await jobs.read()).items.filter(({ note }) => note === null).map((item) => item.name);
    for (const job of here) await jobs.order(job, "admin");
    for (const job of here) {
      await vi.waitFor(async () => {
        const [newest] = (await stateOf(jobs, job)).lastRuns;
        expect(newest).toMatchObject({ outcome: "ok", error: null });
      }, PATIENCE);
    }
  });

  it("runs an ordered job once, with who ordered it, what it says, and its duration", async () => {
    const ran: string[] = [];
    const work: Job["run"] = async ({ trigger }): Promise<JobDetail> => {
      ran.push(trigger);
      return { rows: 7 };
    };
    const job = aJob("once", work);
    const [one, two] = [start("a", [job]), start("b", [job])];
    await active(one, two);
    expect(await two.order("once", "wang")).toBe("queued");
    expect(await one.order("once", "wang")).toBe("waiting");
    await vi.waitFor(async () => expect((await stateOf(one, "once")).lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    const { lastRuns } = await stateOf(two, "once");
    expect(lastRuns).toHaveLength(1);
    expect(lastRuns[0]).toMatchObject({ trigger: "manual", requestedBy: "wang", attempt: 1, detail: { rows: 7 } });
    expect(lastRuns[0]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(ran).toEqual(["manual"]);
  });

  it("shows a failure with its words, tries again, and counts both", async () => {
    let tries = 0;
    const job = aJob("shaky", async () => {
      tries += 1;
      if (tries === 1) throw new Error("the disk is \u0000 full \ud800");
      return {};
    });
    const log = recordedLog();
    const jobs = start("a", [job], log);
    await active(jobs);
    await jobs.order("shaky", "admin");
    await vi.waitFor(async () => expect((await stateOf(jobs, "shaky")).lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    const { lastRuns, lastFailure, failuresOfDay, lastSuccessAt } = await stateOf(jobs, "shaky");
    expect(lastRuns.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ["ok", 2],
      ["failed", 1],
    ]);
    expect(lastFailure).toMatchObject({ error: "the disk is � full �", attempts: 3 });
    expect([failuresOfDay, lastSuccessAt !== null]).toEqual([1, true]);
    expect(log.texts("error")).toContain("a job failed");
    const runs = jobs.stats().runs.filter((run) => run.job === "shaky");
    expect(runs.map(({ outcome, count }) => [outcome, count])).toEqual([
      ["failed", 1],
      ["ok", 1],
    ]);
  });

  it("shows how far a long job is, and tells it to stop with the process", async () => {
    let isToEnd = false;
    let wasAborted = false;
    const job = aJob("long", async ({ signal, progress }) => {
      for (let step = 1; !isToEnd; step += 1) {
        progress(step, 1_000);
        if (signal.aborted) {
          wasAborted = true;
          throw new Error("stopped");
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return {};
    });
    const jobs = start("a", [job]);
    await active(jobs);
    await jobs.order("long", "admin");
    await vi.waitFor(async () => {
      const { isRunning, lastRuns } = await stateOf(jobs, "long");
      expect(isRunning).toBe(true);
      expect(lastRuns[0]?.progress).toMatchObject({ done: expect.any(Number), total: 1_000 });
    }, PATIENCE);
    await jobs.stop();
    expect(wasAborted).toBe(true);
    isToEnd = true;
    const next = start("b", [job]);
    await vi.waitFor(async () => expect((await stateOf(next, "long")).lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
  });

  it("finds a run whose end could not be noted, and runs it again", async () => {
    const jobs = start("a", [aJob("lost", async () => ({}))]);
    await active(jobs);
    await jobs.order("lost", "admin");
    const runs = async () => (await stateOf(jobs, "lost")).lastRuns.map(({ outcome }) => outcome);
    const noted = async () => database.query("select from pgboss.job where name = 'lost' and state = 'completed'");
    await vi.waitFor(async () => expect(await noted()).toHaveLength(1), PATIENCE);
    await database.query("update pgboss.job set state = 'active', completed_on = null where name = 'lost'");
    await vi.waitFor(async () => expect(await runs()).toEqual(["ok", "ok"]), PATIENCE);
  });

  it("makes up for a night in which no scheduler ran, once", async () => {
    const job = aJob("nightly", async () => ({}));
    const first = start("a", [job]);
    await active(first);
    await first.stop();
    await database.query("update pgboss.schedule set created_on = now() - interval '9 days' where name = 'nightly'");
    await database.query("update pgboss.version set cron_on = now() - interval '5 days'");
    const next = start("b", [job]);
    await vi.waitFor(async () => expect((await stateOf(next, "nightly")).lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    const { lastRuns } = await stateOf(next, "nightly");
    expect(lastRuns.map(({ trigger }) => trigger)).toEqual(["schedule"]);
  });

  it("finishes what lasts longer than a lease, also on the one session that the lease needs too", async () => {
    const ran: number[] = [];
    const job = aJob("hog", async ({ signal }) => {
      ran.push(1);
      await database.query("select pg_sleep(7)", [], { timeoutMs: 20_000 });
      return { wasAborted: signal.aborted };
    });
    const jobs = start("a", [job]);
    await active(jobs);
    await jobs.order("hog", "admin");
    await vi.waitFor(async () => expect((await stateOf(jobs, "hog")).lastRuns[0]?.outcome).toBe("ok"), PATIENCE);
    expect((await stateOf(jobs, "hog")).lastRuns.map(({ detail }) => detail)).toEqual([{ wasAborted: false }]);
    const done = () => database.query("select from pgboss.job where name = 'hog' and state = 'completed'");
    await vi.waitFor(async () => expect(await done()).toHaveLength(1), PATIENCE);
    expect(ran).toHaveLength(1);
  });

  it("leaves what others have in a transaction alone when the queue has an error", async () => {
    const table = "create table if not exists shared_session (n int)";
    await database.query(table);
    const jobs = start("a", []);
    await active(jobs);
    const broken = Array.from({ length: 20 }, () =>
      database.script("begin; select 1 / 0; commit").catch(() => "refused"),
    );
    const good = Array.from({ length: 20 }, (_, n) =>
      database.transaction([
        { text: "insert into shared_session values ($1)", values: [n] },
        { text: "select pg_sleep(0.01)" },
      ]),
    );
    expect(new Set(await Promise.all(broken))).toEqual(new Set(["refused"]));
    await Promise.all(good);
    expect(await database.query("select count(*)::int as n from shared_session")).toEqual([{ n: 20 }]);
    expect(await database.script("begin; insert into shared_session values (99)")).toEqual([]);
    expect(await database.query("select count(*)::int as n from shared_session")).toEqual([{ n: 20 }]);
  });

  it("refuses a job that does not exist, or has nothing to do here", async () => {
    const jobs = start("a", [aJob("idle", async () => ({}), { note: () => ({ "zh-CN": "无", en: "not here" }) })]);
    await expect(jobs.order("nonsense", "admin")).rejects.toMatchObject({ code: "job.not-found" });
    await expect(jobs.order("idle", "admin")).rejects.toMatchObject({ code: "job.not-here" });
  });

  it("forgets old runs, but never the newest of a job", async () => {
    const insert = `insert into job_run (job, trigger, attempt, attempts, started_at, ended_at, outcome, holder, token)
      select 'old', 'schedule', 1, 1, now() - n * interval '1 day', now() - n * interval '1 day', 'ok', 'x', 0
      from generate_series(40, 70) n`;
    await database.query(insert);
    expect(await purgeRuns(database, 30)).toBe(11);
    expect(await purgeRuns(database, 30)).toBe(0);
    expect(await database.query("select count(*)::int as n from job_run where job = 'old'")).toEqual([{ n: 20 }]);
  });
});
