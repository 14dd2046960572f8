import path from "node:path";
import { TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminEn } from "../../dashboard/locales/admin-en.ts";
import { adminZhCN } from "../../dashboard/locales/admin-zh-CN.ts";
import { en } from "../../dashboard/locales/en.ts";
import { zhCN } from "../../dashboard/locales/zh-CN.ts";
import { LOGIN_TEXTS } from "../../dashboard/login/texts.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations, signIn } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const LAPTOP = { width: 1366, height: 768 };
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];
const OWN_PASSWORD = "seven quiet pumps at night";
/** Two seconds are promised; a machine that does something else beside is given more. */
const SOON = { timeout: 20_000 };

/** One authenticator: a code counts once, so each is asked for a step later than the one before. */
function createAuthenticator(secret: string): () => string {
  const totp = new TOTP({ secret, algorithm: "SHA1", digits: 6, period: 30 });
  let used = -1;
  return () => {
    const step = Math.max(totp.counter(), used + 1);
    used = step;
    return totp.generate({ timestamp: step * 30_000 });
  };
}

/** An administrator and somebody whom they look after, each in a browser of their own, on the real platform. */
describe.skipIf(noBrowser !== null)("the administration of people", () => {
  let browser: Browser;
  let fleet: Fleet;
  let platform: PlatformProcess;
  beforeAll(async () => {
    [browser, fleet] = await Promise.all([launchBrowser(), startFleet(4)]);
    const environment = { POLL_INTERVAL_S: "2" };
    platform = await startWatchedPlatform({ sitesFile: fleet.sitesFile, databaseUrl: null, environment });
    await platform.ready();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    await fleet?.stop();
  });

  /** No fault of accessibility, nothing wider than the screen, and a picture for people. */
  async function look(page: Page, name: string): Promise<void> {
    expect(await seriousViolations(page), name).toEqual([]);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(overflow, name).toBeLessThanOrEqual(0);
    if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `admin-${name}.png`), fullPage: true });
  }
  const openSection = async (page: Page, section: string): Promise<void> => {
    await page.goto(`${platform.url}/dashboard/admin?section=${section}`);
    await page.locator(".abx-section__head p").first().waitFor();
  };

  test.for([
    { locale: "zh-CN", viewport: LAPTOP },
    { locale: "en", viewport: PHONE },
  ] as const)("from the first sign-in to the last, in $locale", { timeout: 240_000 }, async ({ locale, viewport }) => {
    const words = locale === "en" ? adminEn : adminZhCN;
    const shell = locale === "en" ? en : zhCN;
    const login = LOGIN_TEXTS[locale];
    const name = locale === "en" ? "tom.miller" : "li.wei";
    const { page: admin, problems } = await openPage(browser, { locale, viewport: LAPTOP });
    const { page: worker, problems: workersProblems } = await openPage(browser, { locale, viewport });
    const shot = (page: Page, what: string) => look(page, `${what}-${locale}`);

    // An account is made, and its password handed over.
    await signIn(admin, platform.url, "admin", ADMIN_PASSWORD);
    await admin.getByRole("link", { name: shell["nav.admin"] }).click();
    await openSection(admin, "people");
    await admin.getByRole("button", { name: words["people.add"] }).click();
    const dialog = admin.getByRole("dialog");
    await dialog.getByLabel(words["people.name"]).fill(name);
    await dialog.getByLabel(words["people.role"]).selectOption("operator");
    await shot(admin, "new-person");
    await dialog.getByRole("button", { name: words["people.add-do"], exact: true }).click();
    const firstPassword = (await dialog.locator(".abx-secret").textContent()) ?? "";
    expect(firstPassword.length).toBeGreaterThan(20);
    await shot(admin, "hand-over");
    await dialog.getByRole("button", { name: words["do.done"] }).click();
    await shot(admin, "people");

    // The first sign-in leads to a password of one's own, and then to where it was meant to go.
    await worker.goto(`${platform.url}/dashboard/admin?section=account`);
    await enter(worker, name, firstPassword);
    await worker.locator("#step-change:not([hidden])").waitFor();
    await worker.locator("#next").fill(firstPassword);
    await worker.locator("#again").fill("something else");
    await worker.locator("#submit").click();
    await worker.getByText(login.differs).waitFor();
    await worker.locator("#again").fill(firstPassword);
    await worker.locator("#submit").click();
    await expect.poll(() => worker.locator("#problem").textContent(), SOON).toMatch(/\S{4,}.*[:：]/s);
    await shot(worker, "forced-change");
    await worker.locator("#next").fill(OWN_PASSWORD);
    await worker.locator("#again").fill(OWN_PASSWORD);
    await worker.locator("#submit").click();
    await worker.waitForURL(/\/dashboard\/admin\?section=account$/);

    // A second factor, from the QR code to a sign-in with it.
    const totp = worker.locator(".abx-totp");
    await totp.getByRole("button", { name: words["totp.set-up"] }).click();
    await totp.getByLabel(words["password.current"]).fill(OWN_PASSWORD);
    await totp.getByRole("button", { name: words["do.go-on"] }).click();
    await totp.locator(".abx-qr path[d*='M']").waitFor({ state: "attached" });
    const nextCode = createAuthenticator(((await totp.locator(".abx-secret").textContent()) ?? "").replace(/\s/g, ""));
    await shot(worker, "totp");
    await totp.getByLabel(words["totp.code"]).fill(nextCode());
    await totp.getByRole("button", { name: words["totp.confirm"] }).click();
    await totp.locator(".abx-recovery__codes li").last().waitFor();
    const recovery = await totp.locator(".abx-recovery__codes li").allTextContents();
    expect(recovery).toHaveLength(10);
    await shot(worker, "recovery-codes");
    await totp.getByLabel(words["recovery.kept"]).check();
    await totp.getByRole("button", { name: words["do.done"] }).click();
    await worker.locator(".abx-menu button").last().click();
    await worker.getByRole("button", { name: shell["menu.sign-out"] }).click();
    await worker.waitForURL(/\/login/);
    await enter(worker, name, OWN_PASSWORD);
    await worker.locator("#step-code:not([hidden])").waitFor();
    await worker.locator("#code").fill("000000");
    await worker.locator("#submit").click();
    await worker.getByText(login["bad-code"]).waitFor();
    await shot(worker, "code");
    await worker.locator("#code").fill(nextCode());
    await worker.locator("#submit").click();
    await worker.locator(".abx-tile").first().waitFor({ timeout: 30_000 });
    await worker.getByRole("link", { name: shell["nav.jobs"] }).waitFor();

    // Another role, while the page is open.
    await openSection(admin, "people");
    await admin.getByRole("button", { name: words["people.edit-named"].replace("{name}", name) }).click();
    await dialog.getByLabel(words["people.role"]).selectOption("viewer");
    await shot(admin, "role-change");
    await dialog.getByRole("button", { name: words["people.save"] }).click();
    await dialog.waitFor({ state: "detached" });
    await worker.locator(".abx-rights").waitFor(SOON);
    expect(await worker.getByRole("link", { name: shell["nav.jobs"] }).count()).toBe(0);
    await shot(worker, "rights-changed");
    await worker.getByRole("button", { name: shell["rights.again"] }).click();
    await worker.locator(".abx-tile").first().waitFor({ timeout: 30_000 });
    expect(await worker.locator(".abx-rights").count()).toBe(0);

    // The session is ended by somebody else: the page says so, and leads back after the next sign-in.
    await openSection(admin, "sessions");
    await admin.locator("tbody tr", { hasText: name }).getByRole("button").first().click();
    await shot(admin, "end-session");
    await dialog.getByRole("button", { name: words["session.end"], exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await worker.waitForURL(/\/login\?/, SOON);
    await worker.getByText(login.ended).waitFor();
    await shot(worker, "session-ended");
    await enter(worker, name, OWN_PASSWORD);
    await worker.getByRole("button", { name: login.useRecovery }).click();
    await worker.locator("#code").fill(recovery[0] ?? "");
    await worker.locator("#submit").click();
    await worker.waitForURL(/\/dashboard\/overview$/);

    // A token opens what it was given, and nothing once it is revoked.
    await openSection(admin, "tokens");
    await admin.getByRole("button", { name: words["token.add"] }).click();
    const tokenName = `erp-${locale.toLowerCase()}`;
    await dialog.getByLabel(words["token.name"]).fill(tokenName);
    await dialog.getByRole("button", { name: words["token.choose-reading"] }).click();
    await shot(admin, "new-token");
    await dialog.getByRole("button", { name: words["token.add-do"], exact: true }).click();
    const token = (await dialog.locator(".abx-secret").first().textContent()) ?? "";
    const statusOf = async (apiPath: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${platform.url}/api/v1${apiPath}`, { headers })).status;
    };
    expect([await statusOf("/sites"), await statusOf("/users")]).toEqual([200, 403]);
    await dialog.getByRole("button", { name: words["do.done"] }).click();
    await admin.getByRole("button", { name: words["token.revoke-named"].replace("{name}", tokenName) }).click();
    await dialog.getByRole("button", { name: words["token.revoke"], exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => statusOf("/sites"), SOON).toBe(401);
    await shot(admin, "tokens");

    for (const section of ["webhooks", "settings", "account"]) {
      await openSection(admin, section);
      await shot(admin, section);
    }
    expect([...problems, ...workersProblems]).toEqual([]);
    await Promise.all([admin.context().close(), worker.context().close()]);
  });
});

async function enter(page: Page, username: string, password: string): Promise<void> {
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(password);
  await page.locator("#submit").click();
}
