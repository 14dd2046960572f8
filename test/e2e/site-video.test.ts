import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";
import { createFakeVideo, type FakeVideo } from "./harness/fake-video.ts";

const IDS = Array.from({ length: 12 }, (_, n) => `site-${String(n + 1).padStart(3, "0")}`);
const [SITE = "", DEAD = "", WITHOUT = ""] = ["site-002", "site-003", "site-012"];

/** The camera on a site's page, in a real browser with real H.264: live, and what was recorded, on one cursor with the trend. */
describe.skipIf(noBrowser !== null)("video on a site's page", () => {
  let browser: Browser;
  let platform: FakePlatform;
  let video: FakeVideo;
  beforeAll(async () => {
    video = createFakeVideo(IDS.filter((id) => id !== WITHOUT));
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startFakePlatform({ sites: IDS.length, roundEveryMs: 5000, video }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  async function within(
    path: string,
    work: (page: Page, panel: Locator) => Promise<void>,
    options: Parameters<typeof openPage>[1] = { locale: "en" },
  ): Promise<void> {
    const { page, problems } = await openPage(browser, options);
    await page.context().addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
    await page.goto(`${platform.url}/dashboard/site?${path}`);
    await work(page, page.locator(".abx-sitevideo"));
    await page.context().close();
    expect(problems).toEqual([]);
  }
  const words = (panel: Locator) => panel.locator(".abx-sitevideo__words").textContent();
  const picture = (panel: Locator) => panel.locator("video").last();
  /** Where a player is, and how many shades its picture has: a black one has one. */
  const look = (panel: Locator) =>
    picture(panel).evaluate((element) => {
      const player = element as HTMLVideoElement;
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [32, 18];
      const context = canvas.getContext("2d");
      context?.drawImage(player, 0, 0, 32, 18);
      const shades = new Set<number>();
      const pixels = context?.getImageData(0, 0, 32, 18).data ?? [];
      for (let at = 0; at < pixels.length; at += 4) shades.add((pixels[at] ?? 0) >> 4);
      return { second: player.currentTime, shades: shades.size, isPaused: player.paused };
    });
  async function plays(panel: Locator): Promise<void> {
    await expect.poll(async () => (await look(panel)).shades, { timeout: 15_000 }).toBeGreaterThan(4);
    const { second } = await look(panel);
    await expect.poll(async () => (await look(panel)).second, { timeout: 10_000 }).toBeGreaterThan(second + 0.5);
  }

  test("plays live, goes to a moment and on from there, and back to live", { timeout: 60_000 }, async () => {
    await within(`id=${SITE}`, async (page, panel) => {
      await expect.poll(() => words(panel), { timeout: 20_000 }).toBe("Live");
      await plays(panel);
      expect(video.recorded).toEqual([]);
      const slider = panel.getByRole("slider");
      await slider.focus();
      await page.keyboard.press("PageUp");
      await expect.poll(() => words(panel)).toMatch(/^Recording of /);
      await plays(panel);
      expect(await slider.getAttribute("aria-valuetext")).toMatch(/recorded$/);
      expect(await seriousViolations(page)).toEqual([]);
      await panel.getByRole("button", { name: "Pause" }).click();
      await expect.poll(async () => (await look(panel)).isPaused).toBe(true);
      await slider.focus();
      await page.keyboard.press("End");
      await expect.poll(() => words(panel), { timeout: 20_000 }).toBe("Live");
      expect(await panel.locator("video").count()).toBe(1);
    });
  });

  test("is on one cursor with the trend: the chart's cursor shows a picture of that time, a click stays there", {
    timeout: 60_000,
  }, async () => {
    await within(`id=${SITE}`, async (page, panel) => {
      await expect.poll(() => words(panel), { timeout: 20_000 }).toBe("Live");
      await page.evaluate("document.querySelector('.abx-sitevideo video').isTheSame = true");
      await panel.getByRole("button", { name: "Trend beside it" }).click();
      await page.getByRole("button", { name: "1 h", exact: true }).first().click();
      const chart = page.getByRole("application");
      await chart.locator("canvas").waitFor();
      // The player was moved, not made anew.
      expect(await page.evaluate("document.querySelector('.abx-sitevideo video').isTheSame")).toBe(true);
      const box = await chart.boundingBox();
      if (!box) throw new Error("no chart");
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await expect.poll(() => words(panel)).toMatch(/^Recording of .* under the cursor of the chart$/);
      await expect.poll(async () => (await look(panel)).shades, { timeout: 15_000 }).toBeGreaterThan(4);
      await page.mouse.move(box.x + box.width / 2, box.y - 80);
      await expect.poll(() => words(panel), { timeout: 10_000 }).toBe("Live");
      await chart.focus();
      await page.keyboard.press("End");
      for (let n = 0; n < 6; n += 1) await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Enter");
      await expect.poll(() => words(panel)).toMatch(/^Recording of [^,]*$/);
      await page.locator(".abx-chart__cursor").waitFor();
      expect(await seriousViolations(page)).toEqual([]);
    });
  });

  test("opens at the moment that a link names, says what was not recorded, and leads to what is", {
    timeout: 60_000,
  }, async () => {
    const at = new Date(video.gap.fromMs + 60_000).toISOString();
    await within(`id=${SITE}&at=${at}&trend=supply_temp_c`, async (page, panel) => {
      await panel.getByText("Nothing was recorded at").waitFor({ timeout: 20_000 });
      await page.getByRole("application").waitFor();
      await panel.getByRole("button", { name: "Next recording" }).click();
      await plays(panel);
      await expect.poll(() => words(panel)).toMatch(/^Recording of /);
    });
  });

  test("names a dead camera and still shows what was recorded; a site without a camera has no panel", {
    timeout: 60_000,
  }, async () => {
    video.kill(DEAD);
    await within(
      `id=${DEAD}`,
      async (page, panel) => {
        await panel.getByText("摄像头无应答").waitFor({ timeout: 20_000 });
        await panel.getByRole("slider").focus();
        await page.keyboard.press("PageUp");
        await plays(panel);
        const overflow = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(overflow).toBeLessThanOrEqual(0);
        expect(await seriousViolations(page)).toEqual([]);
        await page.goto(`${platform.url}/dashboard/site?id=${WITHOUT}`);
        await page.locator(".abx-points").first().waitFor();
        await page.waitForTimeout(1000);
        expect(await panel.count()).toBe(0);
      },
      { locale: "zh-CN", viewport: PHONE },
    );
  });
});
