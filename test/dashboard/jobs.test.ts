// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useText } from "../../dashboard/composables/use-text.ts";
import JobBoard from "../../dashboard/ui-jobs/JobBoard.vue";
import type { Role } from "../../domain/access/session-user.ts";
import { fakeUser } from "../e2e/harness/fake-admin.ts";
import { fakeJobs } from "../e2e/harness/fake-jobs.ts";
import { answersFor, FakeSocket } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const { setLocale } = useText();
let widget: VueWrapper | undefined;
let routes: Record<string, unknown>;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.spyOn(performance, "now").mockImplementation(() => Date.now() - START);
  vi.stubGlobal("WebSocket", FakeSocket);
  routes = {
    "/api/v1/jobs": fakeJobs(START),
    "/api/v1/jobs/rollup/run": { state: "queued" },
    "/api/v1/auth/refresh": { expiresIn: 600, user: fakeUser("root", "admin") },
  };
  const answers = answersFor(routes);
  asked = answers.asked;
  vi.stubGlobal("fetch", answers.fetch);
  setLocale("en");
});
afterEach(async () => {
  widget?.unmount();
  await vi.advanceTimersByTimeAsync(6000);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.resetModules();
  document.body.replaceChildren();
});

/** With a role: as the shell learns it. */
async function show(role: Role): Promise<VueWrapper> {
  routes["/api/v1/auth/refresh"] = { expiresIn: 600, user: fakeUser("root", role) };
  vi.resetModules();
  const { keepSession } = await import("../../dashboard/composables/use-session.ts");
  const { default: Fresh } = await import("../../dashboard/ui-jobs/JobBoard.vue");
  keepSession();
  await flushPromises();
  const wrapper = mount(Fresh, { attachTo: document.body });
  widget = wrapper;
  await flushPromises();
  return wrapper;
}
const card = (page: VueWrapper, name: string) => page.get(`[aria-labelledby="job-${name}"]`);

test("shows every job with its state in words and as a shape", async () => {
  const page = await show("operator");
  const states = page.findAll(".abx-job__state").map((state) => state.text());
  expect(states).toEqual([
    "Succeeded",
    "Failed",
    "Not needed here",
    expect.stringMatching(/^Running\s*12 of 64$/),
    "Has not run yet",
  ]);
  const shapes = page.findAll(".abx-job__state svg").map((mark) => mark.classes().at(-1));
  expect(shapes).toEqual(["is-ok", "is-failed", "is-none", "is-running", "is-none"]);
  expect(card(page, "rollup").text()).toMatch(/every minute.*in 41 s.*19 s ago.*412 ms/s);
  expect(card(page, "retention").text()).toContain("daily at 02:17 (Asia/Dubai)");
  expect(card(page, "retention").get("pre").text()).toContain("canceling statement due to lock timeout");
  expect(card(page, "retention").text()).toContain("It is tried again by itself.");
  expect(card(page, "backup").findAll("tbody tr")[0]?.text()).toContain("wang.fang");
  expect(page.text()).toContain("Run by mine-a-4711-5c0ffee1");
  expect(page.findAll("button")).toHaveLength(0);
});

test("ages while it waits, and says when it could not be read again", async () => {
  const page = await show("operator");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(page.text()).toContain("Read 1 s ago");
  expect(card(page, "rollup").text()).toContain("in 40 s");
  delete routes["/api/v1/jobs"];
  await vi.advanceTimersByTimeAsync(3_000);
  expect(page.get('[role="alert"]').text()).toContain("What is shown is old");
  expect(page.findAll(".abx-job.abx-hatched")).toHaveLength(5);
});

test("asks an administrator before it runs a job", async () => {
  const page = await show("admin");
  const buttons = () => card(page, "rollup").findAll("button");
  expect(card(page, "partitions").find("button").exists()).toBe(false);
  expect(card(page, "backup").get("button").attributes("disabled")).toBeDefined();
  await buttons()[0]?.trigger("click");
  expect(card(page, "rollup").text()).toContain("Run “Roll-up” now?");
  await buttons()[1]?.trigger("click");
  expect(asked).not.toContain("/api/v1/jobs/rollup/run");
  await buttons()[0]?.trigger("click");
  await buttons()[0]?.trigger("click");
  await flushPromises();
  expect(asked).toContain("/api/v1/jobs/rollup/run");
  expect(card(page, "rollup").get('[role="status"]').text()).toBe("Ordered; it starts within seconds.");
});

test("says that nobody runs jobs", async () => {
  routes["/api/v1/jobs"] = { ...fakeJobs(START), holder: null };
  const page = await show("operator");
  expect(page.get('[role="alert"]').text()).toContain("No process runs jobs");
});

test("speaks Chinese", async () => {
  const page = mount(JobBoard, { attachTo: document.body });
  widget = page;
  setLocale("zh-CN");
  await flushPromises();
  expect(page.text()).toContain("平台后台任务");
  expect(page.text()).toContain("每分钟");
  expect(page.text()).toContain("分区准备");
});
