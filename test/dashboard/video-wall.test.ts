// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { useText } from "../../dashboard/composables/use-text.ts";
import { videoEn } from "../../dashboard/locales/video-en.ts";
import { videoZhCN } from "../../dashboard/locales/video-zh-CN.ts";
import { judgeTile, pictureAgeS, type TileParts } from "../../dashboard/video/judge-tile.ts";
import { liveAddresses } from "../../dashboard/video/live-addresses.ts";
import type { StreamItem } from "../../dashboard/video/stream-list.ts";
import { vt } from "../../dashboard/video/text.ts";
import { causeWords, tileWords, whyWords } from "../../dashboard/video/tile-text.ts";
import VideoWall from "../../dashboard/video/VideoWall.vue";
import { VIDEO_CAUSES } from "../../domain/video/video-cause.ts";
import { answersFor, FakeSocket } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const { t, setLocale } = useText();

const aStream = (own: Partial<StreamItem> = {}): StreamItem => ({
  streamId: "site-001",
  siteId: "site-001",
  state: "online",
  since: "2026-11-25T07:00:00Z",
  ageS: 1,
  cause: null,
  codec: "avc1.4d401f",
  width: 426,
  height: 240,
  bitrateKbps: 500,
  ...own,
});

describe("the words", () => {
  test("are the same keys in both languages, and every cause has some", () => {
    expect(Object.keys(videoZhCN).sort()).toEqual(Object.keys(videoEn).sort());
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(videoEn)) {
      expect(places(videoZhCN[key as keyof typeof videoEn]), key).toEqual(places(text));
    }
    const causes = Object.keys(videoEn).filter((key) => key.startsWith("cause."));
    expect(causes.sort()).toEqual(VIDEO_CAUSES.map((cause) => `cause.${cause}`).sort());
  });
});

describe("a tile", () => {
  const parts = (own: Partial<TileParts> = {}): TileParts => ({
    item: aStream(),
    player: null,
    picture: { drawnAtMs: 96_000, isBroken: false },
    nowMs: 100_000,
    canDecodeFrames: true,
    offer: { ffmpeg: "ready", renditions: [], jpegs: 0 },
    ...own,
  });
  const made = { ffmpeg: "ready", renditions: [], jpegs: 16 } as const;
  const old = { drawnAtMs: 80_000, isBroken: false };

  test.for<{ name: string; own: Partial<TileParts>; kind: string; words: string }>([
    { name: "with a fresh picture", own: {}, kind: "picture", words: "< 5 s" },
    { name: "with an old one", own: { picture: old }, kind: "stale", words: "Old picture, 20 s" },
    {
      name: "of a stream that stands still",
      own: { item: aStream({ state: "stale" }) },
      kind: "stale",
      words: "Old picture, 4 s",
    },
    {
      name: "that has played and gets nothing",
      own: { player: "waiting", picture: undefined },
      kind: "stale",
      words: "No new picture",
    },
    { name: "that plays", own: { player: "playing", picture: old }, kind: "live", words: "Live" },
    { name: "whose player begins", own: { player: "starting" }, kind: "starting", words: "Starting" },
    { name: "without a picture yet", own: { picture: undefined }, kind: "waiting", words: "Waiting for a picture" },
    {
      name: "whose picture is broken",
      own: { picture: { drawnAtMs: null, isBroken: true } },
      kind: "undecodable",
      words: "Picture cannot be decoded",
    },
    { name: "without HTTPS", own: { canDecodeFrames: false }, kind: "insecure", words: "Needs HTTPS" },
    {
      name: "of H.265",
      own: { item: aStream({ codec: "hvc1.1.6.L93.B0" }) },
      kind: "codec",
      words: "Codec not shown: H.265",
    },
    {
      name: "of H.265 of which JPEGs are made",
      own: { item: aStream({ codec: "hvc1" }), offer: made },
      kind: "picture",
      words: "H.265 · < 5 s",
    },
    {
      name: "without HTTPS where JPEGs are made",
      own: { canDecodeFrames: false, offer: made },
      kind: "picture",
      words: "< 5 s",
    },
    {
      name: "of H.265 for which the server has no place",
      own: {
        item: aStream({ codec: "hvc1" }),
        offer: made,
        picture: { drawnAtMs: null, isBroken: false, lack: "busy" },
      },
      kind: "busy",
      words: "Server is busy",
    },
    {
      name: "that has lost its place a moment ago",
      own: { canDecodeFrames: false, offer: made, picture: { drawnAtMs: 96_000, isBroken: false, lack: "busy" } },
      kind: "picture",
      words: "< 5 s",
    },
    {
      name: "of H.265 that is played as H.264",
      own: { item: aStream({ codec: "hvc1" }), player: "playing" },
      kind: "live",
      words: "Live",
    },
    {
      name: "whose player is refused",
      own: { item: aStream({ codec: "hvc1" }), player: "failed" },
      kind: "failed",
      words: "Server cannot convert the picture",
    },
    {
      name: "of a codec that is not known yet",
      own: { item: aStream({ codec: null }) },
      kind: "picture",
      words: "< 5 s",
    },
    {
      name: "of a dead camera, even while its player has some left",
      own: { item: aStream({ state: "offline" }), player: "playing" },
      kind: "offline",
      words: "No video since",
    },
    {
      name: "of a dead camera since nobody knows when",
      own: { item: aStream({ state: "offline", since: null }) },
      kind: "offline",
      words: "No video",
    },
    { name: "with one that two rounds have not replaced", own: { nowMs: 103_000 }, kind: "picture", words: "7 s ago" },
  ])("$name is $kind", ({ own, kind, words }) => {
    setLocale("en");
    expect(judgeTile(parts(own))).toBe(kind);
    expect(tileWords(parts(own), t, "en", START)).toContain(words);
  });

  test("names the cause unless all is well, and no age of what moves", () => {
    expect(causeWords(aStream({ state: "offline", cause: "upstream_timeout" }))).toBe("camera does not answer");
    expect(causeWords(aStream({ cause: "upstream_timeout" }))).toBe("");
    expect(pictureAgeS(parts({ player: "playing" }))).toBeNull();
  });
});

