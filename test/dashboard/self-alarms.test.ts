// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import SelfAlarms from "../../dashboard/components/SelfAlarms.vue";
import StatusBanners from "../../dashboard/components/StatusBanners.vue";
import { useText } from "../../dashboard/composables/use-text.ts";
import { PLATFORM_RULES } from "../../domain/alarms/self-watch/index.ts";

const NOW = Date.parse("2026-11-25T08:00:00Z");
const LAG = { ruleId: "platform-write-lag", priority: "high", since: "2026-11-25T07:40:00.000Z" } as const;
const FULL = { ruleId: "platform-journal-filling", priority: "critical", since: "2026-11-25T07:50:00.000Z" } as const;
const { setLocale } = useText();
let widget: VueWrapper | undefined;
afterEach(() => {
  widget?.unmount();
  sessionStorage.clear();
  setLocale("en");
});

function show(alarms: readonly (typeof LAG | typeof FULL | { ruleId: string; priority: "medium"; since: string })[]) {
  const wrapper = mount(SelfAlarms, { props: { alarms, nowMs: NOW }, attachTo: document.body });
  widget = wrapper;
  return wrapper;
}

test.for([
  { locale: "en", title: /^Platform: The database is behind, since \d\d:40:00\./, action: "Does the database run" },
  { locale: "zh-CN", title: /^平台自身报警：数据库写入延迟，自 \d\d:40:00 起。/, action: "检查数据库是否运行" },
] as const)("says what is wrong, since when and what to do, in $locale", ({ locale, title, action }) => {
  setLocale(locale);
  const banner = show([LAG]).get('[role="status"]');
  expect(banner.get("strong").text()).toMatch(title);
  expect(banner.text()).toContain(action);
});

test("one that is critical stands first and cannot be hidden; another can, until it begins anew", async () => {
  const banners = show([LAG, FULL]);
  expect(banners.findAll("strong").map((title) => title.text())[0]).toContain("journal");
  expect(banners.get('[role="alert"]').find("button").exists()).toBe(false);
  await banners.get('[role="status"] button').trigger("click");
  expect(banners.find('[role="status"]').exists()).toBe(false);
  expect(banners.find('[role="alert"]').exists()).toBe(true);
  banners.unmount();
  expect(show([LAG, FULL]).find('[role="status"]').exists()).toBe(false);
  await widget?.setProps({ alarms: [{ ...LAG, since: "2026-11-25T07:59:00.000Z" }] });
  expect(widget?.find('[role="status"]').exists()).toBe(true);
});

test("one that was hidden shows again when it has become critical", async () => {
  const banners = show([LAG]);
  await banners.get("button").trigger("click");
  expect(banners.text()).toBe("");
  await banners.setProps({ alarms: [{ ...LAG, priority: "critical" }] });
  expect(banners.find('[role="alert"]').exists()).toBe(true);
});

test("many take two lines and the rest one; a rule that the page does not know yet keeps its id", () => {
  const all = PLATFORM_RULES.map(({ facts: { id } }) => ({
    ruleId: id,
    priority: "medium" as const,
    since: LAG.since,
  }));
  const banners = show([...all, { ruleId: "platform-new", priority: "medium", since: LAG.since }]);
  expect(banners.findAll(".abx-self")).toHaveLength(3);
  expect(banners.text()).toContain("Also wrong with the platform: ");
  expect(banners.text()).toContain("platform-new");
});

test("a blind screen does not know what is wrong with the platform", async () => {
  const props = { state: "blind", sinceMs: NOW, nowMs: NOW, isEvaluation: false, selfAlarms: [LAG] } as const;
  const banners = mount(StatusBanners, { props });
  widget = banners;
  await flushPromises();
  expect(banners.text()).not.toContain("The database is behind");
  await banners.setProps({ state: "live" });
  await vi.waitFor(() => expect(banners.text()).toContain("The database is behind"));
});
