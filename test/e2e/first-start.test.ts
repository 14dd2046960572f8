import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_PASSWORD, type PlatformProcess } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-first-"));
const sitesFile = path.join(folder, "sites.yaml");
const ONE_SITE = `sites:
  - id: site-001
    name: Site 1
    controller: { url: "http://127.0.0.1:9", profile: bitmain-antbox-hk3 }
`;

/** A platform that nobody has told of a site yet, without an editor. */
describe.skipIf(noBrowser !== null)("a person in front of an empty platform", () => {
  let browser: Browser;
  let platform: PlatformProcess;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    writeFileSync(sitesFile, "sites: []\n");
    const environment = { EDITOR: "off", POLL_INTERVAL_S: "5", LOG_LEVEL: "warn" };
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startWatchedPlatform({ sitesFile, databaseUrl: null, makesDatabase: true, environment }),
    ]);
    await platform.ready();
    ({ page, problems } = await openPage(browser, { locale: "en" }));
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    rmSync(folder, { recursive: true });
  }, 60_000);

  test("signs in, finds no way to an editor, and reads on both pages how to add sites", async () => {
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.locator("#username").fill("admin");
    await page.locator("#password").fill(ADMIN_PASSWORD);
    await page.locator("#submit").click();
    await page.locator(".abx-nav").waitFor();
    for (const where of ["overview", "site"]) {
      await page.goto(`${platform.url}/dashboard/${where}`);
      await page.getByRole("heading", { name: "There are no sites yet" }).waitFor();
      await page.locator(".abx-chip.is-live").waitFor();
      await page.getByText("admin", { exact: true }).waitFor();
      expect(await page.locator("a[href='/editor/']").count()).toBe(0);
      expect(await seriousViolations(page)).toEqual([]);
    }
  });

  test("reads it on a phone, in Chinese too, without scrolling sideways", async () => {
    const { page: phone, problems: onPhone } = await openPage(browser, { locale: "zh-CN", viewport: PHONE });
    await phone.goto(`${platform.url}/dashboard/overview`);
    await phone.locator("#username").fill("admin");
    await phone.locator("#password").fill(ADMIN_PASSWORD);
    await phone.locator("#submit").click();
    await phone.getByRole("heading", { name: "还没有站点" }).waitFor();
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await phone.evaluate(overflow)).toBeLessThanOrEqual(0);
    expect(onPhone).toEqual([]);
    await phone.context().close();
  });

  test("sees the first site without a reload when it is written into the file", { timeout: 90_000 }, async () => {
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.getByRole("heading", { name: "There are no sites yet" }).waitFor();
    writeFileSync(sitesFile, ONE_SITE);
    await page.locator(".abx-tile[href$='site-001']").waitFor({ timeout: 75_000 });
    expect(problems).toEqual([]);
  });
});