test("a tile without a picture says whether FFmpeg is missing, switched off or busy", () => {
  setLocale("en");
  const why = (offer: Partial<TileParts["offer"]>, own: Partial<TileParts> = {}) =>
    whyWords({
      item: aStream({ codec: "hvc1" }),
      player: null,
      picture: undefined,
      nowMs: 100_000,
      canDecodeFrames: true,
      offer: { ffmpeg: "ready", renditions: [], jpegs: 0, ...offer },
      ...own,
    });
  expect(why({ ffmpeg: "missing" })).toBe("The server has no FFmpeg to convert it.");
  expect(why({})).toBe("Conversion is switched off in the flow Video.");
  expect(why({ ffmpeg: "unknown" })).toBe("");
  const busy = { drawnAtMs: null, isBroken: false, lack: "busy" } as const;
  expect(why({ jpegs: 16 }, { picture: busy })).toBe("It makes pictures of 16 cameras at once.");
  expect(why({}, { item: aStream({ state: "offline", cause: "upstream_timeout" }) })).toBe("camera does not answer");
});

test("a player goes to what FFmpeg makes only where the camera has nothing that fits", () => {
  const offer = { ffmpeg: "ready", renditions: ["240p", "720p"], jpegs: 0 } as const;
  const own = "/v/site-001/-/index.m3u8";
  const made = (rendition: string) => `/v/site-001/-/x/${rendition}/index.m3u8`;
  const h265 = aStream({ codec: "hvc1.1.6.L93.B0", height: 1080 });
  expect(liveAddresses(aStream(), offer, true)).toEqual([own]);
  expect(liveAddresses(aStream({ height: 1080 }), offer, true)).toEqual([made("240p"), own]);
  expect(liveAddresses(aStream({ height: 1080 }), offer, false)).toEqual([own]);
  expect(liveAddresses(h265, offer, true)).toEqual([made("240p")]);
  expect(liveAddresses(h265, offer, false)).toEqual([made("720p")]);
  expect(liveAddresses(h265, { ...offer, renditions: ["720p"] }, true)).toEqual([]);
});

