import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";

/** The alarm centre in a real browser, with 0, 3 and 5,000 alarms. */
describe.skipIf(noBrowser !== null)("the alarm centre", () => {
  let browser: Browser;
  let calm: FakePlatform;
  let usual: FakePlatform;
  let flood: FakePlatform;
  beforeAll(async () => {
    browser = await launchBrowser();
    [calm, usual, flood] = await Promise.all([
      startFakePlatform({ alarms: 0 }),
      startFakePlatform({ alarms: 3 }),
      startFakePlatform({ alarms: 5_000 }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([calm, usual, flood].map((platform) => platform?.stop()));
  });

  async function within(
    platform: FakePlatform,
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
  const lines = (page: Page) => page.locator(".abx-line");
  const list = (page: Page) => page.getByRole("treegrid");
  const detail = (page: Page) => page.locator(".abx-detail");

  test.for([
    { locale: "zh-CN", none: "没有当前报警。" },
    { locale: "en", none: "No active alarms." },
  ])("says that there are none, in $locale", async ({ locale, none }) => {
    await within(calm, { locale }, "/dashboard/alarms", async (page) => {
      await page.getByText(none).waitFor();
      expect(await page.locator(".abx-count .abx-mark").count()).toBe(0);
      expect(await page.title()).not.toMatch(/[◆▲●■]/);
    });
  });

  const WORDS = {
    "zh-CN": {
      acknowledge: /^确认：/,
      acknowledged: "已确认",
      reason: "原因",
      shelve: "搁置",
      until: /^至 /,
      fold: "抑制 2 条",
      helped: /filter of the heat exchanger/,
      muted: /已静音/,
    },
    en: {
      acknowledge: /^Acknowledge: /,
      acknowledged: "Acknowledged",
      reason: "Reason",
      shelve: "Shelve",
      until: /^until /,
      fold: "suppresses 2",
      helped: /filter of the heat exchanger/,
      muted: /is muted for/,
    },
  } as const;
  for (const locale of ["zh-CN", "en"] as const) {
    test(`leads from the list to what was done last time, and to an acknowledged and a shelved alarm, in ${locale}`, {
      timeout: 60_000,
    }, async () => {
      const words = WORDS[locale];
      const platform = await startFakePlatform({ alarms: 3 });
      await within(platform, { locale }, "/dashboard/alarms", async (page) => {
        await lines(page).first().waitFor();
        expect(await lines(page).count()).toBe(3);
        // The cause tree.
        await page.getByRole("button", { name: words.fold }).click();
        await lines(page).nth(4).waitFor();
        expect(await lines(page).nth(1).getAttribute("aria-level")).toBe("2");
        // Details, with what helped yesterday.
        await lines(page)
          .filter({ hasText: /站点 41/ })
          .click();
        await detail(page).getByText(words.helped).first().waitFor();
        await detail(page).locator("canvas").waitFor();
        // Acknowledge one, with a note.
        await detail(page).locator("textarea").fill("fan 2 stands still");
        await detail(page).getByRole("button", { name: words.acknowledge }).click();
        await detail(page).locator("header strong", { hasText: words.acknowledged }).waitFor();
        await detail(page).getByText("fan 2 stands still").first().waitFor();
        expect(platform.alarms.summary().counts.high).toEqual({ present: 1, unacknowledged: 0 });
        // Shelving wants a reason.
        await detail(page).getByRole("button", { name: words.shelve, exact: true }).click();
        const send = detail(page).locator("form button[type=submit]");
        expect(await send.isDisabled()).toBe(true);
        await detail(page).getByLabel(words.reason).fill("sensor is replaced");
        await send.click();
        await detail(page).locator("dd", { hasText: words.until }).first().waitFor();
        expect(platform.alarms.summary().counts.high.present).toBe(0);
        // It is out of the list, and the badge agrees with the list.
        await expect.poll(() => list(page).getAttribute("aria-rowcount")).toBe("3");
        // Mute, with the time that is left.
        await page.locator(".abx-bell").click();
        if (!/静音|muted/.test((await page.locator(".abx-bell").getAttribute("title")) ?? "")) {
          await page.locator(".abx-bell").click();
        }
        expect(await page.locator(".abx-bell").getAttribute("title")).toMatch(words.muted);
        // History.
        await page.locator(".abx-tabs a").nth(1).click();
        await page.getByText("fan 2 stands still").first().waitFor();
      });
      await platform.stop();
    });
  }

  test("acknowledges 200 that a filter finds by one request, after it has said what that is about", {
    timeout: 60_000,
  }, async () => {
    await within(
      flood,
      { locale: "en" },
      "/dashboard/alarms?priority=high&state=unacknowledged&region=north",
      async (page) => {
        await lines(page).first().waitFor();
        const before = flood.alarms.summary().counts.high;
        const total = Number(await list(page).getAttribute("aria-rowcount")) - 1;
        expect(total).toBeGreaterThanOrEqual(200);
        await page.getByRole("button", { name: `Acknowledge all ${total}…` }).click();
        await page.getByText(`${total} alarms of 33 sites will be acknowledged.`).waitFor();
        flood.alarms.asked.length = 0;
        await page.getByRole("button", { name: `Acknowledge ${total}`, exact: true }).click();
        await page.getByText(`${total} alarms were acknowledged.`).waitFor();
        expect(flood.alarms.asked.filter((one) => one.startsWith("POST"))).toEqual(["POST /alarms/acknowledge"]);
        expect(flood.alarms.summary().counts.high).toEqual({
          ...before,
          unacknowledged: before.unacknowledged - total,
        });
      },
    );
    const region = "/dashboard/alarms?state=unacknowledged&priority=high&zone=zone-108";
    await within(flood, { locale: "zh-CN" }, region, async (page) => {
      await lines(page).first().waitFor();
      await list(page).focus();
      const total = Number(await list(page).getAttribute("aria-rowcount")) - 1;
      await page.keyboard.press("a");
      await page.getByRole("button", { name: `确认 ${total} 条`, exact: true }).click();
      await page.getByText(`已确认 ${total} 条报警。`).waitFor();
    });
  });

  test("scrolls through 5,000 alarms with few lines in the document and no long frames", {
    timeout: 90_000,
  }, async () => {
    await within(flood, { locale: "en" }, "/dashboard/alarms", async (page) => {
      await lines(page).first().waitFor();
      expect(await list(page).getAttribute("aria-rowcount")).toBe("5001");
      const measured = (await page.evaluate(SCROLL)) as { frames: number[]; most: number; height: number };
      const sorted = [...measured.frames].sort((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      process.stdout.write(
        `5,000 alarms, ${sorted.length} frames of scrolling: median ${at(0.5)} ms, p95 ${at(0.95)} ms, ` +
          `longest ${Math.round(sorted.at(-1) ?? 0)} ms; ${measured.most} lines in the document at most\n`,
      );
      expect(measured.most).toBeLessThan(80);
      expect(measured.height).toBeGreaterThan(150_000);
      // The last one is there in the end.
      await list(page).focus();
      await page.keyboard.press("End");
      await page.locator('[aria-rowindex="5001"]').waitFor({ timeout: 20_000 });
      // New alarms come in at the top without moving what is on the screen.
      flood.alarms.raise("site-150", `${DEFAULT_RULES[1]?.id}-2`);
      await expect.poll(() => list(page).getAttribute("aria-rowcount"), { timeout: 10_000 }).toBe("5002");
    });
  });

  test("is used by key alone", async () => {
    await within(usual, { locale: "en" }, "/dashboard/alarms", async (page) => {
      await lines(page).first().waitFor();
      await list(page).focus();
      await page.keyboard.press("ArrowRight");
      await lines(page).nth(4).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press(" ");
      await page.keyboard.press("Shift+ArrowDown");
      await page.getByText("2 selected").waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Enter");
      await detail(page).locator("h2:focus").waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.url()).not.toContain("alarm=");
      expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("treegrid");
      await page.keyboard.press("?");
      await page.getByRole("heading", { name: "Keys of the list" }).waitFor();
    });
  });

  test("counts the same on the badge, in the title, on the tiles and at the site, and says when it does not know", {
    timeout: 60_000,
  }, async () => {
    const platform = await startFakePlatform({ alarms: 3 });
    await within(platform, { locale: "en" }, "/dashboard/overview", async (page) => {
      await page.locator(".abx-tile").first().waitFor();
      const count = page.locator(".abx-count");
      await expect
        .poll(() => count.getAttribute("title"))
        .toBe("Critical: 1, unacknowledged 1; High: 1, unacknowledged 1; Warning: 1, unacknowledged 0");
      await expect.poll(() => page.title()).toBe("◆1 ▲1 · Overview · AntBox Flow");
      const tile = page.locator('.abx-tile[href$="site-023"] .abx-tile__alarms');
      expect((await tile.textContent())?.trim()).toMatch(/^1\s*1\s*Critical; 1 alarms, unacknowledged 1$/);
      platform.alarms.raise("site-010", "smoke");
      await expect.poll(() => page.title()).toBe("◆2 ▲1 · Overview · AntBox Flow");
      await page.getByRole("button", { name: "By alarms" }).click();
      await expect.poll(() => page.locator(".abx-tile").first().getAttribute("href")).toMatch(/site-(010|023)$/);
      await page.goto(`${platform.url}/dashboard/site?id=site-010`);
      const own = page.getByRole("region", { name: "Active alarms" });
      await own.getByRole("button", { name: /^Acknowledge: / }).click();
      await expect.poll(() => count.getAttribute("title")).toMatch(/^Critical: 2, unacknowledged 1;/);
      await platform.stop();
      await page.getByText("Alarms unknown").waitFor({ timeout: 10_000 });
      expect(await page.title()).toMatch(/^◆ No data · Site/);
    });
  });

  // Colours do not depend on the language: each of either is seen once.
  for (const [locale, colorScheme] of [
    ["zh-CN", "light"],
    ["en", "dark"],
  ] as const) {
    test(`has no serious accessibility fault in ${locale}, ${colorScheme}`, { timeout: 90_000 }, async () => {
      await within(usual, { locale, colorScheme }, "/dashboard/alarms", async (page) => {
        await lines(page).first().waitFor();
        await list(page).focus();
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("Enter");
        await detail(page).locator(".abx-steps li").first().waitFor();
        expect(await seriousViolations(page)).toEqual([]);
        for (const tab of ["history", "statistics", "rules", "maintenance"]) {
          await page.goto(`${usual.url}/dashboard/alarms?tab=${tab}`);
          await page.locator(".abx-section__head > p").first().waitFor();
          expect(await seriousViolations(page), tab).toEqual([]);
        }
      });
    });
  }

  test("fits a phone without scrolling sideways", async () => {
    for (const query of ["", "?alarm=site-041.supply-temp-high", "?tab=history", "?tab=statistics", "?tab=rules"]) {
      await within(usual, { locale: "en", viewport: PHONE }, `/dashboard/alarms${query}`, async (page) => {
        await page.locator(".abx-line, .abx-section__head > p").first().waitFor();
        const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        expect(over, query).toBeLessThanOrEqual(0);
      });
    }
  });

  test("puts a zone under maintenance after it has said what that is about, and ends it", async () => {
    const platform = await startFakePlatform({ alarms: 3 });
    await within(platform, { locale: "en" }, "/dashboard/alarms?tab=maintenance", async (page) => {
      await page.getByRole("button", { name: "Set maintenance or curtailment" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.locator("select").last().selectOption("zone-103");
      await dialog.getByText("10 sites are set.").waitFor();
      await dialog.getByLabel("Reason").fill("pumps are serviced");
      await dialog.getByRole("button", { name: "Set for 10 sites" }).click();
      await page.getByText("Set for 10 sites.").waitFor();
      await page.getByRole("button", { name: "End now: 站点 21" }).click();
      await page.getByText("Ended for 站点 21.").waitFor();
    });
    await platform.stop();
  });
});

/** Scrolls the list down step by step for some seconds, and keeps how long each frame took. */
const SCROLL = `new Promise((resolve) => {
  const box = document.querySelector('[role="treegrid"]');
  const frames = [];
  let most = 0;
  let before = performance.now();
  let step = 0;
  const next = (now) => {
    frames.push(now - before);
    before = now;
    most = Math.max(most, document.querySelectorAll('.abx-line, .abx-grid__blank').length);
    box.scrollTop += 260;
    step += 1;
    if (step < 300) requestAnimationFrame(next);
    else resolve({ frames: frames.slice(1), most, height: box.scrollHeight });
  };
  requestAnimationFrame(next);
})`;
