import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { cookiesOf } from "../services/cookies-of.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations, signIn } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

/** Of one name and address so many sign-ins may be under way. */
vi.setConfig({ maxConcurrency: 4 });

const LAPTOP = { width: 1366, height: 768 };
const PROFILE = "bitmain-antbox-hk3";
const SECOND = { username: "zhang.min", first: "seven herons over the river", password: "nine herons over the river" };
/** Where screenshots go, for a person to look at; none are made without it. */
const SHOTS = process.env["SHOTS_DIR"];
const JSON_TYPE = { "content-type": "application/json" };

const WORDS = {
  "zh-CN": {
    off: "该站点未开放命令下发",
    range: /允许范围 20/,
    far: /单次最多改变/,
    confirm: "确认下发",
    verified: "已核实生效",
    effect: /秒后生效/,
  },
  en: {
    off: "Commands to this site are switched off",
    range: /Allowed: 20/,
    far: /at most in one step/,
    confirm: "Give the command",
    verified: "Verified",
    effect: /Effect after/,
  },
} as const;

/**
 * Commands from the page of a site, on the real platform: a simulated plant acts, and its readings prove it. Each test has
 * sites of its own; the last one takes the platform away.
 */
describe.skipIf(noBrowser !== null)("the control panel", () => {
  let browser: Browser;
  let fleet: Fleet;
  let platform: PlatformProcess;
  let cookie: string;
  const plants: string[] = [];
  const plant = (place: number): string => plants[place] ?? "";
  beforeAll(async () => {
    [browser, fleet] = await Promise.all([
      launchBrowser(),
      startFleet(11, ["--fault-rates", "off", "--dialects", "a:1"]),
    ]);
    const environment = { POLL_INTERVAL_S: "2" };
    platform = await startWatchedPlatform({ sitesFile: fleet.sitesFile, databaseUrl: null, environment });
    await platform.ready();
    cookie = await platform.signIn();
    const { items } = (await (await ask("GET", "/api/v1/sites")).json()) as {
      items: { id: string; profile: string }[];
    };
    plants.push(...items.filter(({ profile }) => profile === PROFILE).map(({ id }) => id));
    expect(plants).toHaveLength(11);
    // The first one stays as it is at first: nothing can be ordered there.
    await switchWritesOn(plants.slice(1));
    await makeSecondPerson();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    await fleet?.stop();
  });

  const ask = async (method: string, address: string, body?: object, as = cookie): Promise<Response> => {
    const init =
      body === undefined
        ? { headers: { cookie: as } }
        : { headers: { ...JSON_TYPE, cookie: as }, body: JSON.stringify(body) };
    return await fetch(platform.url + address, { method, ...init });
  };
  async function switchWritesOn(sites: readonly string[]): Promise<void> {
    const body = { enabled: true, sites, reason: "tried on one box" };
    const answer = await ask("PUT", `/api/v1/profiles/${PROFILE}/writes`, body);
    expect([answer.status, answer.ok ? "" : await answer.text()]).toEqual([200, ""]);
  }
  async function makeSecondPerson(): Promise<void> {
    const { username, first, password } = SECOND;
    const made = await ask("POST", "/api/v1/users", { username, role: "operator", scope: null, password: first });
    expect(made.status).toBe(201);
    const signedIn = await ask("POST", "/api/v1/auth/login", { username, password: first }, "");
    const changed = await ask(
      "POST",
      "/api/v1/account/password",
      { current: first, next: password },
      cookiesOf(signedIn),
    );
    expect(changed.status).toBe(204);
  }
  const commandsAt = async (site: string, own: string) =>
    (
      (await (await ask("GET", `/api/v1/commands?site=${site}`)).json()) as { items: { kind: string; state: string }[] }
    ).items.filter(({ kind }) => kind === own);
  /** What the plant has been told, by the simulator's own book. */
  const toldTo = async (site: string): Promise<number> => {
    const { rows } = (await (await fetch(`${fleet.controlUrl}/ledger?kind=commands&site=${site}`)).json()) as {
      rows: unknown[];
    };
    return rows.length;
  };

  const fault = async (kind: string, site: string, args: object = {}): Promise<void> => {
    const body = JSON.stringify({ kind, sites: [site], args });
    expect((await fetch(`${fleet.controlUrl}/faults`, { method: "POST", headers: JSON_TYPE, body })).status).toBe(200);
  };
  const order = async (wanted: object): Promise<void> => {
    const selected = await (await ask("POST", "/api/v1/commands", { ...wanted, dryRun: true })).json();
    const { token } = (selected as { confirmation: { token: string } }).confirmation;
    expect((await ask("POST", "/api/v1/commands", { ...wanted, confirmation: token })).status).toBe(202);
  };

  type Visit = {
    readonly locale: "zh-CN" | "en";
    readonly viewport: { readonly width: number; readonly height: number };
    readonly site: string;
    readonly username?: string;
    readonly password?: string;
  };
  async function atSite(
    { locale, viewport, site, username = "admin", password = ADMIN_PASSWORD }: Visit,
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { page, problems } = await openPage(browser, { locale, viewport });
    await signIn(page, platform.url, username, password);
    await page.goto(`${platform.url}/dashboard/site?id=${site}`);
    await page.locator(".abx-kind").first().waitFor();
    await work(page);
    expect(problems).toEqual([]);
    await page.context().close();
  }
  const row = (page: Page, kind: string) => page.locator(`[data-kind="${kind}"]`);
  const select = (page: Page, kind: string) => row(page, kind).locator("button[type=submit]");
  const verdict = (page: Page) => page.locator("dialog [data-verdict]");
  const line = (page: Page, state: string) => page.locator(`.abx-cline[data-state="${state}"]`).first();
  const shoot = async (page: Page, name: string) => {
    if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `command-${name}.png`) });
  };

  // The first two wait for plants most of the time, and do so side by side.
  test("a site is stopped as an emergency from a phone, and reset from a desk", {
    timeout: 300_000,
    concurrent: true,
  }, async ({ expect }) => {
    const site = plant(6);
    await atSite({ locale: "zh-CN", viewport: PHONE, site }, async (page) => {
      await page.getByRole("button", { name: "急停…" }).click();
      const dialog = page.locator("dialog");
      await dialog.getByText("矿机须由人员停止").waitFor();
      await dialog.getByText(/MW/).first().waitFor();
      const hold = dialog.locator(".abx-hold__button");
      expect(await hold.isDisabled()).toBe(true);
      await dialog.locator("textarea").fill("软管破裂");
      await dialog.getByText("冷却液正在泄漏").click();
      expect(await seriousViolations(page)).toEqual([]);
      await shoot(page, "emergency-zh-CN");
      // A tap does nothing; two seconds do.
      await hold.click();
      expect(await dialog.count()).toBe(1);
      await hold.hover();
      await page.mouse.down();
      await dialog.waitFor({ state: "detached" });
      await page.mouse.up();
      const banner = page.locator(".abx-estop");
      await banner.getByText(/admin.*软管破裂/).waitFor();
      await banner
        .locator('[data-interlock="it-power"]')
        .getByText(/请先让矿机休眠/)
        .waitFor({ timeout: 30_000 });
      await page.locator('[data-why="emergency"]').waitFor();
      expect(await select(page, "start_cooling").isDisabled()).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await seriousViolations(page)).toEqual([]);
      await shoot(page, "stopping-zh-CN");
    });
    expect(await toldTo(site)).toBe(0);
    const off = { sites: [site], kind: "curtailment", args: { powerShare: 0 } };
    const ordered = await fetch(`${fleet.controlUrl}/faults`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(off),
    });
    expect(ordered.ok).toBe(true);
    await atSite({ locale: "en", viewport: LAPTOP, site }, async (page) => {
      const banner = page.locator(".abx-estop");
      await page.locator('.abx-estop[data-state="stopped"]').waitFor({ timeout: 180_000 });
      await shoot(page, "stopped-en");
      await banner.getByRole("button", { name: "Reset the stop…" }).click();
      await page.locator("dialog input:focus").waitFor();
      await page.keyboard.type("hose replaced");
      await page.keyboard.press("Enter");
      await banner.waitFor({ state: "detached" });
      await expect.poll(() => select(page, "start_cooling").isEnabled()).toBe(true);
      expect(await seriousViolations(page)).toEqual([]);
    });
    expect(await toldTo(site)).toBe(1);
  });

  test("in Chinese: what had no effect leads to its alarm, a person resolves an unknown one, and a selection runs out", {
    concurrent: true,
    timeout: 240_000,
  }, async ({ expect }) => {
    const [deaf, lost, idle] = [plant(7), plant(8), plant(9)];
    await fault("no_effect", deaf);
    await fault("command_lag", lost, { lagS: 3_000 });
    await fault("answer_lost", lost);
    // All three take their minute at the same time.
    for (const site of [deaf, lost]) await order({ siteId: site, kind: "set_temp_mode", args: { mode: "pid" } });
    await atSite({ locale: "zh-CN", viewport: LAPTOP, site: idle }, async (idlePage) => {
      await row(idlePage, "set_supply_temp").locator("input").fill("34.5");
      await select(idlePage, "set_supply_temp").click();
      await verdict(idlePage).waitFor();
      const confirm = idlePage.getByRole("button", { name: WORDS["zh-CN"].confirm });
      expect(await confirm.isEnabled()).toBe(true);

      await atSite({ locale: "zh-CN", viewport: PHONE, site: lost }, async (page) => {
        await line(page, "unknown").getByRole("button", { name: /^判定/ }).click({ timeout: 60_000 });
        const dialog = page.locator("dialog");
        const keep = dialog.locator("button[type=submit]");
        await dialog.getByLabel("设备未执行").check();
        expect(await keep.isDisabled()).toBe(true);
        await dialog.locator("textarea").fill("控制柜面板显示未动作");
        await keep.click();
        await line(page, "failed").waitFor();
      });

      await idlePage.locator("dialog").getByText("试算结果已过期，未下发任何命令。").waitFor({ timeout: 70_000 });
      expect(await confirm.isDisabled()).toBe(true);
      await shoot(idlePage, "selection-over");
      await idlePage.getByRole("button", { name: "重新试算" }).click();
      await expect.poll(() => confirm.isEnabled(), { timeout: 20_000 }).toBe(true);
      await idlePage.keyboard.press("Escape");
    });
    expect([await toldTo(lost), await toldTo(idle), await commandsAt(idle, "set_supply_temp")]).toEqual([1, 0, []]);

    await atSite({ locale: "zh-CN", viewport: LAPTOP, site: deaf }, async (page) => {
      const link = line(page, "no_effect").getByRole("link", { name: "查看报警" });
      await link.click({ timeout: 90_000 });
      const detail = page.locator(".abx-detail");
      await detail.getByText("命令未生效").first().waitFor({ timeout: 30_000 });
      // And the alarm leads back to the command.
      await detail.locator("[data-command] a").first().click();
      await page.waitForURL(/\/dashboard\/commands\?.*command=/);
    });
  });

  test("says why nothing can be ordered, and who can change that", { timeout: 60_000 }, async () => {
    await atSite({ locale: "zh-CN", viewport: LAPTOP, site: plant(0) }, async (page) => {
      await page.locator('[data-why="writes"]').getByText(WORDS["zh-CN"].off).waitFor();
      expect(await page.locator('[data-why="writes"]').textContent()).toContain("管理员");
      expect(await select(page, "start_cooling").isDisabled()).toBe(true);
      const unusable = page.locator(".abx-control__not");
      expect(await unusable.locator("li").count()).toBeGreaterThan(3);
      expect(await unusable.textContent()).toContain("设备档案中没有此命令的调用方式");
      expect(await seriousViolations(page)).toEqual([]);
    });
  });

  test.for([
    { locale: "zh-CN", viewport: LAPTOP, place: 10 },
    { locale: "en", viewport: PHONE, place: 1 },
  ] as const)(
    "gives a set-point, and stays until the plant has shown it, in $locale at $viewport.width px",
    {
      timeout: 180_000,
    },
    async ({ locale, viewport, place }, { expect }) => {
      const words = WORDS[locale];
      const site = plant(place);
      await atSite({ locale, viewport, site }, async (page) => {
        const own = row(page, "set_supply_temp");
        const field = own.locator("input");
        await expect.poll(() => field.inputValue()).toBe("35.0");
        // What is wrong is said in place, before anything is asked of the server.
        await field.fill("41");
        await own.getByText(words.range).waitFor();
        expect(await select(page, "set_supply_temp").isDisabled()).toBe(true);
        await field.fill("39");
        await own.getByText(words.far).waitFor();
        await field.fill("34,5");
        await select(page, "set_supply_temp").click();
        await verdict(page).waitFor();
        expect(await verdict(page).getAttribute("data-verdict")).toBe("allowed");
        expect(await page.locator('dialog [data-interlock="dew-point"]').count()).toBe(1);
        expect(await page.locator("dialog").textContent()).toMatch(/MW/);
        expect(await seriousViolations(page)).toEqual([]);
        await shoot(page, `selected-${locale}`);
        // Two quick clicks are one order.
        await page.getByRole("button", { name: words.confirm }).dblclick();
        await page.locator("dialog").waitFor({ state: "detached" });
        await line(page, "verified").waitFor({ timeout: 90_000 });
        const result = line(page, "verified");
        await result.getByText(words.effect).waitFor();
        expect(await result.textContent()).toContain("34.5");
        // Before and after, as the evidence has them.
        await expect.poll(() => result.locator("tbody tr").first().textContent()).toMatch(/35\.0 °C.*34\.5 °C/);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(await seriousViolations(page)).toEqual([]);
        await shoot(page, `verified-${locale}`);
        // Too soon for another one: the interlock says so, and nothing can be confirmed.
        await field.fill("34");
        await select(page, "set_supply_temp").click();
        await verdict(page).waitFor();
        expect(await verdict(page).getAttribute("data-verdict")).toBe("refused");
        expect(await page.locator('dialog [data-interlock="least-gap"]').textContent()).toMatch(/600/);
        expect(await page.getByRole("button", { name: words.confirm }).isDisabled()).toBe(true);
        await page.keyboard.press("Escape");
      });
      expect(await commandsAt(site, "set_supply_temp")).toMatchObject([{ state: "verified" }]);
      expect(await toldTo(site)).toBe(1);
    },
  );

  test("a lost answer is asked for again, and one command comes of it", { timeout: 90_000 }, async () => {
    const site = plant(2);
    await atSite({ locale: "en", viewport: LAPTOP, site }, async (page) => {
      const sent: string[] = [];
      await page.route("**/api/v1/commands", async (route) => {
        const body = route.request().postData() ?? "";
        if (!body.includes("confirmation")) return route.continue();
        sent.push(body);
        if (sent.length > 1) return route.continue();
        // The server has done it; nobody hears of it.
        await route.fetch();
        return route.abort("connectionreset");
      });
      await row(page, "set_supply_temp").locator("input").fill("34");
      await select(page, "set_supply_temp").click();
      await page.getByRole("button", { name: WORDS.en.confirm }).click();
      await page.locator("dialog").getByText("No answer from the server").waitFor();
      await page.locator("dialog").waitFor({ state: "detached" });
      await page.locator(".abx-cline").first().waitFor();
      expect(new Set(sent).size).toBe(1);
      expect(sent.length).toBeGreaterThan(1);
    });
    expect(await commandsAt(site, "set_supply_temp")).toHaveLength(1);
  });

  test("cooling stops when one person has asked by keyboard alone, and another one agreed elsewhere", {
    timeout: 180_000,
  }, async () => {
    const site = plant(3);
    await atSite({ locale: "en", viewport: PHONE, site }, async (page) => {
      // Before the readings have come nothing can be ordered, and what cannot be pressed takes no focus.
      await expect.poll(() => select(page, "stop_cooling").isEnabled()).toBe(true);
      await select(page, "stop_cooling").focus();
      await page.keyboard.press("Enter");
      // The reason has the focus: it is needed first.
      await page.locator("dialog textarea:focus").waitFor();
      await page.keyboard.type("the hose has burst");
      await page.keyboard.press("Control+Enter");
      await verdict(page).waitFor();
      expect(await page.locator('dialog [data-interlock="it-power"]').textContent()).toMatch(
        /put the miners to sleep first/,
      );
      expect(await page.locator(".abx-hold__button").count()).toBe(0);
      for (const id of ["it-power", "pump-overrun"]) {
        await page.locator(`dialog [data-interlock="${id}"] input`).focus();
        await page.keyboard.press("Space");
      }
      await page.locator("dialog button[type=submit]").focus();
      await page.keyboard.press("Enter");
      await page.locator('dialog [data-verdict="overridden"]').waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      const hold = page.locator(".abx-hold__button");
      await hold.focus();
      // A press does nothing; two seconds do.
      await page.keyboard.press("Enter");
      expect(await page.locator("dialog").count()).toBe(1);
      await page.keyboard.down("Space");
      await page.locator("dialog").waitFor({ state: "detached" });
      await page.keyboard.up("Space");
      await line(page, "waiting_approval")
        .getByText(/another person has to agree/)
        .waitFor();
      expect(await page.getByRole("button", { name: /Look and agree/ }).count()).toBe(0);
      // Keys go on where they were.
      expect(await page.evaluate(() => document.activeElement?.closest("[data-kind]")?.getAttribute("data-kind"))).toBe(
        "stop_cooling",
      );
      expect(await toldTo(site)).toBe(0);

      await atSite(
        { locale: "zh-CN", viewport: LAPTOP, site, username: SECOND.username, password: SECOND.password },
        async (other) => {
          await other.getByRole("button", { name: /查看并批准/ }).click();
          // As it is for whoever asked: an operator could not override it, the requester has.
          await other.locator('dialog [data-verdict="overridden"]').waitFor();
          expect(await seriousViolations(other)).toEqual([]);
          await shoot(other, "approve");
          await other.getByRole("button", { name: "批准", exact: true }).click();
          await other.locator("dialog").waitFor({ state: "detached" });
        },
      );
      await page
        .locator('.abx-cline:is([data-state="accepted"], [data-state="verified"], [data-state="no_effect"])')
        .first()
        .waitFor({ timeout: 60_000 });
      expect(await page.locator(".abx-cline").first().textContent()).toContain(`agreed by ${SECOND.username}`);
    });
    expect(await toldTo(site)).toBe(1);
  });

  test("a lock of one person holds everybody back, says who and why, and a person takes it away", {
    timeout: 90_000,
  }, async ({ expect }) => {
    const site = plant(4);
    await atSite({ locale: "zh-CN", viewport: LAPTOP, site }, async (page) => {
      await page.getByRole("button", { name: "挂检修牌…" }).click();
      await page.locator("dialog input").fill("更换循环泵");
      await page.keyboard.press("Enter");
      const banner = page.locator(".abx-locks");
      await banner.getByText(/admin.*更换循环泵/).waitFor();
      await page.locator('[data-why="locked"]').waitFor();
      expect(await select(page, "start_cooling").isDisabled()).toBe(true);
      expect(await seriousViolations(page)).toEqual([]);
      await shoot(page, "locked");
      await banner.getByRole("button").click();
      await page.locator("dialog").getByRole("button", { name: "摘牌" }).click();
      await banner.waitFor({ state: "detached" });
      await expect.poll(() => select(page, "start_cooling").isEnabled()).toBe(true);
    });
  });

  test("without the server nothing can be ordered, and the panel says so", {
    timeout: 90_000,
  }, async () => {
    const site = plant(5);
    await atSite({ locale: "en", viewport: LAPTOP, site }, async (page) => {
      await expect.poll(() => select(page, "start_cooling").isEnabled()).toBe(true);
      await select(page, "start_cooling").click();
      await verdict(page).waitFor();
      await platform.kill();
      await page.locator("dialog").getByText("No contact with the server").waitFor();
      expect(await page.getByRole("button", { name: WORDS.en.confirm }).isDisabled()).toBe(true);
      await page.keyboard.press("Escape");
      await page.locator('.abx-control [data-why="blind"]').waitFor();
      expect(await select(page, "start_cooling").isDisabled()).toBe(true);
    });
  });
});
