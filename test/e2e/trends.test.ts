import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";

const TRENDS = "/dashboard/trends?site=site-041&points=supply_temp_c,total_power_kw,circulation_pump_running";
const CHART = ".abx-chart__canvas";
/** The library's own chunk. */
const LIBRARY = /\/chunks\/charts-[\w-]+\.js$/;

/** Trends and the heat map in a real browser, against made-up history with known gaps. */
describe.skipIf(noBrowser !== null)("the trend pages", () => {
  let browser: Browser;
  let platform: FakePlatform;
  beforeAll(async () => {
    [browser, platform] = await Promise.all([launchBrowser(), startFakePlatform({ roundEveryMs: 1000 })]);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  type Opened = { readonly page: Page; readonly asked: URL[]; readonly loaded: string[] };

  async function within(
    path: string,
    work: (opened: Opened) => Promise<void>,
    options: Parameters<typeof openPage>[1] = { locale: "en" },
  ): Promise<void> {
    const { page, problems } = await openPage(browser, options);
    await page.context().addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
    const opened: Opened = { page, asked: [], loaded: [] };
    page.on("request", (request) => {
      const url = new URL(request.url());
      opened.loaded.push(url.pathname);
      if (url.pathname.endsWith("/history")) opened.asked.push(url);
    });
    await page.goto(platform.url + path);
    await work(opened);
    await page.context().close();
    expect(problems).toEqual([]);
  }

  /** Until the history that was asked for is drawn. */
  async function drawn(page: Page): Promise<void> {
    await page.locator(`${CHART} canvas`).first().waitFor();
    await page.locator(".abx-state__progress:not(.is-on)").waitFor({ state: "attached" });
    await page.locator(".abx-readout tbody tr").first().waitFor();
  }
  const lengthOf = (url: URL): number =>
    Date.parse(url.searchParams.get("to") ?? "") - Date.parse(url.searchParams.get("from") ?? "");

  test("asks for finer history when somebody zooms in, and the address follows", async () => {
    await within(`${TRENDS}&last=7d`, async ({ page, asked }) => {
      await drawn(page);
      await page.getByText("Step: 5 minutes").waitFor();
      const before = lengthOf(asked[0] ?? new URL(platform.url));
      const box = await page.locator(CHART).boundingBox();
      if (!box) throw new Error("the chart has no place");
      await page.mouse.move(box.x + box.width * 0.5, box.y + 100);
      for (let turn = 0; turn < 4; turn++) await page.mouse.wheel(0, -500);
      await page.getByText("Step: raw readings").waitFor();
      expect(lengthOf(asked.at(-1) ?? new URL(platform.url))).toBeLessThan(before / 5);
      expect(page.url()).toMatch(/from=.*&to=/);
    });
  });

  test("zoom into a stretch that is marked with the mouse, and move with shift", async () => {
    await within(`${TRENDS}&last=24h`, async ({ page }) => {
      await drawn(page);
      const box = await page.locator(CHART).boundingBox();
      if (!box) throw new Error("the chart has no place");
      const drag = async (from: number, to: number): Promise<void> => {
        await page.mouse.move(box.x + box.width * from, box.y + 120);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * to, box.y + 130, { steps: 5 });
        await page.mouse.up();
      };
      await drag(0.3, 0.6);
      await page.waitForURL(/from=/);
      const first = rangeOf(page.url());
      expect((first.toMs - first.fromMs) / 3_600_000).toBeCloseTo(7.6, 0);
      await page.goBack();
      await page.waitForURL(/last=24h/);
      await page.goForward();
      await page.waitForURL(/from=/);
      await page.keyboard.down("Shift");
      await drag(0.3, 0.6);
      await page.keyboard.up("Shift");
      await page.waitForURL((url) => rangeOf(url.href).toMs !== first.toMs);
      const moved = rangeOf(page.url());
      expect(moved.toMs).toBeLessThan(first.toMs);
      expect(moved.toMs - moved.fromMs).toBeCloseTo(first.toMs - first.fromMs, -4);
    });
  });

  test("are worked by keys alone: move the cursor, read, zoom, move", async () => {
    await within(`${TRENDS}&last=6h`, async ({ page }) => {
      await drawn(page);
      await page.locator(CHART).focus();
      const heading = page.locator(".abx-readout caption");
      expect(await heading.textContent()).toBe("Newest value");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => heading.textContent()).toMatch(/\d{2}:\d{2}/);
      const at = await heading.textContent();
      for (let press = 0; press < 8; press++) await page.keyboard.press("ArrowLeft");
      await expect.poll(() => heading.textContent()).not.toBe(at);
      await page.locator(".abx-chart__cursor").waitFor({ state: "attached" });
      await page.keyboard.press("+");
      await page.waitForURL(/from=|last=\d+m/);
      const zoomed = page.url();
      await page.keyboard.press("Shift+ArrowLeft");
      await page.waitForURL((url) => url.href !== zoomed && url.searchParams.has("from"));
      await page.keyboard.press("Escape");
      await expect.poll(() => heading.textContent()).toBe("Newest value");
    });
  });

  test("hatch a gap and draw no line over it", async () => {
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const path = `${TRENDS}&from=${day}T02:00:00Z&to=${day}T05:00:00Z&band=0`;
    await within(path, async ({ page }) => {
      await drawn(page);
      // 03:00 to 03:50 of 02:00 to 05:00.
      const inLine = await columnsOf(page, 0, 0.33);
      const inGap = await columnsOf(page, 0.35, 0.6);
      expect(inLine.drawn).toBeGreaterThan(0.8);
      expect(inGap.drawn).toBe(0);
      expect(inGap.hatched).toBeGreaterThan(0.8);
      expect(inLine.hatched).toBeLessThan(0.2);
    });
  });

  test("open the same view again from the address, and keep it up to date while it ends at now", async () => {
    const path = `${TRENDS}&last=6h&step=5m&compare=day&layout=overlay&sisters=1&envelope=0&band=0`;
    await within(path, async ({ page, asked }) => {
      await drawn(page);
      const pressed = page.locator(".abx-range [aria-pressed='true']");
      expect((await pressed.allTextContents()).map((text) => text.trim())).toEqual([
        "6 h",
        "Now",
        "Sister sites",
        "One diagram",
      ]);
      expect(await page.getByLabel("Compare", { exact: true }).inputValue()).toBe("day");
      await page.getByText(/median of 9 sister sites/).waitFor();
      await page
        .getByText(/^Yesterday \d/)
        .first()
        .waitFor();
      expect(page.url()).toContain(path);
      const answers = asked.length;
      const age = page.getByText(/Newest value \d+ s ago/);
      await age.waitFor();
      await page.waitForTimeout(2500);
      expect(await age.count()).toBe(1);
      expect(asked.length).toBe(answers);
    });
  });

  test("keep the choice of points in the address, and offer ready-made sets", async () => {
    await within("/dashboard/trends?site=site-006", async ({ page }) => {
      await page.waitForURL(/points=supply_temp_c/);
      await drawn(page);
      await page.getByRole("button", { name: "Power", exact: true }).click();
      await page.waitForURL(/points=total_power_kw/);
      await page.getByRole("searchbox", { name: "Search points" }).fill("chip");
      await page.getByLabel("Hottest chip").check();
      await page.waitForURL(/chip_temp_max_c/);
      await page.getByRole("button", { name: "Remove Total power" }).click();
      await page.waitForURL((url) => !url.href.includes("total_power_kw"));
      await page.getByRole("combobox", { name: "Add a site to compare" }).fill("site-041");
      await page.keyboard.press("Enter");
      await page.waitForURL(/site=site-006,site-041/);
    });
  });

  test("save what is shown as a picture and as figures", async () => {
    await within(`${TRENDS}&last=1h`, async ({ page }) => {
      await drawn(page);
      const save = async (name: string) => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name }).click(),
        ]);
        const chunks: Buffer[] = [];
        for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
        return { name: download.suggestedFilename(), body: Buffer.concat(chunks) };
      };
      const picture = await save("PNG");
      expect(picture.name).toMatch(/^trend_site-041_.*\.png$/);
      expect(picture.body.subarray(1, 4).toString()).toBe("PNG");
      const figures = (await save("CSV")).body.toString().split("\r\n");
      expect(figures[0]).toContain("time,site-041.supply_temp_c,site-041.total_power_kw");
      expect(figures.length).toBeGreaterThan(50);
      await page.getByText("Export", { exact: true }).click();
      const link = await page.getByRole("link", { name: "XLSX" }).getAttribute("href");
      expect(link).toMatch(/^\/api\/v1\/export\?sites=site-041&points=.*&format=xlsx$/);
    });
  });

  test("say what is wrong: a site that does not exist, and a server that is away", { timeout: 60_000 }, async () => {
    await within("/dashboard/trends?site=site-nowhere&points=supply_temp_c", async ({ page }) => {
      await page.getByRole("alert").filter({ hasText: "site-nowhere" }).waitFor();
    });
    await within(`${TRENDS}&last=1h`, async ({ page }) => {
      await drawn(page);
      await platform.stop();
      await page.locator(".abx-trends.is-blind").waitFor();
      await page.getByText("No contact with the server: this is old").waitFor();
      await platform.start();
      await page.locator(".abx-trends:not(.is-blind)").waitFor();
      await page.getByText(/Newest value \d+ s ago/).waitFor();
    });
  });

  test("show a point of a site in a panel on its page, and give the focus back", async () => {
    await within("/dashboard/site?id=site-041", async ({ page, loaded }) => {
      const point = page.locator(".abx-points__open").first();
      await point.waitFor();
      expect(loaded.filter((name) => /\/chunks\/(?:charts|trends)-/.test(name))).toEqual([]);
      await point.focus();
      await page.keyboard.press("Enter");
      await drawn(page);
      expect(loaded.filter((name) => LIBRARY.test(name))).toHaveLength(1);
      const link = await page.getByRole("link", { name: "Open in trends" }).getAttribute("href");
      expect(link).toBe("/dashboard/trends?site=site-041&points=supply_temp_c&last=24h");
      await page.keyboard.press("Escape");
      await page.locator(".abx-trendpanel").waitFor({ state: "detached" });
      expect(await page.evaluate("document.activeElement.className")).toContain("abx-points__open");
    });
  });

  test("leave the overview and the heat map without the chart library", async () => {
    await within("/dashboard/overview", async ({ page, loaded }) => {
      await page.locator(".abx-tile").first().waitFor();
      await page.waitForTimeout(500);
      expect(loaded.filter((name) => /\/chunks\/(?:charts|trends)-/.test(name))).toEqual([]);
    });
    await within("/dashboard/heatmap", async ({ page, loaded }) => {
      await page.locator(".abx-heat").first().waitFor();
      expect(loaded.filter((name) => LIBRARY.test(name))).toEqual([]);
    });
  });

  test("show the whole fleet as a heat map, lead to a trend by key and by click, and rank those that differ", async () => {
    await within("/dashboard/heatmap", async ({ page }) => {
      await page.locator(".abx-heat").first().waitFor();
      expect(await page.locator(".abx-heat li").count()).toBe(149);
      expect(await page.locator(".abx-heat li").first().textContent()).toBe("站点 23");
      await page.locator(".abx-outliers tbody tr").first().waitFor();
      expect(await page.locator(".abx-outliers tbody tr").count()).toBe(5);
      await page.getByLabel("Least deviation").selectOption("10");
      await expect.poll(() => page.locator(".abx-outliers tbody tr").count()).toBe(2);
      await page.locator(".abx-heatmap__map").focus();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Shift+ArrowLeft");
      const said = (await page.locator(".abx-heatmap__readout").textContent()) ?? "";
      expect(said).toMatch(/site-\d{3}.*zone-103.*°C/);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/dashboard\/trends\?site=site-\d{3}&points=supply_temp_c&(?:from|last)=/);
      await drawn(page);
      await page.goBack();
      await page
        .locator(".abx-heat canvas")
        .nth(2)
        .click({ position: { x: 60, y: 20 } });
      await page.waitForURL(/\/dashboard\/trends\?site=/);
    });
  });

  // Colours do not depend on the language: each of either is seen once.
  for (const [locale, colorScheme] of [
    ["zh-CN", "light"],
    ["en", "dark"],
  ] as const) {
    test(`have no serious accessibility fault in ${locale}, ${colorScheme}`, { timeout: 90_000 }, async () => {
      const look = { locale, colorScheme };
      await within(
        `${TRENDS}&last=24h&sisters=1&compare=day`,
        async ({ page }) => {
          await drawn(page);
          await page.locator(CHART).focus();
          await page.keyboard.press("ArrowLeft");
          expect(await seriousViolations(page)).toEqual([]);
          await page.goto(`${platform.url}/dashboard/heatmap`);
          await page.locator(".abx-heat").first().waitFor();
          await page.locator(".abx-outliers tbody tr").first().waitFor();
          expect(await seriousViolations(page)).toEqual([]);
          await page.goto(`${platform.url}/dashboard/site?id=site-002`);
          await page.locator(".abx-points__open").first().click();
          await drawn(page);
          expect(await seriousViolations(page)).toEqual([]);
        },
        look,
      );
    });
  }

  for (const path of [`${TRENDS}&last=24h`, "/dashboard/heatmap"]) {
    test(`fit a phone without scrolling sideways: ${path.split("?")[0]}`, async () => {
      await within(
        path,
        async ({ page }) => {
          await page.locator(`${CHART} canvas, .abx-heat`).first().waitFor();
          const overflow = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          expect(overflow).toBeLessThanOrEqual(0);
        },
        { locale: "en", viewport: PHONE, hasTouch: true },
      );
    });
  }
});

