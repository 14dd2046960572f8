import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, signIn } from "./browser.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const TURNS = 10;

describe.skipIf(noBrowser !== null)("two tabs of one browser", () => {
  let browser: Browser;
  let platform: RunningPlatform;

  beforeAll(async () => {
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startPlatform({ sites: 4, intervalS: 5 }, startWatchedPlatform),
    ]);
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
  }, 60_000);

  /** As the page does it, but without the lock by which tabs take turns: not every browser has it. */
  const renew = (tab: Page) =>
    tab.evaluate("fetch('/api/v1/auth/refresh', { method: 'POST' }).then(({ status }) => status)");
  const refreshToken = async (tab: Page) =>
    (await tab.context().cookies(`${platform.url}/api/v1/auth/refresh`)).find(({ name }) => /refresh$/.test(name))
      ?.value;

  test("that renew at the same moment never sign each other out", async () => {
    const { page: first, problems } = await openPage(browser, { locale: "en" });
    await signIn(first, platform.url, platform.username, platform.password);
    const second = await first.context().newPage();
    await second.goto(`${platform.url}/dashboard/overview`);
    await second.locator(".abx-tile").first().waitFor();

    const seen = new Set<string | undefined>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const statuses = await Promise.all([renew(first), renew(second), renew(first), renew(second)]);
      expect(statuses).toEqual([200, 200, 200, 200]);
      seen.add(await refreshToken(first));
    }
    // Each turn gave one new token, however many asked.
    expect(seen.size).toBe(TURNS);
    for (const tab of [first, second]) {
      await tab.reload();
      await tab.locator(".abx-chip.is-live").waitFor({ timeout: 30_000 });
      expect(new URL(tab.url()).pathname).toBe("/dashboard/overview");
    }
    expect(problems).toEqual([]);
  });

  test("a stolen token that is used later ends the session for both, and both come to the login", async () => {
    const { page: mine } = await openPage(browser, { locale: "en" });
    await signIn(mine, platform.url, platform.username, platform.password);
    const stolen = await refreshToken(mine);
    expect(await renew(mine)).toBe(200);
    expect(await renew(mine)).toBe(200);
    const theft = await fetch(`${platform.url}/api/v1/auth/refresh`, {
      method: "POST",
      headers: { cookie: `antbox_refresh=${stolen}` },
    });
    expect(theft.status).toBe(401);
    await mine.waitForURL(/\/login/, { timeout: 30_000 });
  });
});
