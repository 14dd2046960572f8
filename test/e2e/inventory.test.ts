import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { naughtyStrings } from "../services/naughty-strings.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations, signIn } from "./browser.ts";
import { watchTraffic } from "./traffic.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const LAPTOP = { width: 1366, height: 768 };
const WITHOUT_READINGS_MS = 15_000;
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];
const WORDS = {
  "zh-CN": {
    import: "导入…",
    file: "站点文件",
    cannot: "有 1 行无法导入",
    apply: "应用",
    applied: "已应用：新增 1 个",
    add: "新增站点",
    addDo: "新增",
    test: "测试连接",
    answers: "控制器有应答",
    take: /^选用/,
    address: "控制器地址",
    labels: ["编号", "名称", "区域", "分区"],
    edit: "编辑",
    managed: "由站点文件 listed.yaml 管理",
    disable: "停用",
    disabled: "已停用。",
    verify: "立即校验",
    whole: "日志完整",
    imported: "导入站点",
    open: /^查看第/,
    close: "关闭",
  },
  en: {
    import: "Import…",
    file: "Sites file",
    cannot: "Rows that cannot be taken: 1.",
    apply: "Apply",
    applied: "Applied: 1 new",
    add: "Add a site",
    addDo: "Add",
    test: "Test connection",
    answers: "The controller answers",
    take: /^Take/,
    address: "Controller address",
    labels: ["Id", "Name", "Region", "Zone"],
    edit: "Edit",
    managed: "The sites file listed.yaml says",
    disable: "Disable",
    disabled: "is disabled.",
    verify: "Verify now",
    whole: "The trail is whole",
    imported: "Import sites",
    open: /^Open entry/,
    close: "Close",
  },
} as const;

type Entry = { id: string; name: string; region: string; zone: string; controller: { url: string; profile: string } };