describe("the wall", () => {
  let widget: VueWrapper | undefined;
  let routes: Record<string, unknown>;
  let asked: string[];
  /** What the server keeps of this person's walls. */
  let kept: Map<string, unknown>;
  function keptWalls(path: string, { method = "GET", body }: RequestInit): Promise<Response> | null {
    const found = /^\/api\/v1\/video\/walls(?:\/(.+))?$/.exec(path);
    if (!found) return null;
    const [, name] = found;
    if (name !== undefined && method === "PUT") kept.set(decodeURIComponent(name), JSON.parse(String(body)));
    if (name !== undefined && method === "DELETE") kept.delete(decodeURIComponent(name));
    const items = [...kept].map(([called, view]) => ({ name: called, view }));
    return Promise.resolve(new Response(JSON.stringify({ items, nextCursor: null, total: items.length })));
  }

  beforeEach(() => {
    vi.useFakeTimers({ now: START });
    vi.spyOn(performance, "now").mockImplementation(() => Date.now() - START);
    vi.stubGlobal("WebSocket", FakeSocket);
    localStorage.clear();
    setLocale("en");
    const ids = Array.from({ length: 12 }, (_, n) => `site-${String(n + 1).padStart(3, "0")}`);
    routes = {
      "/api/v1/sites": { items: ids.map((id) => ({ id, name: `Box ${id}` })), nextCursor: null, total: 12 },
      "/api/v1/video/streams": { items: ids.map((id) => aStream({ streamId: id, siteId: id })) },
      "/api/v1/video/session": { expiresAt: "2026-11-25T08:05:00Z" },
    };
    const answers = answersFor(routes);
    asked = answers.asked;
    kept = new Map();
    vi.stubGlobal(
      "fetch",
      (path: string, init: RequestInit = {}) => keptWalls(path, init) ?? answers.fetch(path, init),
    );
  });
  afterEach(async () => {
    widget?.unmount();
    widget = undefined;
    await vi.advanceTimersByTimeAsync(6000);
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
    document.body.replaceChildren();
  });

  async function show(): Promise<VueWrapper> {
    widget = mount(VideoWall, { attachTo: document.body });
    await flushPromises();
    return widget;
  }
  const tellStreams = (isWhole: boolean, streams: readonly StreamItem[]): Promise<unknown> => {
    FakeSocket.newest().receive({ type: "streams", at: new Date(Date.now()).toISOString(), isWhole, streams });
    return flushPromises();
  };
  const ids = (page: VueWrapper) => page.findAll("[data-stream]").map((tile) => tile.attributes("data-stream"));
  const button = (page: VueWrapper, text: string) => {
    const found = page.findAll("button").find((one) => one.text() === text || one.attributes("aria-label") === text);
    if (!found) throw new Error(`no button ${text}`);
    return found;
  };

  test("turns its pages, and keeps the first tile when the layout is another one", async () => {
    const page = await show();
    expect(ids(page)).toHaveLength(9);
    await button(page, "Next page").trigger("click");
    expect(ids(page)).toEqual(["site-010", "site-011", "site-012"]);
    expect(page.text()).toContain("Page 2 of 2");
    await button(page, "2 × 2").trigger("click");
    expect(ids(page)).toEqual(["site-009", "site-010", "site-011", "site-012"]);
    await button(page, "Next page").trigger("click");
    expect(page.text()).toContain("Page 1 of 3");
  });

  test("has sites with alarms first, and says so with a mark, a count and words", async () => {
    const page = await show();
    FakeSocket.newest().accept();
    const at = new Date(START).toISOString();
    const none = { present: 0, unacknowledged: 0 };
    const tell = (sites: readonly unknown[]): Promise<unknown> => {
      const counts = { critical: none, high: none, medium: none, low: none };
      const summary = { counts, sites, at, isJudging: true, judgedAt: at };
      FakeSocket.newest().receive({ type: "alarms", at, summary });
      return flushPromises();
    };
    await tell([{ siteId: "site-011", worst: "critical", present: 2, unacknowledged: 1 }]);
    expect(ids(page)[0]).toBe("site-011");
    const tile = page.get('[data-stream="site-011"]');
    expect(tile.classes()).toContain("is-s1");
    expect(tile.find("svg").exists()).toBe(true);
    expect(tile.text()).toContain("Critical alarm, 2 present");
    await button(page, "Alarms first").trigger("click");
    expect(ids(page)[0]).toBe("site-001");
    await button(page, "Alarms first").trigger("click");
    await tell([]);
    expect(ids(page)[0]).toBe("site-001");
  });

  test("takes a tile to where it is dropped, keeps it in this browser, and goes back to the inventory's order", async () => {
    const page = await show();
    await page.get('[data-stream="site-009"]').trigger("dragstart");
    await page.get('[data-stream="site-002"]').trigger("dragover");
    expect(page.get('[data-stream="site-002"]').classes()).toContain("is-target");
    await page.get('[data-stream="site-002"]').trigger("drop");
    expect(ids(page).slice(0, 3)).toEqual(["site-001", "site-009", "site-002"]);
    page.unmount();
    const again = await show();
    expect(ids(again).slice(0, 3)).toEqual(["site-001", "site-009", "site-002"]);
    await button(again, "Order of the inventory").trigger("click");
    expect(ids(again).slice(0, 3)).toEqual(["site-001", "site-002", "site-003"]);
  });

  test("saves a wall under a name with the server, opens it elsewhere, and removes it", async () => {
    const here = await show();
    await button(here, "4 × 4").trigger("click");
    await button(here, "Save wall").trigger("click");
    await here.get('input[placeholder="Name of this wall"]').setValue("Night");
    await here.get("form").trigger("submit");
    await flushPromises();
    expect([...kept.keys()]).toEqual(["Night"]);
    here.unmount();
    // Another computer: nothing is kept in its browser.
    localStorage.clear();
    const page = await show();
    expect(ids(page)).toHaveLength(9);
    await page.get('select[aria-label="Saved walls"]').setValue("Night");
    expect(ids(page)).toHaveLength(12);
    await button(page, "Remove “Night”").trigger("click");
    await flushPromises();
    expect(page.find('select[aria-label="Saved walls"]').exists()).toBe(false);
    expect(kept.size).toBe(0);
  });

  test("moves the walls that a version before kept in the browser to the server, once", async () => {
    const view = { layout: 4, mode: "auto", cycleS: 0, isAlarmedFirst: true, arranged: ["site-003"] };
    const newer = { ...view, layout: 1 };
    kept.set("Both", newer);
    const saved = [
      { name: "Old", view },
      { name: "Both", view },
    ];
    localStorage.setItem("antbox.video.wall", JSON.stringify({ view, saved }));
    const page = await show();
    await flushPromises();
    expect(kept.get("Old")).toEqual(view);
    expect(kept.get("Both")).toEqual(newer);
    expect(page.findAll('select[aria-label="Saved walls"] option')).toHaveLength(3);
    expect(JSON.parse(localStorage.getItem("antbox.video.wall") ?? "")).not.toHaveProperty("saved");
  });

  test("says so when a wall could not be saved", async () => {
    const page = await show();
    await button(page, "Save wall").trigger("click");
    await page.get('input[placeholder="Name of this wall"]').setValue("Night");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("gone")));
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(page.text()).toContain("It was not done");
  });

  test("turns its pages by itself when it is told to", async () => {
    const page = await show();
    await page.get(`select[aria-label="${vt("cycle")}"]`).setValue("10");
    await vi.advanceTimersByTimeAsync(9_900);
    expect(page.text()).toContain("Page 1 of 2");
    await vi.advanceTimersByTimeAsync(200);
    expect(page.text()).toContain("Page 2 of 2");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(page.text()).toContain("Page 1 of 2");
  });

  test("renews the video session every minute, and not while the page is hidden", async () => {
    await show();
    const sessions = () => asked.filter((path) => path === "/api/v1/video/session").length;
    expect(sessions()).toBe(1);
    await vi.advanceTimersByTimeAsync(60_100);
    expect(sessions()).toBe(2);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await vi.advanceTimersByTimeAsync(180_000);
    expect(sessions()).toBe(2);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await flushPromises();
    expect(sessions()).toBe(3);
  });

  test("says that there are no cameras, and what to do", async () => {
    routes["/api/v1/video/streams"] = { items: [] };
    expect((await show()).text()).toContain("No site has a camera. Its address is entered in the inventory.");
  });

  test("says that the list cannot be read, and shows what the live connection tells", async () => {
    delete routes["/api/v1/video/streams"];
    const page = await show();
    expect(page.get('[role="status"]').text()).toContain("The list of cameras cannot be read");
    FakeSocket.newest().accept();
    await tellStreams(true, [aStream()]);
    expect(ids(page)).toEqual(["site-001"]);
    expect(page.text()).not.toContain("The list of cameras cannot be read");
  });

  test("asks for the list once, and hears of cameras that change, come and go", async () => {
    const page = await show();
    const lists = () => asked.filter((path) => path === "/api/v1/video/streams").length;
    FakeSocket.newest().accept();
    expect(FakeSocket.newest().sent.at(-1)?.topics).toContain("streams");
    const two = [aStream(), aStream({ streamId: "site-002", siteId: "site-002" })];
    await tellStreams(true, two);
    expect(ids(page)).toEqual(["site-001", "site-002"]);
    await tellStreams(false, [aStream({ state: "offline", cause: "upstream_refused" })]);
    expect(page.get('[data-stream="site-001"]').classes()).toContain("is-offline");
    await tellStreams(false, [aStream({ streamId: "site-003", siteId: "site-003" })]);
    expect(ids(page)).toEqual(["site-001", "site-002", "site-003"]);
    await tellStreams(true, two.slice(1));
    expect(ids(page)).toEqual(["site-002"]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(lists()).toBe(1);
  });

  test("speaks Chinese", async () => {
    setLocale("zh-CN");
    const page = await show();
    expect(page.text()).toContain("第 1 页，共 2 页");
    expect(page.text()).toContain("报警优先");
  });
});
