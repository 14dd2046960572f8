import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { adminEn } from "../../dashboard/locales/admin-en.ts";
import { adminZhCN } from "../../dashboard/locales/admin-zh-CN.ts";
import { notificationsEn } from "../../dashboard/locales/notifications-en.ts";
import { notificationsZhCN } from "../../dashboard/locales/notifications-zh-CN.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { fakeUser } from "./harness/fake-admin.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";

const LAPTOP = { width: 1366, height: 768 };
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];
const PARTS = ["channels", "recipients", "routes", "on-call", "deliveries"] as const;

/** The built section in a real browser, on made-up channels with their real forms. */
describe.skipIf(noBrowser !== null)("the section of notifications", () => {
  let browser: Browser;
  let platform: FakePlatform;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    platform = await startFakePlatform({ sites: 14 });
  });
  afterEach(async () => {
    await platform.stop();
  });

  async function open(options: Parameters<typeof openPage>[1], part: string) {
    const opened = await openPage(browser, options);
    await opened.page.context().addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
    await show(opened.page, part);
    return opened;
  }
  async function show(page: Page, part: string): Promise<void> {
    await page.goto(`${platform.url}/dashboard/admin?section=notifications&part=${part}`);
    await page.locator(".abx-section__head p").first().waitFor();
  }
  /** No fault of accessibility, nothing wider than the screen, and a picture for people. */
  async function look(page: Page, name: string): Promise<void> {
    expect(await seriousViolations(page), name).toEqual([]);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(overflow, name).toBeLessThanOrEqual(0);
    if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `notify-${name}.png`) });
  }

  for (const [locale, colorScheme, viewport] of [
    ["zh-CN", "light", LAPTOP],
    ["en", "dark", PHONE],
  ] as const) {
    test(`has no serious accessibility fault in ${locale}, ${colorScheme}`, { timeout: 120_000 }, async () => {
      const { page, problems } = await open({ locale, colorScheme, viewport }, "channels");
      for (const part of PARTS) {
        await show(page, part);
        await page.locator(".abx-panel").first().waitFor();
        await look(page, `${part}-${locale}`);
        if (part === "deliveries") continue;
        await page
          .locator(".abx-section .abx-button:not([disabled])")
          .filter({ hasText: /编辑|Edit/ })
          .first()
          .click();
        await page.getByRole("dialog").waitFor();
        await look(page, `${part}-edit-${locale}`);
        await page.keyboard.press("Escape");
      }
      expect(problems).toEqual([]);
      await page.context().close();
    });
  }

  test.for([
    ["en", LAPTOP],
    ["zh-CN", PHONE],
  ] as const)(
    "leads from a channel to a route and its outcome, in %s",
    { timeout: 120_000 },
    async ([locale, viewport]) => {
      const words = locale === "en" ? notificationsEn : notificationsZhCN;
      const common = locale === "en" ? adminEn : adminZhCN;
      const name = locale === "en" ? "Night crew" : "夜班组";
      const { page, problems } = await open({ locale, viewport }, "channels");
      const dialog = page.getByRole("dialog");
      const press = (within: Page | Locator, text: string) =>
        within.getByRole("button", { name: text, exact: true }).click();
      const said = (text: string) => page.getByRole("status").filter({ hasText: text }).first().waitFor();

      // A channel: what is missing is named at its field, the server's word on the rest as well.
      await page.locator("tbody tr", { hasText: "Webhook" }).getByRole("button").click();
      await press(dialog, words["channels.save"]);
      expect(await dialog.locator('[aria-invalid="true"]').count()).toBe(2);
      const [url, secret] = [
        dialog.locator("input[type=password]").nth(0),
        dialog.locator("input[type=password]").nth(1),
      ];
      await url.fill("https://hooks.example.com/antbox");
      await secret.fill("too-short");
      await press(dialog, words["channels.save"]);
      const refused =
        locale === "en" ? "must be whsec_ and 24 to 64 bytes in base64" : "应为 whsec_ 加 24–64 字节的 base64";
      await dialog.getByText(refused).waitFor();
      await secret.fill("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfgh4XlrDE=");
      await press(dialog, words["channels.save"]);
      await dialog.waitFor({ state: "detached" });
      await page
        .locator("tbody tr", { hasText: "Webhook" })
        .getByText(words["channels.on"], { exact: true })
        .filter({ visible: true })
        .waitFor();

      // A recipient, and a test message to them.
      await show(page, "recipients");
      await press(page, words["recipients.add"]);
      await dialog.getByLabel(words["recipients.name"]).fill(name);
      const sms = dialog.getByLabel(locale === "en" ? /Text message/ : /短信/);
      await sms.fill("not a number");
      await press(dialog, words["recipients.save"]);
      await dialog.locator(".is-error").first().waitFor();
      await sms.fill("13800001234");
      await press(dialog, words["recipients.save"]);
      await dialog.waitFor({ state: "detached" });
      const row = page.locator("tbody tr", { hasText: name });
      expect(await row.textContent()).toContain("…1234");
      expect(await row.textContent()).not.toContain("13800001234");
      await row.getByRole("button").first().click();
      await press(dialog, words["test.send"]);
      await dialog.getByText(words["test.delivered"]).waitFor({ timeout: 20_000 });
      await look(page, `test-${locale}`);
      await press(dialog, common["do.close"]);

      // A route, which says what it does before it is saved.
      await show(page, "routes");
      const before = platform.notifications.plan().routes.length;
      await press(page, words["routes.add"]);
      await press(dialog, words["routes.save"]);
      await dialog.getByText(words["error.nobody"]).waitFor();
      await dialog.getByLabel(words["routes.name"]).fill(`${name} 2`);
      await dialog.locator("summary", { hasText: words["routes.people"] }).first().click();
      await dialog.getByLabel(name).first().check();
      await dialog.getByRole("combobox", { name: words["routes.add-channel"] }).selectOption("sms");
      await dialog.locator(".abx-will").getByText(name).first().waitFor();
      await look(page, `route-${locale}`);
      await press(dialog, words["routes.save"]);
      await dialog.waitFor({ state: "detached" });
      const { routes } = platform.notifications.plan();
      expect(routes).toHaveLength(before + 1);
      expect(routes.at(-1)).toMatchObject({ name: `${name} 2`, channels: ["sms"], groupBy: "cause", goOn: false });

      // It moves up, until somebody else was faster: then nothing is overwritten.
      const up = page.getByRole("button", { name: words["routes.up-named"].replace("{name}", `${name} 2`) });
      await up.click();
      await said(words["routes.moved"].replace("{name}", `${name} 2`).replace("{n}", String(before)));
      expect(platform.notifications.plan().routes.at(-2)?.name).toBe(`${name} 2`);
      platform.notifications.touchPlan();
      await up.click();
      await page.getByText(words["saved-elsewhere"]).waitFor();
      expect(platform.notifications.plan().routes.at(-2)?.name).toBe(`${name} 2`);

      // The rule that decides, in the browser: the first message is the one of the first route.
      const dry = page.locator(".abx-dry");
      await dry.locator("tbody tr").first().waitFor();
      expect(await dry.locator("tbody tr").count()).toBeGreaterThan(1);
      await look(page, `dry-${locale}`);

      // A calendar with somebody for fourteen days.
      await show(page, "on-call");
      await press(page, words["on-call.add"]);
      await dialog.getByLabel(words["on-call.name"]).fill(`${name} 3`);
      await dialog.getByRole("combobox", { name: words["on-call.add-person"] }).selectOption({ label: name });
      await dialog.locator(".abx-strip__bar").first().waitFor();
      await press(dialog, words["on-call.save"]);
      await dialog.waitFor({ state: "detached" });
      await page.getByText(words["on-call.now"].replace("{names}", name)).waitFor();
      await page.locator(".abx-strip__list summary").first().click();
      await look(page, `calendar-${locale}`);

      // What was sent: by its alarm, with the way back to it.
      await show(page, "deliveries&alarm=site-012.leak");
      await page.locator("tbody tr").first().waitFor();
      expect(await page.locator("tbody tr").count()).toBe(1);
      await page.locator(".abx-why li").first().waitFor();
      expect(await page.locator("tbody a").first().getAttribute("href")).toBe("/dashboard/alarms?alarm=site-012.leak");
      await press(page, words["deliveries.clear"]);
      await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(5);
      await page.getByLabel(words["deliveries.state"]).selectOption("failed");
      await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
      expect(await page.locator("tbody tr").textContent()).toContain(
        locale === "en" ? "does not accept the credentials" : "对方不接受凭据",
      );
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );

  test("shows an operator what was sent, and nothing else", async () => {
    const { page } = await openPage(browser, { locale: "en", viewport: LAPTOP });
    await page.context().addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
    const user = fakeUser("li.wei", "operator");
    await page.route("**/api/v1/auth/me", (route) => route.fulfill({ json: user }));
    await page.route("**/api/v1/auth/refresh", (route) =>
      route.fulfill({ json: { accessToken: "harness", expiresIn: 600, sessionEndsIn: 43_200, user } }),
    );
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await show(page, "routes");
    await page.locator("tbody tr").first().waitFor();
    expect(await page.locator("h1", { hasText: notificationsEn["part.deliveries"] }).count()).toBe(1);
    expect(await page.locator(".abx-tabs").count()).toBe(0);
    const notifications = asked.filter((one) => one.startsWith("/api/v1/notifications/"));
    expect([...new Set(notifications)]).toEqual(["/api/v1/notifications/deliveries"]);
    await page.context().close();
  });

  test("says on the first day what is missing, and lets nobody make a route to nobody", async () => {
    platform.notifications.clear();
    const { page } = await open({ locale: "en", viewport: PHONE }, "recipients");
    await page.getByText(notificationsEn["recipients.none"]).waitFor();
    await show(page, "routes");
    await page.getByText(notificationsEn["routes.none"]).waitFor();
    expect(await page.getByRole("button", { name: notificationsEn["routes.add"] }).isDisabled()).toBe(true);
    await look(page, "routes-empty");
    await show(page, "on-call");
    await page.getByText(notificationsEn["on-call.none"]).waitFor();
    await show(page, "deliveries");
    await page.getByText(notificationsEn["deliveries.none"]).waitFor();
    await page.context().close();
  });

  test("orders a rotation by keyboard alone", async () => {
    const { page } = await open({ locale: "en", viewport: LAPTOP }, "on-call");
    await page.getByRole("button", { name: "Edit Night and day 昼夜值班" }).focus();
    await page.keyboard.press("Enter");
    const rotation = page.getByRole("dialog").getByRole("list", { name: notificationsEn["on-call.rotation"] }).first();
    const first = async (): Promise<string> => (await rotation.locator("li").first().textContent()) ?? "";
    expect(await first()).toContain("Li Wei");
    await rotation.locator("li").nth(1).getByRole("button").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(first).toContain("Wang Fang");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.textContent?.trim()")).toBe("Edit");
    await page.context().close();
  });
});