/** Sites are imported, added, tested and disabled on the real platform, and the audit trail says so. */
describe.skipIf(noBrowser !== null)("the inventory", () => {
  let browser: Browser;
  let fleet: Fleet;
  let platform: PlatformProcess;
  let folder: string;
  let entries: Entry[];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "antbox-inventory-e2e-"));
    [browser, fleet] = await Promise.all([launchBrowser(), startFleet(8)]);
    entries = (parse(readFileSync(fleet.sitesFile, "utf8")) as { sites: Entry[] }).sites;
    const sitesFile = path.join(folder, "listed.yaml");
    writeFileSync(sitesFile, stringify({ sites: entries.slice(0, 2) }));
    platform = await startWatchedPlatform({ sitesFile, databaseUrl: null, environment: { POLL_INTERVAL_S: "2" } });
    await platform.ready();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    await fleet?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(locale: "zh-CN" | "en", viewport: { width: number; height: number }) {
    const opened = await openPage(browser, { locale, viewport });
    const traffic = watchTraffic(opened.page);
    await signIn(opened.page, platform.url, "admin", ADMIN_PASSWORD);
    return { ...opened, traffic };
  }
  const section = (page: Page, id: string) => page.goto(`${platform.url}/dashboard/admin?section=${id}`);
  const shoot = async (page: Page, name: string) => {
    if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
  };
  const isWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  test.for([
    { locale: "zh-CN", viewport: LAPTOP, first: 2 },
    { locale: "en", viewport: PHONE, first: 4 },
  ] as const)("in $locale at $viewport.width px", { timeout: 180_000 }, async ({ locale, viewport, first }) => {
    const words = WORDS[locale];
    const name = (part: string) => `inventory-${part}-${locale}-${viewport.width}`;
    const [imported, added] = [entries[first], entries[first + 1]];
    if (!imported || !added) throw new Error("the fleet is too small");
    const { page, problems, traffic } = await open(locale, viewport);
    await section(page, "sites");
    const openedMs = performance.now();
    const rows = page.locator(".abx-section tbody tr");
    await rows.first().waitFor();

    // A file with a bad row says where, and cannot be applied.
    const file = path.join(folder, `${imported.id}.yaml`);
    writeFileSync(file, stringify({ sites: [{ ...imported, interval_s: "often" }] }));
    await page.getByRole("button", { name: words.import }).click();
    const dialog = page.locator("dialog");
    await dialog.getByLabel(words.file).setInputFiles(file);
    await dialog.getByText(words.cannot).waitFor();
    expect(await dialog.getByRole("button", { name: words.apply, exact: true }).isDisabled()).toBe(true);
    expect(await dialog.textContent()).toContain("interval_s");
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, name("import-wrong"));

    // Corrected it is tried, then applied.
    writeFileSync(file, stringify({ sites: [imported] }));
    await dialog.getByLabel(words.file).setInputFiles([]);
    await dialog.getByLabel(words.file).setInputFiles(file);
    const apply = dialog.getByRole("button", { name: words.apply, exact: true });
    await expect.poll(() => apply.isEnabled(), { timeout: 10_000 }).toBe(true);
    await shoot(page, name("import-trial"));
    await apply.click();
    await page.getByText(words.applied).waitFor();

    // Another one is added with the profile that its controller's answers ask for.
    await page.getByRole("button", { name: words.add }).click();
    await dialog.getByLabel(words.address).fill(added.controller.url);
    await dialog.getByRole("button", { name: words.test }).click();
    await dialog.getByText(words.answers).waitFor({ timeout: 20_000 });
    const take = dialog.getByRole("button", { name: words.take });
    if ((await take.count()) > 0) await take.click();
    expect(await dialog.locator("select").inputValue()).toBe(added.controller.profile);
    const values = [added.id, added.name, added.region, added.zone];
    for (const [index, label] of words.labels.entries()) {
      await dialog.getByLabel(label, { exact: true }).fill(values[index] ?? "");
    }
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, name("add"));
    await dialog.getByRole("button", { name: words.addDo, exact: true }).click();
    await dialog.waitFor({ state: "detached" });

    // Both are polled within some rounds.
    for (const { id } of [imported, added]) {
      const row = rows.filter({ hasText: id });
      await expect.poll(() => row.textContent(), { timeout: 60_000 }).toMatch(/在线|Reporting/);
    }
    // A page that has had no readings for a while still hears of the rounds.
    await page.waitForTimeout(Math.max(0, openedMs + WITHOUT_READINGS_MS - performance.now()));
    expect(await page.locator(".abx-chip.is-live").count()).toBe(1);
    expect(await isWide(page)).toBeLessThanOrEqual(0);
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, name("list"));

    // What the file says is changed in the file.
    await rows
      .filter({ hasText: entries[0]?.id ?? "" })
      .getByRole("button")
      .click();
    await dialog.getByText(words.managed).waitFor();
    await shoot(page, name("managed"));
    await dialog.getByRole("button", { name: words.close }).click();

    // The other one is disabled, after it was said what that means.
    await rows.filter({ hasText: added.id }).getByRole("button").click();
    await dialog.getByRole("button", { name: words.disable }).click();
    await shoot(page, name("disable"));
    await dialog.getByRole("button", { name: words.disable, exact: true }).click();
    await page.getByText(words.disabled).waitFor();

    // The trail says all of it, and is whole.
    await section(page, "audit");
    const trail = page.locator(".abx-section tbody tr");
    await trail.filter({ hasText: words.imported }).first().getByRole("button", { name: words.open }).click();
    await expect.poll(() => dialog.textContent()).toContain(imported.id);
    expect(await dialog.textContent()).toContain("(set)");
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, name("audit-entry"));
    await dialog.getByRole("button", { name: words.close }).click();
    await page.getByRole("button", { name: words.verify }).click();
    await page.getByText(words.whole).waitFor({ timeout: 30_000 });
    expect(await isWide(page)).toBeLessThanOrEqual(0);
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, name("audit"));

    await section(page, "about");
    await page.locator(".abx-section tbody tr").first().waitFor();
    expect(await page.locator(".abx-section tbody tr").count()).toBeGreaterThan(50);
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, name("about"));

    expect(await traffic.privateAddresses()).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("shows every naughty string as the text that it is", { timeout: 180_000 }, async () => {
    const { page, problems } = await open("en", LAPTOP);
    const dialogs: string[] = [];
    page.on("dialog", (shown) => {
      dialogs.push(shown.message());
      void shown.dismiss();
    });
    const all = naughtyStrings().map((text, n) => ({ ...entries[7], id: `naughty-${n}`, name: text, enabled: false }));
    const headers = { cookie: await platform.signIn(), origin: platform.url, "content-type": "application/json" };
    const send = async (sites: unknown[], dryRun: boolean) => {
      const url = `${platform.url}/api/v1/sites/import?dryRun=${dryRun}`;
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ sites }) });
      return {
        status: response.status,
        report: (await response.json()) as { rows: { id: string; verdict: string }[] },
      };
    };
    const { report } = await send(all, true);
    const bad = new Set(report.rows.filter(({ verdict }) => verdict === "error").map(({ id }) => id));
    const good = all.filter(({ id }) => !bad.has(id));
    expect(good.length).toBeGreaterThan(250);
    expect((await send(good, false)).status).toBe(200);

    await section(page, "sites");
    await page.locator(".abx-section tbody tr").first().waitFor();
    const more = page.getByRole("button", { name: "Show more" });
    while ((await more.count()) > 0) await more.click();
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll(".abx-section tbody tr th")].map((cell) => cell.firstChild?.textContent ?? ""),
    );
    // White space at the ends is the browser's to draw: everything else is there, letter for letter.
    const trimmed = new Set(shown.map((text) => text.trim()));
    expect(good.filter(({ name }) => !trimmed.has(name.trim())).map(({ name }) => name)).toEqual([]);
    await section(page, "audit");
    await page.locator(".abx-section tbody tr").filter({ hasText: "Import sites" }).first().getByRole("button").click();
    await page.locator("dialog tbody tr").first().waitFor();
    await page.goto(`${platform.url}/dashboard/overview`);
    await page.locator(".abx-tile").first().waitFor();
    const foreign = await page.evaluate(
      () =>
        document.querySelectorAll("#app img:not([src^='/']), #app iframe, #app object, #app embed, #app marquee")
          .length,
    );
    expect(foreign).toBe(0);
    expect(dialogs).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
