import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, signIn } from "./browser.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const FIRST_PASSWORD = "a walrus lent by somebody else";
const PASSWORD = "two herons over a slow river";
const SITES = 6;
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];
const RULE_ID = "our-supply-warm";
const SHIPPED_FLOW = new URL("../../flows/tab.alarms.json", import.meta.url);

const example = JSON.parse(readFileSync(new URL("../../examples/alert-rule.json", import.meta.url), "utf8")) as {
  type: string;
}[];
/** The node alone, on the platform of the shipped flows, as a person takes it over from the example. */
const EXAMPLE = JSON.stringify(
  example.filter(({ type }) => type === "alert-rule").map((node) => ({ ...node, platform: "antbox-platform-main" })),
);

const WORDS = {
  en: {
    copy: "Supply temperature high (supply-temp-high)",
    problem: /^✗ sign 18: unknown point: "tempp"; allowed: /,
    holds: `holds at ${SITES} · does not at 0`,
    day: /^Raised \d+ times, told \d+ times, at \d of 6 sites/,
  },
  "zh-CN": {
    copy: "供液温度高 (supply-temp-high)",
    problem: /^✗ 第 18 个字符 未知测点: "tempp"; 允许: /,
    holds: `成立 ${SITES} · 不成立 0`,
    day: /^触发 \d+ 次，通知 \d+ 次，涉及 \d \/ 6 个站点/,
  },
} as const;

