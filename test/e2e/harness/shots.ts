import { mkdirSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { startFakePlatform } from "./fake-platform.ts";
import { createFakeVideo } from "./fake-video.ts";

/** Screenshots of every state, to be looked at by a person: `node test/e2e/harness/shots.ts <folder> [name part]`. */
const SIZES = { wall: [1920, 1080], laptop: [1366, 768], phone: [390, 844] } as const;
const [folder = "shots", only = ""] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const CAMERAS = Array.from({ length: 150 }, (_, n) => `site-${String(n + 1).padStart(3, "0")}`);
const video = createFakeVideo(CAMERAS, { h265: ["site-007"], broken: ["site-030"] });
for (const id of ["site-003", "site-012", "site-055"]) video.kill(id);
const platform = await startFakePlatform({
  sites: 150,
  video,
  alarms: Number(process.env["ALARMS"] ?? 3),
  port: Number(process.env["PORT"] ?? 23600),
});
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
  ],
});

type Shot = {
  readonly name: string;
  readonly path: string;
  readonly size: keyof typeof SIZES;
  readonly locale: "zh-CN" | "en";
  readonly theme: "light" | "dark";
};
/** How the video wall is looked at: kept in the browser, as a person's choice is. */
const WALLS: Readonly<Record<string, object>> = {
  "video-9": { layout: 9, mode: "keyframe" },
  "video-81": { layout: 81 },
};
const minutesAgo = (n: number): string => new Date(Date.now() - n * 60_000).toISOString();
const PATHS = {
  overview: "/dashboard/overview",
  site: "/dashboard/site?id=site-041",
  alarms: "/dashboard/alarms",
  "alarm-detail": "/dashboard/alarms?alarm=site-041.supply-temp-high",
  "alarm-history": "/dashboard/alarms?tab=history",
  "alarm-statistics": "/dashboard/alarms?tab=statistics",
  "alarm-rules": "/dashboard/alarms?tab=rules",
  "alarm-maintenance": "/dashboard/alarms?tab=maintenance",
  jobs: "/dashboard/jobs",
  account: "/dashboard/admin?section=account",
  people: "/dashboard/admin?section=people",
  sessions: "/dashboard/admin?section=sessions",
  tokens: "/dashboard/admin?section=tokens",
  webhooks: "/dashboard/admin?section=webhooks",
  "notify-channels": "/dashboard/admin?section=notifications&part=channels",
  "notify-recipients": "/dashboard/admin?section=notifications&part=recipients",
  "notify-routes": "/dashboard/admin?section=notifications&part=routes",
  "notify-on-call": "/dashboard/admin?section=notifications&part=on-call",
  "notify-deliveries": "/dashboard/admin?section=notifications&part=deliveries",
  settings: "/dashboard/admin?section=settings",
  sites: "/dashboard/admin?section=sites",
  audit: "/dashboard/admin?section=audit",
  about: "/dashboard/admin?section=about",
  trends:
    "/dashboard/trends?site=site-041&points=supply_temp_c,return_temp_c,supply_flow_m3h,supply_pressure_kpa,circulation_pump_running,makeup_pump_running&last=24h",
  "trends-week":
    "/dashboard/trends?site=site-041,site-006&points=supply_temp_c,total_power_kw&last=7d&compare=week&sisters=1",
  heatmap: "/dashboard/heatmap",
  "video-9": "/dashboard/video",
  "video-81": "/dashboard/video",
  "site-moment": `/dashboard/site?id=site-041&at=${minutesAgo(11)}&trend=supply_temp_c`,
  "site-missing": `/dashboard/site?id=site-041&at=${new Date(video.gap.fromMs + 60_000).toISOString()}`,
  "site-dead-camera": "/dashboard/site?id=site-003",
  broken: "/dashboard/site?id=site-023",
  login: "/login",
};

try {
  for (const [page, path] of Object.entries(PATHS)) {
    for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
      for (const locale of ["zh-CN", "en"] as const) {
        for (const theme of ["light", "dark"] as const) {
          const shot = { name: `${page}-${size}-${locale}-${theme}`, path, size, locale, theme };
          if (shot.name.includes(only)) await take(browser, shot);
        }
      }
    }
  }
  if (only === "" || only.includes("blind")) await blind(browser);
} finally {
  await browser.close();
  await platform.stop();
}

async function open(browser: Browser, { name, path, size, locale, theme }: Shot): Promise<Page> {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme: theme });
  await context.addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
  const page = await context.newPage();
  page.on("pageerror", (error) => process.stdout.write(`page error: ${error.message}\n`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/ERR_CONNECTION|favicon|404/.test(message.text()))
      process.stdout.write(`console: ${message.text()}\n`);
  });
  const view = Object.entries(WALLS).find(([start]) => name.startsWith(start))?.[1];
  if (view) {
    const text = JSON.stringify(JSON.stringify({ view }));
    await page.addInitScript({ content: `localStorage.setItem("antbox.video.wall", ${text})` });
  }
  await page.goto(platform.url + path);
  const hasVideo = name.startsWith("video") || name.startsWith("site");
  await page.waitForTimeout(hasVideo ? 5000 : 1200);
  return page;
}

async function take(browser: Browser, shot: Shot): Promise<void> {
  const page = await open(browser, shot);
  const isLong = shot.path.includes("site?") || shot.size === "laptop";
  await page.screenshot({ path: `${folder}/${shot.name}.png`, fullPage: isLong });
  await page.context().close();
}

async function blind(browser: Browser): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    for (const [page, path] of Object.entries(PATHS).slice(0, 2)) {
      const opened = await open(browser, {
        name: "",
        path,
        size: "wall",
        locale: theme === "light" ? "zh-CN" : "en",
        theme,
      });
      await platform.stop();
      await opened.waitForTimeout(6000);
      await opened.screenshot({ path: `${folder}/${page}-blind-${theme}.png` });
      await platform.start();
      await opened.waitForTimeout(4500);
      await opened.screenshot({ path: `${folder}/${page}-back-${theme}.png` });
      await opened.context().close();
    }
  }
}
