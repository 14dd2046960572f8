/**
 * `node bench/wall.ts [--cameras 81] [--seconds 60] [--runs 5] [--part pictures|steady|live]`: the video wall of the built platform in Chromium without a
 * GPU, with a simulated fleet whose cameras show video that FFmpeg has made. How soon all tiles have a picture: after the page
 * is opened with an empty cache, opened again, and reached from the overview; and for how long before that the tiles stood
 * there. What 81 key-frame tiles take of the processor, and whether 16 live tiles keep real time. Prints a table and one line
 * of JSON.
 */
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openPage, signIn, WHOLE_CHROMIUM } from "../test/e2e/browser.ts";
import { ADMIN_PASSWORD, startFleet, startPlatform } from "../test/services/start-platform.ts";
import { childrenOf, processorMsOfTree } from "./peers/processor-time.ts";

const { values } = parseArgs({
  options: {
    cameras: { type: "string", default: "81" },
    seconds: { type: "string", default: "60" },
    runs: { type: "string", default: "5" },
    part: { type: "string", default: "" },
  },
});
const [cameras, seconds, runs] = [Number(values.cameras), Number(values.seconds), Number(values.runs)];

type Opened = { readonly tilesMs: number; readonly pictureMs: number; readonly allMs: number };

/**
 * In the page: when the tiles stood, when the first of them had a picture, and when all had one, since the page was opened, or
 * since `wallFromMs` where another page led to it.
 */
const WATCH = `
  const look = () => {
    const tiles = document.querySelectorAll(".abx-cam").length;
    const pictures = document.querySelectorAll(".abx-cam.is-picture, .abx-cam.is-live").length;
    const now = performance.now() - window.wall.from;
    if (tiles > 0) window.wall.tilesMs ||= now;
    if (pictures > 0) window.wall.pictureMs ||= now;
    if (tiles > 0 && pictures === tiles) window.wall.allMs ||= now;
    // It asks for sixty frames a second, which a wall that is measured does not need.
    if (!window.wall.allMs) requestAnimationFrame(look);
  };
  window.watchWall = (from) => {
    window.wall = { tilesMs: 0, pictureMs: 0, allMs: 0, from };
    requestAnimationFrame(look);
  };
  window.watchWall(0);`;

const fleet = await startFleet(Math.max(16, cameras), ["--cameras", "shared", "--seed", "7"]);
const json = { "content-type": "application/json" };
await fetch(`${fleet.controlUrl}/cameras/prepare`, { method: "POST", headers: json, body: "{}" });
const platform = await startPlatform({ sitesFile: fleet.sitesFile, databaseUrl: null });
await platform.ready();
const before = new Set(childrenOf(process.pid));
const browser = await launchBrowser(process.env["CHROMIUM"] ?? WHOLE_CHROMIUM);
const ours = childrenOf(process.pid).filter((pid) => !before.has(pid));
try {
  const figures: Record<string, unknown> = {};
  const has = (part: string): boolean => values.part === "" || values.part === part;
  for (const layout of has("pictures") ? ([81, 16] as const) : []) {
    const [cold, again, within]: [Opened[], Opened[], Opened[]] = [[], [], []];
    for (let run = 0; run < runs; run += 1) {
      const opened = await openWall(browser, layout);
      cold.push(opened.cold);
      again.push(opened.again);
      within.push(opened.within);
    }
    figures[`first pictures, ${layout} tiles`] = { cold: median(cold), again: median(again), within: median(within) };
  }
  if (has("steady")) figures["81 key-frame tiles"] = await steady(browser);
  if (has("live")) figures["16 live tiles"] = await playing(browser);
  console.dir(figures, { depth: 4 });
  console.log(JSON.stringify({ bench: "wall", cameras, seconds, runs, load: loadavg()[0], figures }));
} finally {
  await browser.close();
  await platform.dispose();
  await fleet.stop();
}

/** A page with a session, and nothing in its cache. */
async function wallPage(browser: Browser, view: Record<string, unknown>): Promise<Page> {
  const { page } = await openPage(browser, { locale: "en" });
  await signIn(page, platform.url, "admin", ADMIN_PASSWORD);
  const text = JSON.stringify({ view: { isAlarmedFirst: false, ...view } });
  await page.evaluate((kept) => localStorage.setItem("antbox.video.wall", kept), text);
  await (await page.context().newCDPSession(page)).send("Network.clearBrowserCache");
  await page.addInitScript(WATCH);
  return page;
}

