/**
 * `node bench/web.ts [--sites 150] [--seconds 30]`: the overview in Chromium on loopback. How soon it is interactive with
 * a cold cache, what the first page costs on the wire, what the main thread does at one update of all tiles per second,
 * and how much memory it holds. `E2E_URL`, `E2E_USERNAME`, `E2E_PASSWORD`, `E2E_SITES` point it at a running platform;
 * without them it starts the built one and a simulated fleet, polled once per second. Prints a table and one line of JSON.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Browser, CDPSession, Page } from "playwright-core";
import { launchBrowser, openPage, signIn, WHOLE_CHROMIUM } from "../test/e2e/browser.ts";
import { startPlatform } from "../test/e2e/start-platform.ts";

const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "150" },
    seconds: { type: "string", default: "30" },
    cold: { type: "string", default: "5" },
  },
});
const seconds = Number(values.seconds);

type Load = {
  readonly interactiveMs: number;
  readonly transferredKb: number;
  readonly requests: number;
  readonly ours: number;
};
type Steady = {
  readonly updatesPerS: number;
  readonly tilesPerUpdate: number;
  readonly mainThreadPct: number;
  readonly scriptPct: number;
  readonly layoutPct: number;
  readonly heapMb: number;
  readonly nodes: number;
};

/** When every tile is there, its text painted, and the page answers: the third frame after the last tile. */
const MARK_INTERACTIVE = (tiles: number): string => `
  const started = () => document.querySelectorAll(".abx-tile").length >= ${tiles}
    ? requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { window.interactiveAt = performance.now(); })))
    : requestAnimationFrame(started);
  requestAnimationFrame(started);`;

/** A function, not a text: the page's policy forbids what a text would need. */
const isInteractive = (): boolean => "interactiveAt" in globalThis;

const platform = await startPlatform({ sites: Number(values.sites), intervalS: 1 });
const browser = await launchBrowser(process.env["CHROMIUM"] ?? WHOLE_CHROMIUM);
try {
  const loads: Load[] = [];
  for (let run = 0; run < Number(values.cold); run += 1) loads.push(await coldLoad(browser, await session(browser)));
  const steady = await steadyState(browser, await session(browser));
  const typical = loads.toSorted((a, b) => a.interactiveMs - b.interactiveMs)[Math.floor(loads.length / 2)];
  console.table([
    row("interactive, cold, median of runs", typical?.interactiveMs, "ms", 2000),
    row("interactive, cold, worst run", Math.max(...loads.map(({ interactiveMs }) => interactiveMs)), "ms", null),
    row("first page on the wire, compressed", typical?.transferredKb, "KB", 1024),
    row("of it our own widgets", typical?.ours, "KB", 60),
    row("requests of the first page", typical?.requests, "", null),
    row("updates seen", steady.updatesPerS, "/s", null),
    row("tiles per update", steady.tilesPerUpdate, "", null),
    row("main thread busy", steady.mainThreadPct, "% of a core", 10),
    row("  of it script", steady.scriptPct, "% of a core", null),
    row("  of it style and layout", steady.layoutPct, "% of a core", null),
    row("JS heap after collection", steady.heapMb, "MB", null),
    row("DOM nodes", steady.nodes, "", null),
  ]);
  console.log(JSON.stringify({ bench: "web", sites: platform.sites, seconds, load: loadavg()[0], loads, steady }));
} finally {
  await browser.close();
  await platform.close();
}

function row(figure: string, value: number | undefined, unit: string, atMost: number | null) {
  const isMet = value !== undefined && (atMost === null || value <= atMost);
  return {
    figure,
    value: value ?? "–",
    unit,
    "at most": atMost ?? "",
    met: atMost === null ? "" : isMet ? "yes" : "NO",
  };
}

type State = Awaited<ReturnType<ReturnType<Browser["contexts"]>[number]["storageState"]>>;

/** One for each profile: a refresh token that two profiles use counts as stolen, and ends the session. */
async function session(browser: Browser): Promise<State> {
  const { page } = await openPage(browser, { locale: "en" });
  await signIn(page, platform.url, platform.username, platform.password);
  const state = await page.context().storageState();
  await page.context().close();
  return state;
}

async function opened(browser: Browser, state: State): Promise<{ page: Page; cdp: CDPSession }> {
  const { page } = await openPage(browser, { locale: "en", storageState: state });
  await page.addInitScript(MARK_INTERACTIVE(platform.sites));
  return { page, cdp: await page.context().newCDPSession(page) };
}

/** A browser profile of its own each time: nothing is cached but the session. */
async function coldLoad(browser: Browser, state: State): Promise<Load> {
  const { page, cdp } = await opened(browser, state);
  const urls = new Map<string, string>();
  let bytes = 0;
  let ours = 0;
  await cdp.send("Network.enable");
  cdp.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength;
    if (urls.get(requestId)?.includes("/resources/antbox-flow/")) ours += encodedDataLength;
  });
  await page.goto(`${platform.url}/dashboard/overview`);
  await page.waitForFunction(isInteractive, undefined, { timeout: 60_000 });
  const interactiveMs = Math.round(Number(await page.evaluate("window.interactiveAt")));
  await page.waitForTimeout(1500);
  await page.context().close();
  return { interactiveMs, transferredKb: kb(bytes), requests: urls.size, ours: kb(ours) };
}

async function steadyState(browser: Browser, state: State): Promise<Steady> {
  const { page, cdp } = await opened(browser, state);
  let updates = 0;
  let tiles = 0;
  page.on("websocket", (socket) => {
    // Dashboard's own socket speaks another language.
    if (!socket.url().endsWith("/api/v1/live")) return;
    socket.on("framereceived", ({ payload }) => {
      const frame = JSON.parse(String(payload)) as { type?: string; index?: number[] };
      if (frame.type !== "delta") return;
      updates += 1;
      tiles += frame.index?.length ?? 0;
    });
  });
  await page.goto(`${platform.url}/dashboard/overview`);
  await page.waitForFunction(isInteractive, undefined, { timeout: 60_000 });
  await page.waitForTimeout(5000);
  // CPU time of the thread, not time on the clock: other processes of the machine are none of the page's business.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  [updates, tiles] = [0, 0];
  const before = await metrics(cdp);
  await page.waitForTimeout(seconds * 1000);
  const after = await metrics(cdp);
  const seen = { updates, tiles };
  const share = (name: string): number => round((((after.get(name) ?? 0) - (before.get(name) ?? 0)) / seconds) * 100);
  await cdp.send("HeapProfiler.collectGarbage");
  const settled = await metrics(cdp);
  await page.context().close();
  return {
    updatesPerS: round(seen.updates / seconds),
    tilesPerUpdate: round(seen.tiles / Math.max(1, seen.updates)),
    mainThreadPct: share("TaskDuration"),
    scriptPct: share("ScriptDuration"),
    layoutPct: round(share("LayoutDuration") + share("RecalcStyleDuration")),
    heapMb: round((settled.get("JSHeapUsedSize") ?? 0) / 1_048_576),
    nodes: settled.get("Nodes") ?? 0,
  };
}

async function metrics(cdp: CDPSession): Promise<Map<string, number>> {
  const answer = await cdp.send("Performance.getMetrics");
  return new Map(answer.metrics.map(({ name, value }) => [name, value]));
}

function kb(bytes: number): number {
  return round(bytes / 1024);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
