import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { createLeaseKeeper } from "../../../adapters/leases/lease-keeper.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { startJobs } from "../../../job-services.ts";
import { recordedLog } from "../../services/recorded-log.ts";

/**
 * A process that wants to run jobs, for tests that kill it: `node scheduler-process.ts <url> <name> <dataDir>`. It has one
 * more job, `slow`, which writes what it does into the table `work_log`.
 */
const [url = "", name = "", dataDir = ""] = process.argv.slice(2);
const log = recordedLog();
const database = await openDatabase({ url, dataDir, log });
await database.whenReady();

const slow: Job = {
  name: "slow",
  title: { "zh-CN": "慢", en: "Slow" },
  description: { "zh-CN": "慢", en: "Slow" },
  schedule: { every: "day", hour: 0, minute: 0 },
  runsAtStart: false,
  longestS: 600,
  retries: { limit: 3, delayS: 1 },
  note: () => null,
  async run({ signal, progress }) {
    const note = (what: string) => database.query("insert into work_log (who, what) values ($1, $2)", [name, what]);
    await note("begin");
    const [row] = await database.query("select count(*)::int as n from work_log where what = 'begin'");
    // The first try never ends by itself: it is there to be killed.
    for (let step = 1; Number(row?.["n"]) === 1; step += 1) {
      progress(step, null);
      if (signal.aborted) throw new Error("aborted");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await note("end");
    return { by: name };
  },
};

const jobs = startJobs({
  database,
  journal: { purgeAcknowledged: () => 0 },
  dataDir,
  retention: { rawDays: null, fiveMinuteDays: null, hourDays: 400, dayDays: null },
  timeZone: "UTC",
  holder: name,
  keeper: createLeaseKeeper({ database, holder: name, clock: createSystemClock(), log: log }),
  log,
  moreJobs: [slow],
  pace: { cronS: 1, pollS: 1, sweepS: 1 },
});

process.on("SIGTERM", () => {
  void jobs
    .stop()
    .then(() => database.close())
    .then(() => process.exit(0));
});
process.stdout.write("up\n");
