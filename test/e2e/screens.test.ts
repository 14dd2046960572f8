import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations, signIn } from "./browser.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";
import { measureOutage, PATIENCE_S, wasReloaded } from "./outage.ts";

/** The built pages in a real browser, with a back end that can be broken at will. */
describe.skipIf(noBrowser !== null)("the screens", () => {
  let browser: Browser;
  let platform: FakePlatform;
  /** All kinds of trouble on few tiles: the search for faults of accessibility looks at each of them. */
  let small: FakePlatform;
  beforeAll(async () => {
    browser = await launchBrowser();
    [platform, small] = await Promise.all([
      startFakePlatform({ roundEveryMs: 1000 }),
      startFakePlatform({ roundEveryMs: 1000, sites: 14 }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([platform?.stop(), small?.stop()]);
  });

  async function within(
    options: Parameters<typeof openPage>[1],
    path: string,
    work: (page: Page) => Promise<void>,
    target = platform,
  ): Promise<void> {
    const { page, problems } = await openPage(browser, options);
    await page.context().addCookies([{ name: "antbox_access", value: "harness", url: target.url }]);
    await page.goto(target.url + path);
    await work(page);
    await page.context().close();
    expect(problems).toEqual([]);
  }
  const tiles = (page: Page) => page.locator(".abx-tile");

  // Colours do not depend on the language: each of either is seen once.
  for (const [locale, colorScheme] of [
    ["zh-CN", "dark"],
    ["en", "light"],
  ] as const) {
    test(`have no serious accessibility fault in ${locale}, ${colorScheme}`, { timeout: 90_000 }, async () => {
      await within(
        { locale, colorScheme },
        "/dashboard/overview",
        async (page) => {
          await tiles(page).first().waitFor();
          expect(await seriousViolations(page)).toEqual([]);
          await page.goto(`${small.url}/dashboard/site?id=site-002`);
          await page.locator(".abx-points").first().waitFor();
          await page.locator(".abx-reply__tools button").first().click();
          await page.locator("[aria-expanded]").last().click();
          expect(await seriousViolations(page)).toEqual([]);
          await page.goto(`${small.url}/dashboard/jobs`);
          await page.locator(".abx-job summary").first().click();
          await page.locator(".abx-run button").first().click();
          expect(await seriousViolations(page)).toEqual([]);
          for (const section of ["account", "people", "tokens", "webhooks", "settings"]) {
            await page.goto(`${small.url}/dashboard/admin?section=${section}`);
            await page.locator(".abx-section__head p").first().waitFor();
            expect(await seriousViolations(page), section).toEqual([]);
          }
          await page.context().clearCookies();
          await page.goto(`${small.url}/login`);
          expect(await seriousViolations(page)).toEqual([]);
        },
        small,
      );
    });
  }

  test("say within five seconds that the server is gone, grey everything, and are right within five after it is back", {
    timeout: 90_000,
  }, async () => {
    await within({ locale: "en" }, "/dashboard/overview", async (page) => {
      await tiles(page).first().waitFor();
      await page.locator(".abx-chip.is-live").waitFor();
      const banner = page.getByRole("alert").filter({ hasText: "No data since" });
      const watched = { name: "overview", page };
      const { blindAfterS, rightAfterS } = await measureOutage(
        [watched],
        async () => {
          await platform.stop();
          await banner.waitFor();
          expect(await page.locator(".abx-tile.abx-hatched").count()).toBe(150);
          expect(await seriousViolations(page)).toEqual([]);
        },
        async () => {
          await platform.start();
          return Date.now();
        },
      );
      expect(blindAfterS["overview"]).toBeLessThanOrEqual(PATIENCE_S);
      expect(rightAfterS["overview"]).toBeLessThanOrEqual(PATIENCE_S);
      expect(await banner.count()).toBe(0);
      expect(await wasReloaded(watched)).toBe(false);
    });
  });

  test("stay on the page when Dashboard gives up and wants to load it anew from a server that is away", async () => {
    await within({ locale: "en" }, "/dashboard/overview", async (page) => {
      await tiles(page).first().waitFor();
      await platform.stop();
      await page.locator(".abx-banner.is-blind").waitFor({ timeout: PATIENCE_S * 1000 });
      await page.evaluate("location.replace(location.origin + '/dashboard?reloadTime=1')").catch(() => undefined);
      await page.waitForTimeout(500);
      expect(await page.locator(".abx-banner.is-blind").count()).toBe(1);
      await platform.start();
      await page.locator(".abx-chip.is-live").waitFor({ timeout: PATIENCE_S * 1000 });
    });
  });

  test("show right ages although the browser's clock is two hours slow", async () => {
    await within({ locale: "zh-CN" }, "/dashboard/overview", async (page) => {
      await page.clock.install({ time: Date.now() - 7_200_000 });
      await page.reload();
      await tiles(page).first().waitFor();
      await page.clock.runFor(2000);
      const age = await page.locator('.abx-tile[href$="site-001"] .abx-tile__age').textContent();
      expect(age).toMatch(/^\d{1,2}秒$/);
    });
  });

  test("lead from the login to a site by keyboard alone", async () => {
    const { page, problems } = await openPage(browser, { locale: "en" });
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.keyboard.type("admin");
    await page.keyboard.press("Tab");
    await page.keyboard.type("right");
    await page.keyboard.press("Enter");
    await tiles(page).first().waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toContain("Skip to content");
    await page.keyboard.press("Enter");
    for (let n = 0; n < 40 && !(await focused(page)).includes("°C"); n++) await page.keyboard.press("Tab");
    expect(await focused(page)).toContain("°C");
    await page.keyboard.press("Enter");
    await page.locator(".abx-points").first().waitFor();
    expect(page.url()).toContain("/dashboard/site?id=site-");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("tell a wrong password and throttling apart, in the language chosen", async () => {
    const { page } = await openPage(browser, { locale: "zh-CN" });
    await page.goto(`${platform.url}/login?next=//evil.example/`);
    await page.locator("#username").fill("admin");
    for (let n = 0; n < 3; n++) {
      await page.locator("#password").fill("wrong");
      await page.locator("#submit").click();
      await page.getByText("用户名或密码错误").waitFor();
    }
    await page.locator("#password").fill("wrong");
    await page.locator("#submit").click();
    await page.getByText("尝试次数过多").waitFor();
    await page.locator("#language").click();
    await page.getByText(/Too many attempts/).waitFor();
    await page.locator("#submit:not([disabled])").waitFor();
    await page.locator("#password").fill("right");
    await page.locator("#submit").click();
    await page.waitForURL(`${platform.url}/dashboard/overview`);
    await page.context().close();
  });

  test.for([
    { reason: "password", zh: "须先修改密码", en: "before its password is replaced", field: "#current" },
    { reason: "totp", zh: "须先启用双重验证", en: "before its second factor is set up", field: "#current" },
  ])("say on the login page what has to be seen to first: $reason", async ({ reason, zh, en, field }) => {
    const { page, problems } = await openPage(browser, { locale: "zh-CN" });
    await page.goto(`${platform.url}/login?next=%2Fdashboard%2Foverview&reason=${reason}`);
    await page.locator("#reason").getByText(zh).waitFor();
    await page.locator(field).waitFor();
    await page.locator("#language").click();
    await page.locator("#reason").getByText(en).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("say whose platform it is", async () => {
    await within({ locale: "en" }, "/dashboard/overview", async (page) => {
      await page.locator(".abx-bar__owner", { hasText: "Example Mining" }).waitFor();
    });
  });

  test("go to the login when the session is over, and come back to the same page", async () => {
    await within({ locale: "en" }, "/dashboard/site?id=site-007", async (page) => {
      await page.locator(".abx-points").first().waitFor();
      await page.context().clearCookies();
      // Whatever the page asks next, of itself or by this click, tells it; the page may be gone before the click is done.
      const click = page.locator(".abx-reply__tools button").first().click({ timeout: 5000 });
      await Promise.all([page.waitForURL(/\/login\?next=/), click.catch(() => undefined)]);
      await page.locator("#username").fill("admin");
      await page.locator("#password").fill("right");
      await page.locator("#submit").click();
      await page.waitForURL(/\/dashboard\/site\?id=site-007$/);
    });
  });

  for (const path of ["/dashboard/overview", "/dashboard/site?id=site-023", "/login"]) {
    test(`fit a phone without scrolling sideways: ${path}`, async () => {
      await within({ locale: "en", viewport: PHONE }, path, async (page) => {
        await page.locator(".abx-tile, .abx-points, #submit").first().waitFor();
        const overflow = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(overflow).toBeLessThanOrEqual(0);
      });
    });
  }

  test("fit 150 tiles on a wall of 1920 × 1080 without scrolling", async () => {
    await within({ locale: "zh-CN" }, "/dashboard/overview", async (page) => {
      await tiles(page).first().waitFor();
      expect(await tiles(page).count()).toBe(150);
      const overflow = await page.evaluate(
        "document.documentElement.scrollHeight - document.documentElement.clientHeight",
      );
      expect(overflow).toBeLessThanOrEqual(0);
    });
  });

  test("signs in through the helper that the other suites use", async () => {
    const { page } = await openPage(browser, { locale: "en" });
    await signIn(page, platform.url, "admin", "right");
    expect(await tiles(page).count()).toBe(150);
    await page.context().close();
  });
});

/** Text of the element that has the focus. */
async function focused(page: Page): Promise<string> {
  return String(await page.evaluate("document.activeElement ? document.activeElement.textContent : ''"));
}