async function openWall(browser: Browser, layout: number) {
  const page = await wallPage(browser, { layout, mode: "keyframe" });
  const found = async (): Promise<Opened> => {
    await page.waitForFunction(() => (globalThis as unknown as { wall: Opened }).wall.allMs > 0, undefined, {
      timeout: 30_000,
    });
    return page.evaluate(() => {
      const { tilesMs, pictureMs, allMs } = (globalThis as unknown as { wall: Opened }).wall;
      return { tilesMs: Math.round(tilesMs), pictureMs: Math.round(pictureMs), allMs: Math.round(allMs) };
    });
  };
  await page.goto(`${platform.url}/dashboard/video`);
  const cold = await found();
  await page.goto("about:blank");
  // Longer than the gateway follows cameras that nobody watches.
  await sleep(16_000);
  await page.goto(`${platform.url}/dashboard/video`);
  const again = await found();
  await page.goto(`${platform.url}/dashboard/overview`);
  await page.locator(".abx-tile").first().waitFor();
  await sleep(16_000);
  await page.evaluate(() => {
    (globalThis as unknown as { watchWall: (fromMs: number) => void }).watchWall(performance.now());
    document.querySelector<HTMLAnchorElement>('a[href="/dashboard/video"]')?.click();
  });
  const within = await found();
  await page.context().close();
  return { cold, again, within };
}

/** Of the processor, by all processes of the browser; pictures that are old or broken are errors. */
async function steady(browser: Browser) {
  const page = await wallPage(browser, { layout: 81, mode: "keyframe" });
  await page.goto(`${platform.url}/dashboard/video`);
  await sleep(8_000);
  const [startedMs, usedMs] = [performance.now(), browserMs()];
  let errors = 0;
  while (performance.now() - startedMs < seconds * 1000) {
    await sleep(5_000);
    errors += (await page.locator(".abx-cam").count()) - (await page.locator(".abx-cam.is-picture").count());
  }
  const cores = (browserMs() - usedMs) / (performance.now() - startedMs);
  await page.context().close();
  return { cores: Number(cores.toFixed(3)), errors };
}

async function playing(browser: Browser) {
  const page = await wallPage(browser, { layout: 16, mode: "live" });
  await page.goto(`${platform.url}/dashboard/video`);
  await page.waitForFunction(() => document.querySelectorAll(".abx-cam.is-live").length === 16, undefined, {
    timeout: 60_000,
  });
  await sleep(8_000);
  const look = () =>
    page.locator("video").evaluateAll((all) =>
      (all as HTMLVideoElement[]).map((video) => {
        const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
        return { timeS: video.currentTime, total: totalVideoFrames, dropped: droppedVideoFrames };
      }),
    );
  const [first, startedMs, usedMs] = [await look(), performance.now(), browserMs()];
  await sleep(seconds * 1000);
  const last = await look();
  const passedS = (performance.now() - startedMs) / 1000;
  const cores = (browserMs() - usedMs) / 1000 / passedS;
  const paces = last.map(({ timeS }, at) => (timeS - (first[at]?.timeS ?? 0)) / passedS);
  const count = (name: "total" | "dropped") =>
    last.reduce((sum, one, at) => sum + one[name] - (first[at]?.[name] ?? 0), 0);
  const live = await page.locator(".abx-cam.is-live").count();
  await page.context().close();
  return {
    live,
    slowestPace: Number(Math.min(...paces).toFixed(3)),
    droppedPct: Number(((100 * count("dropped")) / Math.max(1, count("total"))).toFixed(2)),
    cores: Number(cores.toFixed(3)),
  };
}

function browserMs(): number {
  return ours.reduce((sum, pid) => sum + processorMsOfTree(pid), 0);
}

function median(all: readonly Opened[]): Opened {
  const of = (name: keyof Opened): number =>
    all.map((one) => one[name]).toSorted((a, b) => a - b)[all.length >> 1] ?? 0;
  return { tilesMs: of("tilesMs"), pictureMs: of("pictureMs"), allMs: of("allMs") };
}
