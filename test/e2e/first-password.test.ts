import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOGIN_TEXTS } from "../../dashboard/login/texts.ts";
import type { PlatformProcess } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-first-password-"));
const OWN = "seven herons over the river";

/** As `npm start` leaves it to a newcomer: nobody has given a password. */
describe.skipIf(noBrowser !== null)("a newcomer with the password that the first start has made", () => {
  let browser: Browser;
  let platform: PlatformProcess;
  const file = () => path.join(platform.dataDir, "first-login.txt");

  beforeAll(async () => {
    const sitesFile = path.join(folder, "sites.yaml");
    writeFileSync(sitesFile, "sites: []\n");
    const environment = { ADMIN_PASSWORD: "", EDITOR: "off", POLL_INTERVAL_S: "5", LOG_LEVEL: "warn" };
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startWatchedPlatform({ sitesFile, databaseUrl: null, makesDatabase: true, environment }),
    ]);
    await platform.ready();
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    rmSync(folder, { recursive: true });
  }, 60_000);

  test("replaces it at the first sign-in, goes on, and finds it nowhere any more", { timeout: 120_000 }, async () => {
    await expect.poll(() => existsSync(file()), { timeout: 30_000 }).toBe(true);
    const first = readFileSync(file(), "utf8").trim();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(platform.log()).toContain(first);
    const { page, problems } = await openPage(browser, { locale: "en" });
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.locator("#username").fill("admin");
    await page.locator("#password").fill(first);
    await page.locator("#submit").click();
    await page.getByText(LOGIN_TEXTS.en["intro.change"]).waitFor();
    await page.locator("#next").fill(OWN);
    await page.locator("#again").fill(OWN);
    await page.locator("#submit").click();
    await page.getByRole("heading", { name: "There are no sites yet" }).waitFor({ timeout: 30_000 });
    expect(existsSync(file())).toBe(false);
    expect(problems).toEqual([]);

    const signIn = async (password: string): Promise<number> => {
      const response = await fetch(`${platform.url}/api/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password }),
      });
      return response.status;
    };
    expect([await signIn(first), await signIn(OWN)]).toEqual([401, 200]);
    await platform.stop();
    await platform.start();
    await platform.ready();
    expect(existsSync(file())).toBe(false);
    expect([await signIn(first), await signIn(OWN)]).toEqual([401, 200]);
  });
});
