import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createSystemClock } from "../../adapters/controller/system-clock.ts";
import { createLeaseKeeper } from "../../adapters/leases/lease-keeper.ts";
import { type JobServices, startJobs } from "../../job-services.ts";
import { recordedLog } from "../services/recorded-log.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { openTestDatabase } from "./test-database.ts";

/** The real board on a real scheduler, over HTTP. */
let api: ApiUnderTest;
let jobs: JobServices;
let dispose: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  dispose = opened.dispose;
  const { database } = opened;
  jobs = startJobs({
    database,
    journal: { purgeAcknowledged: () => 0 },
    dataDir: "",
    retention: { rawDays: null, fiveMinuteDays: null, hourDays: 400, dayDays: null },
    timeZone: "Asia/Dubai",
    holder: "host-1-abc",
    keeper: createLeaseKeeper({ database, holder: "host-1-abc", clock: createSystemClock(), log: recordedLog() }),
    log: recordedLog(),
    pace: { cronS: 1, pollS: 1, sweepS: 1 },
  });
  api = await startApi({ sites: [aSite(1)], jobs });
  await vi.waitFor(() => expect(jobs.isActive()).toBe(true), { timeout: 20_000 });
}, 60_000);
afterAll(async () => {
  await api?.close();
  await jobs?.stop();
  await dispose?.();
});

type List = { items: { name: string; lastRuns: { requestedBy: string | null; outcome: string | null }[] }[] };
const runsOf = async (name: string) => {
  const { json } = await api.call("/api/v1/jobs", { role: "operator" });
  return (json as List).items.find((job) => job.name === name)?.lastRuns ?? [];
};

test("a run that is ordered over HTTP is run, and seen with the name of who ordered it", {
  timeout: 40_000,
}, async () => {
  const { status, json } = await api.call("/api/v1/jobs/retention/run", { method: "POST", role: "admin" });
  expect([status, json]).toEqual([200, { state: "queued" }]);
  await vi.waitFor(
    async () => expect((await runsOf("retention"))[0]).toMatchObject({ requestedBy: "admin", outcome: "ok" }),
    { timeout: 20_000, interval: 100 },
  );
  const { text } = await api.call("/metrics", { role: "operator" });
  expect(text).toContain('antbox_job_runs_total{job="retention",outcome="ok"} 1');
  expect(text).toMatch(/antbox_job_last_success_timestamp\{job="retention"\} \d{10}/);
});

test("an order for a job that there is not is refused with the names that there are", async () => {
  const { status, json } = await api.call("/api/v1/jobs/nonsense/run", { method: "POST", role: "admin" });
  expect(status).toBe(404);
  expect(json).toMatchObject({ code: "job.not-found", detail: expect.stringContaining("rollup, retention") });
});

test("an order for a job that has nothing to do on this database is refused with the reason", async () => {
  const list = (await api.call("/api/v1/jobs", { role: "operator" })).json as {
    items: { name: string; note: { en: string } | null }[];
  };
  for (const { name, note } of list.items.filter((job) => job.note !== null)) {
    const { status, json } = await api.call(`/api/v1/jobs/${name}/run`, { method: "POST", role: "admin" });
    expect([status, json]).toEqual([409, expect.objectContaining({ code: "job.not-here", detail: note?.en })]);
  }
});
