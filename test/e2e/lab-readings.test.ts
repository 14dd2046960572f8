import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { baselinesEn } from "../../dashboard/locales/baselines-en.ts";
import { baselinesZhCN } from "../../dashboard/locales/baselines-zh-CN.ts";
import { BASELINE_NAMES } from "../../domain/alarms/site-facts.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations, signIn } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const LAPTOP = { width: 1366, height: 768 };
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];
const WORDS = {
  "zh-CN": { enter: "录入结果", save: "保存", saved: "已保存。", byHand: "人工录入", void: "作废", sure: "确认作废" },
  en: {
    enter: "Enter results",
    save: "Save",
    saved: "Saved.",
    byHand: "entered by hand",
    void: "Void",
    sure: "Really void",
  },
} as const;

/** People enter, see and void what was not measured by the controller: on the real platform, laptop and phone. */
describe.skipIf(noBrowser !== null)("on the site page, lab readings", () => {
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

  const shoot = async (page: Page, name: string) => {
    if (SHOTS) await page.locator(".abx-lab").screenshot({ path: path.join(SHOTS, `${name}.png`) });
  };

  test.for([
    { locale: "zh-CN", viewport: LAPTOP, site: "site-001" },
    { locale: "zh-CN", viewport: PHONE, site: "site-002" },
    { locale: "en", viewport: LAPTOP, site: "site-003" },
    { locale: "en", viewport: PHONE, site: "site-004" },
  ] as const)("in $locale at $viewport.width px", { timeout: 120_000 }, async ({ locale, viewport, site }) => {
    const words = WORDS[locale];
    const name = `lab-${locale}-${viewport.width}`;
    const { page, problems } = await openPage(browser, { locale, viewport });
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
    await page.goto(`${platform.url}/dashboard/site?id=${site}`);
    const lab = page.locator(".abx-lab");
    await lab.getByRole("button", { name: words.enter }).click();

    await lab.locator("#abx-lab-coolant_ph").fill("15");
    await lab.locator("#abx-lab-coolant_iron_mg_l").fill("3,5");
    await lab.getByRole("button", { name: words.save }).click();
    const wrong = lab.locator('[aria-invalid="true"]');
    await wrong.first().waitFor();
    expect(await wrong.evaluateAll((inputs) => inputs.map(({ id }) => id))).toEqual([
      "abx-lab-coolant_ph",
      "abx-lab-coolant_iron_mg_l",
    ]);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("abx-lab-coolant_ph");
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, `${name}-wrong`);

    await lab.locator("#abx-lab-coolant_ph").fill("7.25");
    await lab.locator("#abx-lab-coolant_iron_mg_l").fill("3.5");
    await lab.locator("#abx-lab-note").fill("Lab 7, 样品 112");
    await lab.getByRole("button", { name: words.save }).click();
    await lab.getByText(words.saved).waitFor();
    const rows = lab.locator("tbody tr");
    expect(await rows.count()).toBe(2);
    expect(await lab.textContent()).toContain("7.25");
    // Among the readings of the site, said to be by hand.
    const reading = page.locator('.abx-points th[title="coolant_ph"]');
    await expect.poll(() => reading.textContent()).toContain(words.byHand);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await shoot(page, `${name}-saved`);

    await rows.filter({ hasText: "7.25" }).getByRole("button").click();
    await lab.getByRole("button", { name: words.sure }).click();
    await lab.locator("tr.is-void").waitFor();
    await expect.poll(() => reading.count()).toBe(0);
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, `${name}-voided`);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test.for([
    { locale: "zh-CN", viewport: LAPTOP, site: "site-001" },
    { locale: "en", viewport: PHONE, site: "site-002" },
  ] as const)("and baselines, in $locale at $viewport.width px", { timeout: 120_000 }, async (given) => {
    const { locale, viewport, site } = given;
    const words = locale === "en" ? baselinesEn : baselinesZhCN;
    const { page, problems } = await openPage(browser, { locale, viewport });
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
    await page.goto(`${platform.url}/dashboard/site?id=${site}`);
    const baselines = page.locator("details.abx-baselines");
    await baselines.locator("summary").first().click();
    const rows = baselines.locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(BASELINE_NAMES.length);

    await baselines.getByRole("button", { name: words["enter"] }).click();
    const form = baselines.locator("form");
    expect(await form.locator("option").count()).toBe(BASELINE_NAMES.length);
    await form.locator("select").selectOption("ppue");
    await form.locator("input").first().fill("97");
    await form.getByRole("button", { name: words["save"] }).click();
    await form.locator('[aria-invalid="true"]').waitFor();
    await form.locator("input").first().fill("1.05");
    await form.getByRole("button", { name: words["save"] }).click();
    await form.waitFor({ state: "detached" });
    await expect.poll(() => baselines.locator("tbody").textContent()).toContain("1.05");
    expect(await seriousViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