/** The form of the node `alert-rule`, in the editor of the built platform, in front of a simulated fleet. */
describe.skipIf(noBrowser !== null)("an engineer who writes a rule in the editor", () => {
  let browser: Browser;
  let platform: RunningPlatform;

  beforeAll(async () => {
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startPlatform({ sites: SITES, intervalS: 5, environment: { EDITOR: "on" } }, startWatchedPlatform),
    ]);
    await addEngineer();
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
  }, 60_000);

  async function addEngineer(): Promise<void> {
    const { page } = await openPage(browser, { locale: "en" });
    await signIn(page, platform.url, platform.username, platform.password);
    const body = { username: "chen.yu", role: "engineer", password: FIRST_PASSWORD };
    expect((await post(page.context(), "/api/v1/users", body)).status).toBe(201);
    await page.context().close();
    const { page: own } = await openPage(browser, { locale: "en" });
    await post(own.context(), "/api/v1/auth/login", { username: "chen.yu", password: FIRST_PASSWORD });
    const change = { current: FIRST_PASSWORD, next: PASSWORD };
    expect((await post(own.context(), "/api/v1/account/password", change)).status).toBe(204);
    await own.context().close();
  }
  async function post(context: BrowserContext, path: string, data: object): Promise<{ status: number; body: string }> {
    const answer = await context.request.post(platform.url + path, { data, headers: { origin: platform.url } });
    return { status: answer.status(), body: await answer.text() };
  }

  /** By the editor's own import, as with Ctrl+I; put into the wire before the shipped rules. */
  async function importExample(page: Page): Promise<void> {
    await page.evaluate("RED.workspaces.show('alarms-tab')");
    await page.evaluate("RED.actions.invoke('core:show-import-dialog')");
    const text = page.locator("#red-ui-clipboard-dialog-import-text");
    await text.fill(EXAMPLE);
    // The dialog looks at what it was given when a key goes up.
    await text.press("End");
    await page.locator("#red-ui-clipboard-dialog-ok").click();
    const chart = page.locator("#red-ui-workspace-chart");
    await chart.hover({ position: { x: 260, y: 320 } });
    await chart.click({ position: { x: 260, y: 320 } });
    await becomesTrue(page, "RED.nodes.filterNodes({ type: 'alert-rule' }).length === 1");
    await page.evaluate(SPLICE);
  }
  /** From outside: the editor's content security policy lets no page compile what it is to wait for. */
  async function becomesTrue(page: Page, expression: string): Promise<void> {
    await expect.poll(() => page.evaluate(expression), { timeout: 30_000, message: expression }).toBe(true);
  }
  async function openForm(page: Page): Promise<void> {
    await page.evaluate("RED.editor.edit(RED.nodes.filterNodes({ type: 'alert-rule' })[0])");
    await page.locator("#antbox-rule-check", { hasText: /^[✓✗]/ }).waitFor({ timeout: 20_000 });
  }
  async function shoot(page: Page, name: string): Promise<void> {
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
  }
  const field = (page: Page, name: string) => page.locator(`#antbox-rule-${name}`);

  async function fillIn(page: Page, locale: keyof typeof WORDS): Promise<void> {
    const words = WORDS[locale];
    await field(page, "copy").selectOption({ label: words.copy });
    await expect.poll(() => field(page, "id").inputValue()).toBe("supply-temp-high");
    expect(await field(page, "condition").inputValue()).toContain('"supply_temp_high"');
    await field(page, "id").fill(RULE_ID);
    await field(page, "condition").fill("supply_temp_c >= tempp");
    await field(page, "check").getByText(words.problem).waitFor({ timeout: 20_000 });
    expect(await field(page, "run").isDisabled()).toBe(true);
    await field(page, "condition").fill("supply_temp_c >= 5");
    await field(page, "onDelayS").fill("0");
    await field(page, "suppressedBy").fill("");
    await field(page, "check").getByText("✓ supply_temp_c >= 5").waitFor({ timeout: 20_000 });
    await field(page, "preview").getByText(words.holds).waitFor({ timeout: 20_000 });
    expect(await field(page, "preview").locator("div").count()).toBe(SITES + 1);
    await field(page, "run").click();
    await field(page, "day").getByText(words.day).first().waitFor({ timeout: 30_000 });
  }

  // One after the other: what the second one deploys, the first one must not find.
  test("copies a shipped rule, is shown the mistake, tries it on the plant, and deploys it, in both languages", {
    timeout: 150_000,
  }, async () => {
    for (const locale of ["zh-CN", "en"] as const) await writeRule(locale);
  });

  async function writeRule(locale: keyof typeof WORDS): Promise<void> {
    const { page, problems } = await openPage(browser, { locale });
    const login = { username: "chen.yu", password: PASSWORD };
    expect((await post(page.context(), "/api/v1/auth/login", login)).status).toBe(200);
    await page.goto(`${platform.url}/editor/`);
    await page.locator("#red-ui-workspace-chart").waitFor({ timeout: 30_000 });
    await becomesTrue(page, "Boolean(globalThis.RED?.nodes.workspace('alarms-tab'))");
    await importExample(page);
    await openForm(page);
    await shoot(page, `alert-rule-open-${locale}`);
    await fillIn(page, locale);
    await shoot(page, `alert-rule-form-${locale}`);
    await page.locator("#node-dialog-ok").click();
    if (locale === "en") await deployAndWait(page);
    expect(problems).toEqual([]);
    await page.context().close();
  }

  async function deployAndWait(page: Page): Promise<void> {
    await page.locator("#red-ui-header-button-deploy").click();
    await becomesTrue(page, "!RED.nodes.dirty()");
    await shoot(page, "alert-rule-deployed");
    // The flows that are deployed here are the test's own.
    expect(readFileSync(SHIPPED_FLOW, "utf8")).not.toContain(RULE_ID);
    await page.goto(`${platform.url}/dashboard/alarms?rule=${RULE_ID}`);
    await page.locator(".abx-line").first().waitFor({ timeout: 30_000 });
    await expect.poll(() => page.locator(".abx-line").count(), { timeout: 30_000 }).toBe(SITES);
    expect(await page.locator(".abx-line__title").first().textContent()).toContain("Supply temperature high");
    await shoot(page, "alert-rule-alarm");
  }
});

/** Wires the imported node between the live data and the shipped rules. */
const SPLICE = `(() => {
  const [own] = RED.nodes.filterNodes({ type: "alert-rule" });
  const shipped = RED.nodes.node("alarms-rules");
  const [link] = RED.nodes.filterLinks({ target: shipped });
  RED.nodes.removeLink(link);
  RED.nodes.addLink({ source: link.source, sourcePort: link.sourcePort, target: own });
  RED.nodes.addLink({ source: own, sourcePort: 0, target: shipped });
  RED.view.redraw(true);
})()`;
