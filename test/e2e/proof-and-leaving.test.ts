import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { adminEn } from "../../dashboard/locales/admin-en.ts";
import { adminZhCN } from "../../dashboard/locales/admin-zh-CN.ts";
import { en } from "../../dashboard/locales/en.ts";
import { PROBLEM_TEXTS } from "../../dashboard/locales/problems.ts";
import { zhCN } from "../../dashboard/locales/zh-CN.ts";
import { createFreshDatabase, type FreshDatabase } from "../services/fresh-database.ts";
import { onDatabase } from "../services/on-database.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, seriousViolations, signIn } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const server = inject("databaseUrl");
/** Of the simulated fleet: what must not be left on a page that is over. */
const PLANT = /site-00\d|antbox/i;

/** Its database can be reached from here, too: nobody waits a quarter of an hour for a proof to grow old. */
describe.skipIf(noBrowser !== null || !server)("a person at a page", () => {
  let browser: Browser;
  let fleet: Fleet;
  let database: FreshDatabase;
  let platform: PlatformProcess;

  beforeAll(async () => {
    database = await createFreshDatabase(server ?? "", { timescale: false });
    [browser, fleet] = await Promise.all([launchBrowser(), startFleet(3)]);
    platform = await startWatchedPlatform({
      sitesFile: fleet.sitesFile,
      databaseUrl: database.url,
      environment: { POLL_INTERVAL_S: "2", LOG_LEVEL: "warn" },
    });
    await platform.ready();
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    await fleet?.stop();
    await database?.drop();
  }, 60_000);

  const growOld = () => onDatabase(database.url, (client) => client.query("update session set proven_at = null"));
  /** The process reads its sessions again every second. */
  const asIsSeen = (page: Page) => page.waitForTimeout(2_500);

  test.for(["en", "zh-CN"] as const)(
    "is asked for the password before what weighs much, and it goes on by itself: %s",
    {
      timeout: 120_000,
    },
    async (locale) => {
      const words = locale === "en" ? adminEn : adminZhCN;
      const name = locale === "en" ? "tom.miller" : "li.wei";
      const { page, problems } = await openPage(browser, { locale });
      await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
      await page.goto(`${platform.url}/dashboard/admin?section=people`);
      await page.getByRole("button", { name: words["people.add"] }).click();
      await page.getByLabel(words["people.name"], { exact: true }).fill(name);
      await growOld();
      await asIsSeen(page);
      const add = page.getByRole("button", { name: words["people.add-do"], exact: true });

      await add.click();
      const dialog = page.getByRole("dialog", { name: words["proof.title"] });
      await dialog.getByText(words["proof.lead"]).waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await dialog.getByRole("button", { name: words["do.cancel"] }).click();
      await page.getByText(PROBLEM_TEXTS["auth.proof-required"]?.[locale] ?? "none").waitFor();

      await add.click();
      await dialog.getByLabel(words["password.current"]).fill("not the password");
      await dialog.getByRole("button", { name: words["do.go-on"] }).click();
      await dialog.getByText(PROBLEM_TEXTS["account.wrong-password"]?.[locale] ?? "none").waitFor();
      await page.keyboard.type(ADMIN_PASSWORD);
      await page.keyboard.press("Enter");

      expect(await page.locator(".abx-secret").textContent()).toMatch(/\S{12}/);
      const { rows } = await onDatabase(database.url, (client) =>
        client.query("select role from user_account where username = $1", [name]),
      );
      expect(rows).toEqual([{ role: "viewer" }]);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );

  async function signOut(page: Page, words: typeof en | typeof zhCN): Promise<void> {
    await page.locator(".abx-menu button").last().click();
    await page.getByRole("button", { name: words["menu.sign-out"] }).click();
  }
  const plantOn = async (page: Page): Promise<string | undefined> =>
    PLANT.exec(await page.evaluate("document.body.innerText"))?.[0];

  test("who has signed out finds nothing on the way back", { timeout: 120_000 }, async () => {
    const { page } = await openPage(browser, { locale: "en" });
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
    await page.getByRole("link", { name: en["nav.trends"] }).click();
    await page.waitForURL(/trends/);
    expect(await plantOn(page)).toBeDefined();
    await signOut(page, en);
    await page.waitForURL(/\/login/);
    for (let steps = 0; steps < 2; steps += 1) {
      await page.goBack({ waitUntil: "load" });
      await page.locator("#password").waitFor({ timeout: 20_000 });
      expect(page.url()).toMatch(/\/login/);
      expect(await page.locator(".abx-shell, .abx-tile").count()).toBe(0);
    }
    await page.context().close();
  });

  test("who is signed out by somebody else is left with nothing, and told why", { timeout: 120_000 }, async () => {
    const { page } = await openPage(browser, { locale: "en" });
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
    await onDatabase(database.url, (client) => client.query("update session set revoked_at = now()"));
    await page.waitForURL(/\/login\?.*reason=ended/, { timeout: 20_000 });
    await page.goBack({ waitUntil: "load" });
    await page.locator("#password").waitFor({ timeout: 20_000 });
    expect(await page.locator(".abx-shell, .abx-tile").count()).toBe(0);
    await page.context().close();
  });

  test.for([
    { locale: "en", words: en },
    { locale: "zh-CN", words: zhCN },
  ] as const)(
    "the server being away, a sign-out leaves blank pages, which find the login when it is back: $locale",
    {
      timeout: 180_000,
    },
    async ({ locale, words }) => {
      const { page } = await openPage(browser, { locale });
      await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
      const second = await page.context().newPage();
      await second.goto(`${platform.url}/dashboard/overview`);
      await second.locator(".abx-tile").first().waitFor();
      await platform.kill();
      await signOut(page, words);
      for (const one of [page, second]) {
        await one.getByText(words["session.left"]).waitFor({ timeout: 20_000 });
        expect(await one.evaluate("document.body.innerText")).toBe(words["session.left"]);
        expect(await one.locator("body *").count()).toBe(1);
      }
      await platform.start();
      for (const one of [page, second]) await one.locator("#password").waitFor({ timeout: 60_000 });
      const { rows } = await onDatabase(database.url, (client) =>
        client.query("select ended_reason from session order by created_at desc limit 1"),
      );
      expect(rows).toEqual([{ ended_reason: "signed-out" }]);
      await page.context().close();
    },
  );

  test("the server being away, a page is blank when its session has run out meanwhile", {
    timeout: 180_000,
  }, async () => {
    const { page } = await openPage(browser, { locale: "en" });
    await page.clock.install();
    // The page knows when its session ends once it has been told.
    const told = page.waitForResponse((response) => response.url().endsWith("/auth/refresh") && response.ok());
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
    await (await told).finished();
    await page.locator(".abx-menu__user", { hasText: "admin" }).waitFor({ state: "attached" });
    await platform.kill();
    await page.clock.fastForward(11 * 3_600_000);
    await page.clock.runFor(15_000);
    expect(await page.locator(".abx-tile").count()).toBeGreaterThan(0);
    await page.clock.fastForward(2 * 3_600_000);
    await page.clock.runFor(15_000);
    await page.getByText(en["session.left"]).waitFor({ timeout: 20_000 });
    expect(await page.locator("body *").count()).toBe(1);
    await platform.start();
    await page.context().close();
  });
});
