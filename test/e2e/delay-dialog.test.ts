import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";

/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];

const WORDS = {
  en: {
    open: "Propose a better delay: Supply temperature high",
    run: "Run",
    done: "Done.",
    cancel: "Cancel",
    cancelled: "Cancelled.",
    fewer: /people are told 19 times instead of 93: 74 fewer \(80 %\)/,
    copy: "Copy",
    behind: /Platform: The database is behind, since/,
  },
  "zh-CN": {
    open: "优化延时：供液温度高",
    run: "开始",
    done: "已完成。",
    cancel: "取消",
    cancelled: "已取消。",
    fewer: /通知 93 次减至 19 次，减少 74 次（80 %）/,
    copy: "复制",
    behind: /平台自身报警：数据库写入延迟，自/,
  },
} as const;

/** Other delays for a rule, and the platform's own alarms, in a real browser over a made-up back end. */
describe.skipIf(noBrowser !== null)("what an engineer sees of rules and platform", () => {
  let browser: Browser;
  let platform: FakePlatform;
  beforeAll(async () => {
    [browser, platform] = await Promise.all([launchBrowser(), startFakePlatform({ alarms: 3 })]);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  async function within(
    options: Parameters<typeof openPage>[1],
    path: string,
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { page, problems } = await openPage(browser, options);
    await page.context().addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
    await page.goto(platform.url + path);
    await work(page);
    await page.context().close();
    expect(problems).toEqual([]);
  }
  const overflow = (page: Page) =>
    page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

  for (const locale of ["en", "zh-CN"] as const) {
    test(`tries other delays, compares them and copies the node, in ${locale}`, { timeout: 60_000 }, async () => {
      const words = WORDS[locale];
      const options = { locale, permissions: ["clipboard-read", "clipboard-write"] };
      await within(options, "/dashboard/alarms?tab=statistics", async (page) => {
        await page.getByRole("button", { name: words.open }).first().click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("button", { name: words.run, exact: true }).click();
        await dialog.locator("progress").waitFor();
        await dialog.getByText(words.done).waitFor({ timeout: 30_000 });
        expect(await dialog.locator("tbody tr").count()).toBe(4);
        await dialog.getByText(words.fewer).waitFor();
        expect(await seriousViolations(page)).toEqual([]);
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/delay-dialog-${locale}.png` });
        await dialog.getByRole("button", { name: words.copy, exact: true }).click();
        const copied = JSON.parse(String(await page.evaluate("navigator.clipboard.readText()")));
        expect(copied).toMatchObject([{ type: "alert-rule", rule: { id: "supply-temp-high", offDelayS: 600 } }]);
      });
    });

    test(`is told what is wrong with the platform, in ${locale}`, async () => {
      platform.setSelfAlarms([
        { ruleId: "platform-write-lag", priority: "high", since: new Date().toISOString() },
        { ruleId: "platform-journal-filling", priority: "critical", since: new Date().toISOString() },
      ]);
      try {
        for (const viewport of [{ width: 1920, height: 1080 }, PHONE]) {
          await within({ locale, viewport }, "/dashboard/overview", async (page) => {
            await page.locator(".abx-self.is-s1").waitFor();
            await page.getByText(WORDS[locale].behind).waitFor();
            expect(await page.locator(".abx-self.is-s1 button").count()).toBe(0);
            if (SHOTS) await page.screenshot({ path: `${SHOTS}/self-alarms-${locale}-${viewport.width}.png` });
            expect(await seriousViolations(page)).toEqual([]);
            expect(await overflow(page)).toBeLessThanOrEqual(0);
            await page.locator(".abx-self.is-s2 button").click();
            await expect.poll(() => page.locator(".abx-self").count()).toBe(1);
          });
        }
      } finally {
        platform.setSelfAlarms([]);
      }
    });
  }

  test("cancels, and runs again", { timeout: 60_000 }, async () => {
    const words = WORDS.en;
    await within({ locale: "en", viewport: PHONE }, "/dashboard/alarms?tab=statistics", async (page) => {
      await page.getByRole("button", { name: words.open }).first().click();
      const dialog = page.getByRole("dialog");
      platform.alarms.backTests.asksUntilDone = 1_000;
      await dialog.getByRole("button", { name: words.run, exact: true }).click();
      await dialog.getByRole("button", { name: words.cancel, exact: true }).click();
      await dialog.getByText(words.cancelled).waitFor();
      await expect
        .poll(() => platform.alarms.asked.some((one) => one.startsWith("DELETE /rules/backtest/")))
        .toBe(true);
      platform.alarms.backTests.asksUntilDone = 1;
      await dialog.getByRole("button", { name: words.run, exact: true }).click();
      await dialog.getByText(words.done).waitFor({ timeout: 30_000 });
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    });
  });
});
