import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, seriousViolations, signIn } from "./browser.ts";
import { measureOutage, PATIENCE_S, wasReloaded } from "./outage.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";
import { type Traffic, watchTraffic } from "./traffic.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const SITES = 40;

/** The whole platform with a simulated fleet, seen through a browser. */
describe.skipIf(noBrowser !== null)("a person in front of the platform", () => {
  let browser: Browser;
  let platform: RunningPlatform;
  let page: Page;
  let problems: string[];
  let traffic: Traffic;

  beforeAll(async () => {
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startPlatform({ sites: SITES, intervalS: 5 }, startWatchedPlatform),
    ]);
    const opened = await openPage(browser, { locale: "en" });
    ({ page, problems } = opened);
    traffic = watchTraffic(page);
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
  }, 60_000);

  test("is sent to the login, signs in, and sees every site live", async () => {
    await signIn(page, platform.url, platform.username, platform.password);
    await page.locator(".abx-chip.is-live").waitFor();
    await expect.poll(() => page.locator(".abx-tile").count()).toBe(platform.sites);
    await expect.poll(() => page.locator(".abx-tile.is-good").count(), { timeout: 30_000 }).toBe(platform.sites);
    const first = page.locator(".abx-tile__num").first();
    expect(await first.textContent()).toMatch(/^\d+\.\d$/);
  });

  test("loads the page with one live stream, and nothing twice", async () => {
    const streams: string[] = [];
    const note = (socket: { url(): string }): void => {
      if (socket.url().endsWith("/api/v1/live")) streams.push(socket.url());
    };
    page.on("websocket", note);
    await page.reload();
    await page.locator(".abx-tile").first().waitFor();
    await page.locator(".abx-chip.is-live").waitFor();
    page.off("websocket", note);
    const loaded = (await page.evaluate(
      "performance.getEntriesByType('resource').map(({ name }) => name)",
    )) as string[];
    expect(loaded.some((name) => name.endsWith("/early-live.js?view=overview"))).toBe(true);
    // The icon is asked for by the browser itself, when and as often as it likes.
    const ours = loaded.filter((name) => !name.endsWith("/favicon.ico"));
    expect(ours.filter((name, place) => ours.indexOf(name) !== place)).toEqual([]);
    expect(streams.length).toBe(1);
  });

  test("opens a site, sees its readings with a trend, and its raw reply", async () => {
    await page.locator(".abx-tile").first().click();
    await page.locator(".abx-points").first().waitFor();
    expect(await page.locator(".abx-points tbody tr").count()).toBeGreaterThan(25);
    // Attached, not visible: the first minute of a trend is a line without width.
    await page.locator(".abx-trend path").first().waitFor({ state: "attached", timeout: 20_000 });
    await page.locator(".abx-reply__tools button").first().click();
    expect(await page.locator(".abx-reply pre").textContent()).toContain('"replies"');
  });

  test("draws the trend of a point that it has stored, and every site in the heat map", async () => {
    await page.goto(`${platform.url}/dashboard/trends?site=site-001&points=supply_temp_c&last=1h`);
    await page.locator(".abx-chart__canvas canvas").waitFor();
    await expect
      .poll(() => page.locator(".abx-readout__value b").textContent(), { timeout: 20_000 })
      .toMatch(/^\d+\.\d$/);
    await page.getByText(/Newest value \d+ s ago/).waitFor();
    await page.goto(`${platform.url}/dashboard/heatmap`);
    await expect.poll(() => page.locator(".abx-heat li").count(), { timeout: 20_000 }).toBe(platform.sites);
    await page.goto(`${platform.url}/dashboard/site?id=site-001`);
    await page.locator(".abx-points").first().waitFor();
  });

  for (const locale of ["en", "zh-CN"] as const) {
    test(`meets no serious accessibility fault in ${locale}`, { timeout: 90_000 }, async () => {
      await page.evaluate(`localStorage.setItem("antbox.locale", "${locale}")`);
      for (const path of ["/dashboard/overview", "/dashboard/site?id=site-001", "/login"]) {
        await page.goto(platform.url + path);
        await page.locator(".abx-tile, .abx-points, #submit").first().waitFor();
        expect(await seriousViolations(page), path).toEqual([]);
      }
    });
  }

  test("runs no script but the platform's own: an inline one is stopped, and that is seen", async () => {
    const { page: other, problems: stopped } = await openPage(browser, { locale: "en" });
    await signIn(other, platform.url, platform.username, platform.password);
    await other.goto(`${platform.url}/dashboard/overview`);
    await other.locator(".abx-tile").first().waitFor();
    expect(stopped).toEqual([]);
    await other.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "window.wasRun = true";
      document.head.append(script);
    })()`);
    await expect.poll(() => stopped.length).toBe(1);
    expect(await other.evaluate("window.wasRun")).toBeUndefined();
    await other.context().close();
  });

  test("finds the way to the editor, with the flows in it", async () => {
    const { page: editor } = await openPage(browser, { locale: "en" });
    await signIn(editor, platform.url, platform.username, platform.password);
    await editor.locator(".abx-nav a[href='/editor/']").click();
    await editor.locator("#red-ui-workspace-chart").getByText("入库 Store").waitFor();
    await editor.context().close();
  });

  test("is told that a site does not exist", async () => {
    await page.goto(`${platform.url}/dashboard/site?id=site-nowhere`);
    await page.getByRole("alert").filter({ hasText: "site-nowhere" }).waitFor();
  });

  test("is told within five seconds that the back end is gone, and sees it right within five after it is back", {
    timeout: 150_000,
  }, async ({ skip }) => {
    if (!platform.kill || !platform.start) return skip("the platform is somebody else's: it is not killed");
    const { kill, start } = platform;
    await page.evaluate('localStorage.setItem("antbox.locale", "en")');
    const sitePage = await page.context().newPage();
    const pages = [
      { name: "overview", page, path: "/dashboard/overview" },
      { name: "site", page: sitePage, path: "/dashboard/site?id=site-007" },
    ];
    for (const each of pages) {
      await each.page.goto(platform.url + each.path);
      await each.page.locator(".abx-chip.is-live").waitFor();
      await each.page.locator(".abx-tile, .abx-points").first().waitFor();
    }
    const { blindAfterS, rightAfterS } = await measureOutage(pages, kill, async () => {
      await start();
      return Date.now();
    });
    for (const { name } of pages) {
      expect(blindAfterS[name], `${name} blind`).toBeLessThanOrEqual(PATIENCE_S);
      expect(rightAfterS[name], `${name} right`).toBeLessThanOrEqual(PATIENCE_S);
    }
    await expect.poll(() => page.locator(".abx-tile.is-good").count(), { timeout: 20_000 }).toBe(platform.sites);
    for (const each of pages) expect(await wasReloaded(each), each.name).toBe(false);
    await sitePage.close();
  });

  test("signs out, and is let in nowhere afterwards", async () => {
    // A page that has just found its server again is drawn anew, and a menu that was open is shut then.
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.locator(".abx-chip.is-live").waitFor();
    await page.locator("[aria-controls='abx-menu-panel']").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/\/login/);
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.waitForURL(/\/login\?next=/);
  });

  test("has met no script error, and no address of a controller in all of the traffic", async () => {
    expect(problems).toEqual([]);
    expect(await traffic.bytes()).toBeGreaterThan(500_000);
    expect(await traffic.privateAddresses()).toEqual([]);
  });
});
