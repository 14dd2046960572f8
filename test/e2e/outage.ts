import type { Page } from "playwright-core";

/** A page with the whole fleet or one site on it. Times are seconds from one moment, such as the death of the server. */
export type WatchedPage = { readonly name: string; readonly page: Page };

/** What a person may wait for [issue: within five seconds every page says so; within five it is right again]. */
export const PATIENCE_S = 5;

/** As a page that is blind looks: the banner, and nothing on it that is not greyed. */
const IS_BLIND = `(() => {
  const greyed = [...document.querySelectorAll(".abx-tile, .abx-kpis, .abx-points, .abx-mimic")];
  return document.querySelector(".abx-banner.is-blind") !== null
    && document.querySelector(".abx-overview.is-blind, .abx-site.is-blind") !== null
    && greyed.length > 0 && greyed.every((element) => element.classList.contains("abx-hatched"));
})`;

/** As a page that is right looks: live, nothing blind, and each supply temperature is the one that REST tells now. */
const IS_RIGHT = `(async () => {
  const response = await fetch("/api/v1/snapshots?limit=500").catch(() => null);
  if (!response?.ok) return false;
  const { items } = await response.json();
  const told = new Map(items.map(({ siteId, values }) => [siteId, values.supply_temp_c]));
  const isTold = (text, value) => typeof value === "number" ? Math.abs(Number(text) - value) < 0.0501 : text === "—";
  const isHonest = document.querySelector(".abx-chip.is-live") !== null && document.querySelector(".is-blind") === null;
  const id = (href) => new URL(href, location.href).searchParams.get("id");
  const tiles = [...document.querySelectorAll(".abx-tile")].map((tile) =>
    [id(tile.getAttribute("href")), tile.querySelector(".abx-tile__num").textContent]);
  const readings = [...document.querySelectorAll("th[title=supply_temp_c]")].map((cell) =>
    [id(location.href), cell.parentElement.querySelector(".abx-points__value b").textContent]);
  const shown = [...tiles, ...readings];
  return isHonest && shown.length > 0 && shown.every(([site, number]) => isTold(number, told.get(site)));
})`;

/** Looks 40 times a second, inside the page, and tells when it first was so, by the clock that test and page share. */
const firstTime = (isSo: string): string => `new Promise((resolve, reject) => {
  const isSo = ${isSo};
  const giveUpAt = Date.now() + 60000;
  const look = async () => {
    if (await isSo()) requestAnimationFrame(() => resolve(Date.now()));
    else if (Date.now() > giveUpAt) reject(new Error("never so: " + document.body.innerText.slice(0, 500)));
    else setTimeout(look, 25);
  };
  void look();
})`;

export type Outage = {
  /** From the kill until each page says that it is blind and has greyed its values. */
  readonly blindAfterS: Readonly<Record<string, number>>;
  /** From the first good answer of the server until each page is right; 0 when it was right before. */
  readonly rightAfterS: Readonly<Record<string, number>>;
};

/**
 * Takes the server away under open pages and brings it back, and measures what a person sees.
 *
 * @param stop returns when the server is gone; the time runs from its call
 * @param start tells when the server was good again, milliseconds since the Unix epoch
 */
export async function measureOutage(
  pages: readonly WatchedPage[],
  stop: () => Promise<void>,
  start: () => Promise<number>,
): Promise<Outage> {
  for (const { page } of pages) await page.evaluate("window.stillHere = true");
  const blind = pages.map(({ page }) => page.evaluate<number>(firstTime(IS_BLIND)));
  await justAfterHeartbeat(pages[0]?.page);
  const goneAtMs = Date.now();
  await stop();
  const blindAtMs = await Promise.all(blind);
  const right = pages.map(({ page }) => page.evaluate<number>(firstTime(IS_RIGHT)));
  const backAtMs = await start();
  const rightAtMs = await Promise.all(right);
  const outage = {
    blindAfterS: secondsFrom(goneAtMs, pages, blindAtMs),
    rightAfterS: secondsFrom(backAtMs, pages, rightAtMs),
  };
  process.stdout.write(
    `back end gone: pages blind and greyed after ${told(outage.blindAfterS)}; back: right after ${told(outage.rightAfterS)}\n`,
  );
  return outage;
}

export async function wasReloaded({ page }: WatchedPage): Promise<boolean> {
  return (await page.evaluate("window.stillHere")) !== true;
}

/** The worst moment for the server to go: the page has the most patience just after it heard something. */
async function justAfterHeartbeat(page: Page | undefined): Promise<void> {
  const devTools = await page?.context().newCDPSession(page);
  await devTools?.send("Network.enable");
  await new Promise<void>((resolve) => {
    devTools?.on("Network.webSocketFrameReceived", ({ response }) => {
      if (response.payloadData.includes('"heartbeat"')) resolve();
    });
  });
  await devTools?.detach();
}

function secondsFrom(startMs: number, pages: readonly WatchedPage[], atMs: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    pages.map(({ name }, place) => [name, Math.max(0, ((atMs[place] ?? Number.NaN) - startMs) / 1000)]),
  );
}

function told(times: Readonly<Record<string, number>>): string {
  return Object.entries(times)
    .map(([name, seconds]) => `${seconds.toFixed(2)} s (${name})`)
    .join(", ");
}
