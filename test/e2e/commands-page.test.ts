import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandPageEn } from "../../dashboard/locales/command-page-en.ts";
import { commandPageZhCN } from "../../dashboard/locales/command-page-zh-CN.ts";
import { commandWritesEn } from "../../dashboard/locales/command-writes-en.ts";
import { commandsEn } from "../../dashboard/locales/commands-en.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations, signIn } from "./browser.ts";
import { ADMIN, type CommandStage, ENGINEER, OPERATOR, type Person, startCommandStage } from "./command-stage.ts";

const SITES = 60;
/** These the large order is for; the others are for what happens while it waits for its deadline. */
const LARGE = 50;
const PAGE = "/dashboard/commands";
const LANGUAGES = { en: commandPageEn, "zh-CN": commandPageZhCN } as const;
/** A controller that answers ok and does nothing is known as such after its deadline only. */
const DEADLINE_MS = 150_000;
const ids = Array.from({ length: SITES }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
const siteAt = (at: number): string => ids[at - 1] ?? "";

/** The page of commands on the built platform, in front of a simulated fleet; each test on sites of its own. */
describe.skipIf(noBrowser !== null)("the page of commands", () => {
  let browser: Browser;
  let stage: CommandStage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([launchBrowser(), startCommandStage(SITES)]);
    await stage.raiseCap(50);
    const writes = { enabled: true, sites: ids.slice(0, LARGE), reason: "tried on one box" };
    await stage.call(ADMIN, "PUT", "/api/v1/profiles/bitmain-antbox-hk3/writes", writes);
  }, 200_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, 60_000);

  async function within(
    person: Person,
    options: Parameters<typeof openPage>[1],
    path: string,
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { page, problems } = await openPage(browser, options);
    await signIn(page, stage.platform.url, person.name, person.password);
    await page.goto(stage.platform.url + path);
    await work(page);
    await page.context().close();
    expect(problems).toEqual([]);
  }
  const countOf = (page: Page, list: string) => page.locator(`[data-list="${list}"] dd`).textContent();
  const card = (page: Page, id: string) => page.locator(`[data-command="${id}"]`);
  /** What reached the controllers of the large order. */
  const largeActuated = async () => (await stage.actuated()).filter((id) => ids.indexOf(id) < LARGE).sort();
  /** A set-point one kelvin from the present one, on the grid of its steps. */
  async function nextSetpoint(siteId: string): Promise<number> {
    const body = { siteId, kind: "set_supply_temp", args: { temp_c: 35 }, dryRun: true };
    const { seen } = (await stage.call(ADMIN, "POST", "/api/v1/commands", body)) as { seen: { setpointC: number } };
    return seen.setpointC + (seen.setpointC >= 36 ? -1 : 1);
  }

  test("an administrator switches commands on, with a reason that everybody reads", { timeout: 120_000 }, async () => {
    await within(ADMIN, { locale: "en" }, "/dashboard/admin?section=commands", async (page) => {
      const words = commandWritesEn;
      const profile = page.locator("[data-profile]");
      await profile.getByText(`${LARGE} of ${SITES} sites on`).waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await profile.getByLabel(words.state, { exact: true }).selectOption("off");
      await profile.getByRole("button", { name: `Choose all ${SITES - LARGE} listed` }).click();
      await profile.getByRole("button", { name: words["switch-on"] }).click();
      const dialog = page.getByRole("dialog");
      const send = dialog.locator("button[type=submit]");
      expect(await send.isDisabled()).toBe(true);
      await dialog.getByLabel(words.reason).fill("firmware 4.2 was tried on one box");
      expect(await seriousViolations(page)).toEqual([]);
      await send.click();
      await profile.getByText(`${SITES} of ${SITES} sites on`).waitFor();
      await profile.getByLabel(words.state, { exact: true }).selectOption("");
      await profile.getByLabel(words.search).fill(siteAt(SITES));
      const row = profile.locator(`[data-site="${siteAt(SITES)}"]`);
      await row.locator(".is-on").waitFor();
      expect(await row.textContent()).toMatch(/admin.*firmware 4\.2 was tried on one box/);
    });
  });

  /** Given, and looked at again when the others have been tried: its deaf controller is known after a deadline only. */
  let largeOrder = "";

  test("50 sites, one of them with a deaf controller: the whole scope is shown before the order is given", {
    timeout: 180_000,
  }, async ({ expect }) => {
    const words = LANGUAGES["zh-CN"];
    await stage.fault("no_effect", [siteAt(2)]);
    const wanted = await nextSetpoint(siteAt(1));
    await within(OPERATOR, { locale: "zh-CN" }, `${PAGE}?tab=bulk`, async (page) => {
      await page.getByRole("button", { name: words["bulk.new"] }).click();
      for (const id of ids.slice(0, LARGE)) await page.locator(`.abx-pick__list input[value="${id}"]`).check();
      await page.locator(".abx-arg input").fill(String(wanted));
      await page.getByLabel(words["bulk.canary"]).fill("3");
      await page.getByLabel(words["bulk.wave"], { exact: true }).fill("10");
      await page.getByLabel(words["bulk.pause"]).fill("0");
      await page.getByLabel(words["bulk.reason"], { exact: true }).fill("矿机偏热");
      await page.getByText("3 + 10 + 10 + 10 + 10 + 7").waitFor();
      await page.getByRole("button", { name: words["bulk.select"] }).click();
      // The whole scope, before anything is ordered.
      const preview = page.locator(".abx-preview");
      await preview.waitFor({ timeout: 60_000 });
      expect(await preview.locator("[data-site]").count()).toBe(50);
      expect(await preview.locator('[data-scope="refused"]').textContent()).toBe("0");
      expect(await largeActuated()).toEqual([]);
      await page.getByRole("button", { name: /^下发到 50 个站点/ }).click();
      await page.locator('[data-batch-state="running"]').waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await expect.poll(() => new URL(page.url()).searchParams.get("batch")).not.toBeNull();
      largeOrder = new URL(page.url()).searchParams.get("batch") ?? "";
    });
  });

  test("what a controller refuses is retried alone on a phone, and then it is done", {
    timeout: 240_000,
  }, async () => {
    const words = LANGUAGES.en;
    const chosen = ids.slice(LARGE, LARGE + 3);
    await stage.fault("command_refused", [siteAt(51)]);
    const wanted = await nextSetpoint(siteAt(51));
    await within(OPERATOR, { locale: "en", viewport: PHONE }, `${PAGE}?tab=bulk`, async (page) => {
      await page.getByRole("button", { name: words["bulk.new"] }).click();
      for (const id of chosen) await page.locator(`.abx-pick__list input[value="${id}"]`).check();
      await page.locator(".abx-arg input").fill(String(wanted));
      await page.getByRole("button", { name: words["bulk.select"] }).click();
      await page.getByRole("button", { name: "Give the order (sites: 3)" }).click({ timeout: 60_000 });
      await page.locator('[data-batch-state="stopped"]').waitFor({ timeout: 60_000 });
      expect([await countOf(page, "done"), await countOf(page, "failed"), await countOf(page, "notBegun")]).toEqual([
        "0",
        "1",
        "2",
      ]);
      const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      expect(over).toBeLessThanOrEqual(0);
      await stage.endFault("command_refused");
      await page.getByRole("button", { name: "Retry the failed only (1)…" }).click();
      await page.getByText(words["batch.retry-lead"]).waitFor();
      await page.getByRole("button", { name: words["bulk.select"] }).click();
      await page.getByRole("button", { name: "Give the order (sites: 1)" }).click({ timeout: 60_000 });
      await page.locator('[data-batch-state="done"]').waitFor({ timeout: 90_000 });
      expect(await countOf(page, "done")).toBe("1");
    });
  });

  test("a running order is stopped by a person", { timeout: 120_000 }, async () => {
    const words = LANGUAGES.en;
    const chosen = ids.slice(LARGE + 3, LARGE + 6);
    const temp = await nextSetpoint(siteAt(54));
    await stage.fault("command_lag", [siteAt(54)], { lagS: 50 });
    const body = { kind: "set_supply_temp", args: { temp_c: temp }, sites: chosen, canarySites: 1, waveSites: 2 };
    const { confirmation } = (await stage.call(OPERATOR, "POST", "/api/v1/commands/bulk", {
      ...body,
      dryRun: true,
    })) as {
      confirmation: { token: string } | null;
    };
    const given = { ...body, confirmation: confirmation?.token };
    const { id } = (await stage.call(OPERATOR, "POST", "/api/v1/commands/bulk", given)) as { id: string };
    await within(ENGINEER, { locale: "en" }, `${PAGE}?tab=bulk&batch=${id}`, async (page) => {
      await page.getByRole("button", { name: words["batch.stop"] }).click();
      await page.getByRole("dialog").getByText("What has not begun never begins (sites: 2).").waitFor();
      await page.getByRole("button", { name: words["batch.stop-do"] }).click();
      await page.locator("[data-stopped]").getByText(`Stopped by ${ENGINEER.name}`).waitFor();
      expect(await countOf(page, "notBegun")).toBe("2");
    });
    await stage.endFault("command_lag");
  });

  test("a second person in a second session sees the interlocks of now and agrees; who asked for it cannot", {
    timeout: 180_000,
  }, async () => {
    const order = (siteId: string) =>
      stage.order(ENGINEER, {
        siteId,
        kind: "stop_cooling",
        args: {},
        reason: "the loop has burst",
        overrides: ["it-power", "pump-overrun"],
      });
    const id = await order(siteAt(57));
    const other = await order(siteAt(58));
    const words = LANGUAGES.en;
    await within(ENGINEER, { locale: "en" }, PAGE, async (page) => {
      await card(page, id).getByText(commandsEn["approve.own"]).waitFor();
      expect(
        await card(page, id)
          .getByRole("button", { name: /^Look and agree/ })
          .count(),
      ).toBe(0);
      await within(OPERATOR, { locale: "zh-CN" }, PAGE, async (second) => {
        const waiting = second.locator(".abx-nav").getByText("2 条待处理");
        await waiting.waitFor({ state: "attached" });
        await card(second, id).getByText("管路").or(card(second, id).getByText("the loop has burst")).first().waitFor();
        await card(second, id).locator("[data-verdict]").waitFor();
        expect(await seriousViolations(second)).toEqual([]);
        // By key alone.
        await card(second, id).locator("button.is-main").focus();
        await second.keyboard.press("Enter");
        const dialog = second.getByRole("dialog");
        await dialog.locator('[data-interlock="it-power"]').waitFor();
        expect(await dialog.locator('[data-interlock="it-power"]').textContent()).toContain("已越过");
        expect(await seriousViolations(second)).toEqual([]);
        await dialog.locator("input").fill("摄像头已确认");
        await dialog.getByRole("button", { name: "批准", exact: true }).click();
        await dialog.waitFor({ state: "detached" });
        await card(second, id).locator('[data-state="verified"]').waitFor({ timeout: 90_000 });
        await card(second, other).locator("button.is-main").click();
        await dialog.getByRole("button", { name: "不批准", exact: true }).click();
        await card(second, other).locator('[data-state="cancelled"]').waitFor();
      });
      // The first one sees it go, without doing anything.
      await page.getByText(words["inbox.none"]).waitFor({ timeout: 30_000 });
    });
    const { approvedBy } = (await stage.call(ADMIN, "GET", `/api/v1/commands/${id}`)) as { approvedBy: string };
    expect(approvedBy).toBe(OPERATOR.name);
  });

  test("the large order has stopped after the canary wave, says what was done, and offers to retry the deaf one", {
    timeout: 240_000,
  }, async () => {
    const words = LANGUAGES["zh-CN"];
    await within(OPERATOR, { locale: "zh-CN" }, `${PAGE}?tab=bulk&batch=${largeOrder}`, async (page) => {
      await page.locator('[data-batch-state="stopped"]').waitFor({ timeout: DEADLINE_MS });
      await expect.poll(() => countOf(page, "done")).toBe("2");
      expect([await countOf(page, "failed"), await countOf(page, "underWay"), await countOf(page, "notBegun")]).toEqual(
        ["1", "0", "47"],
      );
      expect(await page.locator("[data-stopped]").textContent()).toContain("未见效果");
      expect(await page.locator('[data-wave="2"]').getByText(words["batch.never-begun"]).count()).toBe(10);
      expect(await largeActuated()).toEqual(ids.slice(0, 3));
      // Again, over this one only: it was sent a moment ago, and the plant is given its time.
      await page.getByRole("button", { name: /^仅重试失败的（1）/ }).click();
      expect(await page.locator(".abx-pick__list input:checked").count()).toBe(1);
      await page.getByRole("button", { name: words["bulk.select"] }).click();
      const refused = page.locator(`[data-refused="${siteAt(2)}"]`);
      await refused.waitFor({ timeout: 60_000 });
      expect(await refused.textContent()).toMatch(/至少须间隔 600 秒/);
      expect(await page.getByRole("button", { name: /^下发到/ }).count()).toBe(0);
    });
    await stage.endFault("no_effect");
    expect(await largeActuated()).toEqual(ids.slice(0, 3));
  });

  test("an unknown one waits for a person who has looked at the plant", { timeout: 120_000 }, async () => {
    const siteId = siteAt(59);
    const temp = await nextSetpoint(siteId);
    await stage.fault("command_lag", [siteId], { lagS: 3_000 });
    await stage.fault("answer_lost", [siteId]);
    const id = await stage.order(OPERATOR, { siteId, kind: "set_supply_temp", args: { temp_c: temp }, reason: null });
    await within(ENGINEER, { locale: "en", viewport: PHONE }, PAGE, async (page) => {
      await card(page, id)
        .getByRole("button", { name: /^Say what it did/ })
        .click({ timeout: 60_000 });
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel(commandsEn["resolve.failed"]).check();
      expect(await dialog.locator("button[type=submit]").isDisabled()).toBe(true);
      await dialog.getByLabel(commandsEn["resolve.note"]).fill("the panel of the box says otherwise");
      expect(await seriousViolations(page)).toEqual([]);
      await dialog.locator("button[type=submit]").click();
      await card(page, id).locator('[data-state="failed"]').waitFor();
    });
    const { state, stateReason } = (await stage.call(ADMIN, "GET", `/api/v1/commands/${id}`)) as Record<string, string>;
    expect([state, stateReason]).toEqual(["failed", "by-person"]);
  });

  test("a lock is removed by a person, who is told whose it is", { timeout: 90_000 }, async () => {
    const words = LANGUAGES["zh-CN"];
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await stage.call(OPERATOR, "POST", `/api/v1/sites/${siteAt(60)}/locks`, { until, reason: "更换循环泵" });
    await within(ENGINEER, { locale: "zh-CN" }, `${PAGE}?tab=locks`, async (page) => {
      await page
        .getByRole("button", { name: words["lock.remove"] })
        .or(page.locator(".is-acts button"))
        .first()
        .click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText(`这是 ${OPERATOR.name} 挂的牌`).waitFor();
      await dialog.locator("textarea").fill("已电话确认");
      await dialog.getByRole("button", { name: words["lock.remove-do"] }).click();
      await page.getByText(words["lock.none"]).waitFor();
    });
  });

  test("the history finds by result and person, and tells the whole story by key alone", {
    timeout: 90_000,
  }, async () => {
    const words = LANGUAGES.en;
    await within(ENGINEER, { locale: "en" }, `${PAGE}?tab=history`, async (page) => {
      const rows = page.locator(".abx-history tbody tr");
      await rows.first().waitFor();
      const all = await rows.count();
      await page.getByLabel(words["history.state"]).selectOption("bad");
      await expect.poll(() => rows.count()).toBeLessThan(all);
      await rows.locator('[data-state="no_effect"]').waitFor();
      await page.getByLabel(words["history.state"]).selectOption("all");
      await page.getByLabel(words["history.by"]).fill(ENGINEER.name);
      await expect.poll(() => rows.count()).toBe(2);
      await rows.first().locator("a").focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog");
      await dialog.getByText(ENGINEER.name).first().waitFor();
      await dialog.locator("ol li").first().waitFor();
      expect(page.url()).toContain("command=");
      expect(await seriousViolations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      expect(page.url()).not.toContain("command=");
    });
  });

  for (const [locale, colorScheme] of [
    ["zh-CN", "dark"],
    ["en", "light"],
  ] as const) {
    test(`fits a phone and has no serious accessibility fault, in ${locale}, ${colorScheme}`, {
      timeout: 120_000,
    }, async () => {
      await within(OPERATOR, { locale, colorScheme, viewport: PHONE }, PAGE, async (page) => {
        for (const tab of ["inbox", "bulk", "history", "locks"]) {
          await page.goto(`${stage.platform.url}${PAGE}?tab=${tab}`);
          await page.locator(".abx-section__head > p").first().waitFor();
          expect(await seriousViolations(page), tab).toEqual([]);
          const over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          expect(over, tab).toBeLessThanOrEqual(0);
        }
      });
    });
  }

  test("says that the server is gone and lets nobody order", { timeout: 90_000 }, async () => {
    const words = LANGUAGES.en;
    const { page } = await openPage(browser, { locale: "en" });
    await signIn(page, stage.platform.url, OPERATOR.name, OPERATOR.password);
    await page.goto(`${stage.platform.url}${PAGE}?tab=bulk`);
    await page.getByRole("button", { name: words["bulk.new"] }).waitFor();
    await stage.platform.kill();
    await page.getByText(words["bulk.blind"]).waitFor({ timeout: 20_000 });
    expect(await page.getByRole("button", { name: words["bulk.new"] }).isDisabled()).toBe(true);
    await stage.platform.start();
    await stage.platform.ready();
    await page.getByText(words["bulk.blind"]).waitFor({ state: "detached", timeout: 30_000 });
    await page.context().close();
  });
});