function rangeOf(address: string): { fromMs: number; toMs: number } {
  const query = new URL(address).searchParams;
  return { fromMs: Date.parse(query.get("from") ?? ""), toMs: Date.parse(query.get("to") ?? "") };
}

/** How many columns of the first diagram hold the line's colour, and how many hatching, between two shares of its width. */
async function columnsOf(page: Page, from: number, to: number): Promise<{ drawn: number; hatched: number }> {
  const script = `(() => {
    const canvas = document.querySelector("${CHART} canvas");
    const scale = canvas.width / canvas.clientWidth;
    const left = 52 * scale, right = canvas.width - 12 * scale;
    const top = Math.ceil(26 * scale), height = Math.floor(300 * scale);
    const first = Math.ceil(left + (right - left) * ${from}) + 2, last = Math.floor(left + (right - left) * ${to}) - 2;
    const { data, width } = canvas.getContext("2d").getImageData(first, top, last - first, height);
    let drawn = 0, hatched = 0;
    for (let x = 0; x < width; x++) {
      let isDrawn = false, isHatched = 0;
      for (let y = 0; y < height; y++) {
        const at = (y * width + x) * 4, [red, green, blue, alpha] = data.slice(at, at + 4);
        if (alpha > 120 && blue - red > 60 && green < 130) isDrawn = true;
        if (alpha > 20 && alpha < 200 && Math.abs(blue - red) < 40) isHatched += 1;
      }
      if (isDrawn) drawn += 1;
      if (isHatched > height / 12) hatched += 1;
    }
    return { drawn: drawn / width, hatched: hatched / width };
  })()`;
  return (await page.evaluate(script)) as { drawn: number; hatched: number };
}
