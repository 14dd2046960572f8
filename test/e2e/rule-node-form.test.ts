import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, noBrowser, openPage, signIn } from "./browser.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const SITES = 3;
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];

const example = JSON.parse(readFileSync(new URL("../../examples/alert-limit.json", import.meta.url), "utf8")) as {
  type: string;
}[];
/** The node alone, on the platform of the shipped flows, as a person takes it over from the example. */
const EXAMPLE = JSON.stringify(
  example.filter(({ type }) => type === "alert-limit").map((node) => ({ ...node, platform: "antbox-platform-main" })),
);

const WORDS = {
  "zh-CN": {
    node: "限值报警",
    labels: ["测点", "方向", "限值", "回差", "延时 (s)", "优先级", "处置措施"],
    reading: "供液温度 (°C) · supply_temp_c",
    side: "≥ 限值",
    rule: "✓ 供液温度 ≥ 5 °C (own-supply-temp-c-above-high)",
    holds: `成立 ${SITES} · 不成立 0`,
    help: "一个测点达到限值并持续一段时间后",
  },
  en: {
    node: "limit alarm",
    labels: ["Reading", "Alarm when", "Limit", "Deadband", "For (s)", "Priority", "What to do"],
    reading: "Supply temperature (°C) · supply_temp_c",
    side: "≥ limit",
    rule: "✓ Supply temperature ≥ 5 °C (own-supply-temp-c-above-high)",
    holds: `holds at ${SITES} · does not at 0`,
    help: "Raises an alarm at a site when a reading has been at its limit",
  },
} as const;

/** The form that is made of a rule node's definition, in the editor of the built platform. */
describe.skipIf(noBrowser !== null)("a person who sets a limit in the editor", () => {
  let browser: Browser;
  let platform: RunningPlatform;

  beforeAll(async () => {
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startPlatform({ sites: SITES, intervalS: 5, environment: { EDITOR: "on" } }, startWatchedPlatform),
    ]);
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
  }, 60_000);

  /** By the editor's own import, as with Ctrl+I. */
  async function importExample(page: Page): Promise<void> {
    await page.evaluate("RED.workspaces.show('alarms-tab')");
    await page.evaluate("RED.actions.invoke('core:show-import-dialog')");
    const text = page.locator("#red-ui-clipboard-dialog-import-text");
    await text.fill(EXAMPLE);
    // The dialog looks at what it was given when a key goes up.
    await text.press("End");
    await page.locator("#red-ui-clipboard-dialog-ok").click();
    const chart = page.locator("#red-ui-workspace-chart");
    await chart.hover({ position: { x: 260, y: 460 } });
    await chart.click({ position: { x: 260, y: 460 } });
    await becomesTrue(page, "RED.nodes.filterNodes({ type: 'alert-limit' }).length === 1");
    await page.evaluate(SPLICE);
  }
  /** From outside: the editor's content security policy lets no page compile what it is to wait for. */
  async function becomesTrue(page: Page, expression: string): Promise<void> {
    await expect.poll(() => page.evaluate(expression), { timeout: 30_000, message: expression }).toBe(true);
  }
  async function shoot(page: Page, name: string): Promise<void> {
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
  }
  const field = (page: Page, name: string) => page.locator(`#node-input-${name}`);

  test("sees every setting in words, what is wrong and where it holds, and deploys it, in both languages", {
    timeout: 150_000,
  }, async () => {
    for (const locale of ["zh-CN", "en"] as const) await setLimit(locale);
  });

  async function setLimit(locale: keyof typeof WORDS): Promise<void> {
    const words = WORDS[locale];
    const { page, problems } = await openPage(browser, { locale });
    await signIn(page, platform.url, platform.username, platform.password);
    await page.goto(`${platform.url}/editor/`);
    await page.locator("#red-ui-workspace-chart").waitFor({ timeout: 30_000 });
    await becomesTrue(page, "Boolean(globalThis.RED?.nodes.workspace('alarms-tab'))");
    const inPalette = await page.locator(".red-ui-palette-node[data-palette-type='alert-limit']").textContent();
    expect(inPalette?.replaceAll(/\s+/g, " ")).toContain(words.node);
    await importExample(page);
    await page.evaluate("RED.editor.edit(RED.nodes.filterNodes({ type: 'alert-limit' })[0])");
    await field(page, "limit").waitFor();
    const labels = await page.locator("#dialog-form .form-row > label").allTextContents();
    expect(labels.map((label) => label.trim()).slice(2)).toEqual(words.labels);
    expect(await selectedText(page, "point")).toBe(words.reading);
    expect(await selectedText(page, "side")).toBe(words.side);
    await field(page, "limit").fill("");
    const check = page.locator("#antbox-rule-node-check");
    await check.getByText(/^✗ limit: must be a number from/).waitFor({ timeout: 20_000 });
    await field(page, "limit").fill("5");
    await field(page, "delayS").fill("0");
    await check.getByText(words.rule).waitFor({ timeout: 20_000 });
    await page.locator("#antbox-rule-node-now").getByText(words.holds).waitFor({ timeout: 20_000 });
    await shoot(page, `rule-node-form-${locale}`);
    await page.locator("#node-dialog-ok").click();
    await page.evaluate("RED.actions.invoke('core:show-help-tab')");
    await page.locator(".red-ui-sidebar-help-content, .red-ui-help").getByText(words.help).first().waitFor();
    await shoot(page, `rule-node-help-${locale}`);
    if (locale === "en") await deployAndWait(page);
    expect(problems).toEqual([]);
    await page.context().close();
  }
  function selectedText(page: Page, name: string): Promise<string> {
    return field(page, name).evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.text ?? "");
  }

  async function deployAndWait(page: Page): Promise<void> {
    await page.locator("#red-ui-header-button-deploy").click();
    await becomesTrue(page, "!RED.nodes.dirty()");
    await page.goto(`${platform.url}/dashboard/alarms?rule=own-supply-temp-c-above-high`);
    await page.locator(".abx-line").first().waitFor({ timeout: 30_000 });
    await expect.poll(() => page.locator(".abx-line").count(), { timeout: 30_000 }).toBe(SITES);
    expect(await page.locator(".abx-line__title").first().textContent()).toContain("Supply temperature ≥ 5 °C");
    await shoot(page, "rule-node-alarm");
  }
});

/** Wires the imported node between the live data and the shipped rules. */
const SPLICE = `(() => {
  const [own] = RED.nodes.filterNodes({ type: "alert-limit" });
  const shipped = RED.nodes.node("alarms-rules");
  const [link] = RED.nodes.filterLinks({ target: shipped });
  RED.nodes.removeLink(link);
  RED.nodes.addLink({ source: link.source, sourcePort: link.sourcePort, target: own });
  RED.nodes.addLink({ source: own, sourcePort: 0, target: shipped });
  RED.view.redraw(true);
})()`;
