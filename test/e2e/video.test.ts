import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { endFaults, orderFault } from "../faults/order-fault.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage, signIn } from "./browser.ts";
import { type Traffic, watchTraffic } from "./traffic.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

/**
 * Each site's camera shows another layout: the simulator's `mixed` goes through all of them. The last one wants a query with
 * each request, and stands at its controller's address, where a query could be an order: the inventory has to allow it.
 */
const LAYOUTS = 13;
const TOKENS = "site-013";
/** What its camera shows is recorded, from the start on. */
const RECORDED = "site-002";
const AT_ONCE = 4;
/** Last in the inventory's order but one, so that only its alarm can take it to the front. */
const LEAKING = "site-012";
const WINDOW_MS = 5_000;
/** A player that keeps up: what is lost is the grain of the clock. */
const LEAST_PACE = 0.95;
const TARGET_S = 2;
/** The form of a ticket, wherever it stands. */
const TICKET = /\d{10}\.[0-9a-f]{8}-[0-9a-f-]{27}\.[\w-]{26}/;

type Seen = { readonly id: string; readonly timeS: number; readonly colours: number };

/** The built platform, simulated cameras with real H.264, and a real browser: cameras are seen, and stay hidden. */
describe.skipIf(noBrowser !== null)("cameras through the gateway", () => {
  let browser: Browser;
  let fleet: Fleet;
  let platform: PlatformProcess;
  let page: Page;
  let problems: string[];
  let traffic: Traffic;
  const origins = new Set<string>();
  const tickets: string[] = [];

  beforeAll(async () => {
    const flows = flowsThatRecord(RECORDED);
    fleet = await startFleet(LAYOUTS, ["--cameras", "shared", "--camera-layout", "mixed", "--seed", "7"]);
    const json = { "content-type": "application/json" };
    await orderFault(fleet.controlUrl, [LEAKING], "leak_contact");
    const prepared = fetch(`${fleet.controlUrl}/cameras/prepare`, { method: "POST", headers: json, body: "{}" });
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startWatchedPlatform({
        sitesFile: fleet.sitesFile,
        databaseUrl: null,
        environment: { LOG_LEVEL: "info", POLL_INTERVAL_S: "10", FLOWS_DIR: flows },
      }),
    ]);
    // Until then all cameras show a small loop, which has no fragments of MP4.
    expect((await prepared).status).toBe(200);
    await platform.ready();
    ({ page, problems } = await openPage(browser, { locale: "en", viewport: { width: 1280, height: 720 } }));
    traffic = watchTraffic(page);
    page.on("request", (request) => origins.add(new URL(request.url()).origin));
    await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all([platform?.dispose(), fleet?.stop()]);
  }, 60_000);

  /** The wall with so many tiles, all of them players. */
  async function openWall(first: number, isAlarmedFirst = false): Promise<void> {
    const arranged = Array.from({ length: LAYOUTS }, (_, at) => siteId(((first + at) % LAYOUTS) + 1));
    const view = { layout: AT_ONCE, mode: "live", isAlarmedFirst, arranged };
    await page.evaluate((text) => localStorage.setItem("antbox.video.wall", text), JSON.stringify({ view }));
    await page.goto(`${platform.url}/dashboard/video`);
  }

  /** Where each player is, and how many shades its picture has: a black one has one. */
  const look = (which = "[data-stream] video"): Promise<Seen[]> =>
    page.evaluate(
      (selector) =>
        [...document.querySelectorAll<HTMLVideoElement>(selector)].map((video) => {
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [32, 18];
          const context = canvas.getContext("2d");
          context?.drawImage(video, 0, 0, 32, 18);
          const pixels = context?.getImageData(0, 0, 32, 18).data ?? [];
          const shades = new Set<number>();
          for (let at = 0; at < pixels.length; at += 4) shades.add((pixels[at] ?? 0) >> 4);
          const id = video.closest<HTMLElement>("[data-stream]")?.dataset["stream"] ?? "";
          return { id, timeS: video.currentTime, colours: shades.size };
        }),
      which,
    );

  /** How fast each player went over some seconds, as part of real time. */
  async function paces(): Promise<Map<string, { pace: number; colours: number }>> {
    const [before, beganMs] = [await look(), performance.now()];
    await page.waitForTimeout(WINDOW_MS);
    const after = await look();
    const passedS = (performance.now() - beganMs) / 1000;
    const found = after.map(({ id, timeS, colours }) => {
      const started = before.find((one) => one.id === id)?.timeS ?? timeS;
      return [id, { pace: (timeS - started) / passedS, colours }] as const;
    });
    return new Map(found);
  }

  test("a camera at its controller's address is asked for nothing with a query, until the inventory allows it", async () => {
    const entry = `/v/${TOKENS}/-/index.m3u8`;
    const ask = () =>
      page.evaluate(async (path) => {
        const answer = await fetch(path);
        return answer.ok ? { status: answer.status } : ((await answer.json()) as unknown);
      }, entry);
    await openWall(0);
    await expect.poll(ask, { timeout: 20_000 }).toMatchObject({ status: 502, code: "target_not_allowed" });
    const { cameras } = (await (await fetch(`${fleet.controlUrl}/cameras/hits?site=${TOKENS}`)).json()) as {
      cameras: { paths: Record<string, unknown> }[];
    };
    expect(JSON.stringify(cameras)).toContain("/stream.m3u8");
    expect(JSON.stringify(cameras)).not.toContain("720p");
    const { sites } = parse(readFileSync(fleet.sitesFile, "utf8")) as { sites: { id: string; camera: object }[] };
    const allowed = sites.map((site) =>
      site.id === TOKENS ? { ...site, camera: { ...site.camera, queries: true } } : site,
    );
    writeFileSync(fleet.sitesFile, JSON.stringify({ sites: allowed }));
    await expect.poll(ask, { timeout: 20_000, interval: 500 }).toEqual({ status: 200 });
  });

  for (let first = 0; first < LAYOUTS; first += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, LAYOUTS - first) }, (_, n) => siteId(first + n + 1));
    test(`${ids.join(", ")} play in real time, and show a picture`, { timeout: 90_000 }, async () => {
      await openWall(first);
      await expect
        .poll(
          async () => {
            const seen = await paces();
            return ids.filter((id) => {
              const one = seen.get(id);
              return one === undefined || one.pace < LEAST_PACE || one.colours < 4;
            });
          },
          { timeout: 75_000, interval: 100 },
        )
        .toEqual([]);
    });
  }

  test("a site's page plays what was recorded, at the time that a link names, over a cut, and back to live", {
    timeout: 120_000,
  }, async () => {
    const panel = page.locator(".abx-sitevideo");
    const words = () => panel.locator(".abx-sitevideo__words").textContent();
    const played = async (): Promise<Seen> => {
      const [seen] = await look(".abx-sitevideo video");
      return seen ?? { id: "", timeS: 0, colours: 0 };
    };
    await orderFault(fleet.controlUrl, [RECORDED], "camera_reset");
    const cutMs = Date.now();
    // Longer than the camera's window of 12 s: what it has missed is in no playlist any more when it is back.
    await page.waitForTimeout(20_000);
    await endFaults(fleet.controlUrl);
    await page.waitForTimeout(12_000);
    const at = new Date(cutMs - 12_000).toISOString();
    await page.goto(`${platform.url}/dashboard/site?id=${RECORDED}&at=${at}&trend=supply_temp_c`);
    await expect.poll(words, { timeout: 30_000 }).toMatch(/^Recording of /);
    await expect.poll(async () => (await played()).colours, { timeout: 15_000 }).toBeGreaterThan(3);
    const shownS = async () => Number(await panel.getByRole("slider").getAttribute("data-shown-ms")) / 1000;
    const [firstS, { timeS }] = [await shownS(), await played()];
    expect(Math.abs(firstS - (cutMs - 12_000) / 1000)).toBeLessThan(8);
    // The time of day jumps over what is missing; the player does not stop.
    await expect.poll(shownS, { timeout: 40_000 }).toBeGreaterThan(cutMs / 1000 + 5);
    expect((await played()).timeS - timeS).toBeLessThan((await shownS()) - firstS - 3);
    await panel.getByRole("button", { name: "Live" }).click();
    await expect.poll(words, { timeout: 30_000 }).toBe("Live");
  });

  test("no request left the platform's origin, and no address of a camera came", async () => {
    expect([...origins].filter((origin) => origin !== "null")).toEqual([platform.url]);
    expect(await traffic.bytes()).toBeGreaterThan(1_000_000);
    expect(await traffic.privateAddresses()).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("the site that leaks comes first, in a frame that says how bad it is", async () => {
    await openWall(0, true);
    const first = page.locator(".abx-cam").first();
    await expect.poll(() => first.getAttribute("data-stream"), { timeout: 30_000 }).toBe(LEAKING);
    expect(await first.getAttribute("class")).toContain("is-s1");
    expect(await first.textContent()).toContain("Critical alarm");
  });

  test("a camera that dies is marked within three target durations, and comes back without a reload", async () => {
    await openWall(0);
    const tile = page.locator('[data-stream="site-001"]');
    await page.locator('[data-stream="site-001"].is-live').waitFor({ timeout: 30_000 });
    await page.evaluate("window.sameDocument = true");
    await orderFault(fleet.controlUrl, ["site-001"], "camera_reset");
    const died = performance.now();
    await page.locator('[data-stream="site-001"]:is(.is-stale, .is-offline)').waitFor({ timeout: 30_000 });
    const markedS = (performance.now() - died) / 1000;
    // What was in the player's buffer when the camera died is no lie yet.
    expect(markedS).toBeLessThan(3 * TARGET_S + TARGET_S + 1);
    await page.locator('[data-stream="site-001"].is-offline').waitFor({ timeout: 30_000 });
    expect(await tile.textContent()).toMatch(/No video since .*camera/);
    await endFaults(fleet.controlUrl);
    await page.locator('[data-stream="site-001"].is-live').waitFor({ timeout: 30_000 });
    expect(await page.evaluate("window.sameDocument")).toBe(true);
  });

  test("whoever is switched off sees no more within a segment and 10 s", async () => {
    const admin = { cookie: await platform.signIn(), origin: platform.url, "content-type": "application/json" };
    const call = async (path: string, method: string, body?: unknown, headers: Record<string, string> = admin) =>
      answered(`${platform.url}/api/v1${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const person = { username: "guest", password: "a horse that is correct", role: "viewer" };
    await call("/users", "POST", person);
    // As a program: without cookies, for a sign-in takes the place of the session that a browser had, and without origin.
    const bare = { "content-type": "application/json" };
    const signedIn = await call("/auth/login", "POST", { username: "guest", password: person.password }, bare);
    const { accessToken } = (await signedIn.json()) as { accessToken: string };
    const bearer = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
    const changed = { current: person.password, next: "another horse that is right" };
    await call("/account/password", "POST", changed, bearer);
    const again = await call("/auth/login", "POST", { username: "guest", password: changed.next }, bare);
    const own = { authorization: `Bearer ${((await again.json()) as { accessToken: string }).accessToken}` };
    const ticket = await call("/video/streams/site-001/ticket", "POST", undefined, own);
    const { url } = (await ticket.json()) as { url: string };
    const watch = async () => (await fetch(`${platform.url}${url}`)).status;
    expect(await watch()).toBe(200);
    await call("/users/guest", "PATCH", { isDisabled: true });
    const began = performance.now();
    await expect.poll(watch, { timeout: 20_000, interval: 200 }).toBe(403);
    expect(performance.now() - began).toBeLessThan((10 + TARGET_S) * 1000);
    tickets.push(url.split("/")[3] ?? "");
  });

  test("no log line, no metric and no file of the platform holds a ticket", async () => {
    const jar = await page.context().cookies(`${platform.url}/v/`);
    tickets.push(...jar.flatMap(({ name, value }) => (name.endsWith("antbox_video") ? [value] : [])));
    // One by an address and one by a cookie; what is looked for is what they are.
    expect(tickets.map((text) => TICKET.test(text))).toEqual([true, true]);
    // Refusals are told, too, and so is what cannot be read at all.
    for (const [ticket = "", rest = ""] of [
      [tickets[0], "nosuch.ts"],
      [`${tickets[0]?.slice(0, -1)}!`, "index.m3u8"],
      [tickets[1], "%ff/index.m3u8?ticket=1"],
    ])
      await fetch(`${platform.url}/v/site-001/${ticket}/${rest}`, {
        headers: { referer: `${platform.url}/v/x/${ticket}/` },
      });
    const cookie = await platform.signIn();
    const metrics = await (await fetch(`${platform.url}/metrics`, { headers: { cookie } })).text();
    const audit = await (await fetch(`${platform.url}/api/v1/audit?limit=200`, { headers: { cookie } })).text();
    expect(metrics).toContain("antbox_video_refused_total");
    expect(audit).toContain("guest");
    const log = platform.log();
    // Nothing was cut off at its beginning.
    expect(log.length).toBeLessThan(200_000);
    for (const text of [log, metrics, audit]) expect(text).not.toMatch(TICKET);
    const signatures = tickets.map((text) => text.split(".").at(-1) ?? "");
    expect(filesWith(platform.dataDir, signatures)).toEqual([]);
    expect(filesWith(platform.dataDir, ["guest"])).not.toEqual([]);
  });
});

/** Names of files below a folder in which one of the texts stands. */
function filesWith(folder: string, texts: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ parentPath, name }) => {
    const bytes = readFileSync(join(parentPath, name));
    return texts.some((text) => bytes.includes(text)) ? [name] : [];
  });
}

/** @throws {Error} with what the platform says when it refuses */
async function answered(url: string, request: RequestInit): Promise<Response> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response;
}

function siteId(number: number): string {
  return `site-${String(number).padStart(3, "0")}`;
}

/** The shipped flows, but one camera is recorded. */
function flowsThatRecord(site: string): string {
  const folder = mkdtempSync(join(tmpdir(), "antbox-flows-"));
  cpSync("flows", folder, { recursive: true });
  const file = join(folder, "tab.video.json");
  const nodes = JSON.parse(readFileSync(file, "utf8")) as { type: string; rules?: string }[];
  for (const node of nodes) if (node.type === "video-record") node.rules = `${site} continuous`;
  writeFileSync(file, JSON.stringify(nodes));
  return folder;
}
