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
    vi.stubGlobal("fetch", answers.fetch);
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

  test("saves a wall under a name, opens and removes it", async () => {
    const page = await show();
    await button(page, "4 × 4").trigger("click");
    await button(page, "Save wall").trigger("click");
    await page.get('input[placeholder="Name of this wall"]').setValue("Night");
    await page.get("form").trigger("submit");
    await button(page, "1").trigger("click");
    expect(ids(page)).toHaveLength(1);
    const saved = page.get('select[aria-label="Saved walls"]');
    await saved.setValue("");
    await saved.setValue("Night");
    expect(ids(page)).toHaveLength(12);
    await button(page, "Remove “Night”").trigger("click");
    expect(page.find('select[aria-label="Saved walls"]').exists()).toBe(false);
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

  test("says that the list is old when it cannot be read any more, and keeps what it shows", async () => {
    const page = await show();
    delete routes["/api/v1/video/streams"];
    await vi.advanceTimersByTimeAsync(3_500);
    expect(page.get('[role="alert"]').text()).toContain("The list of cameras cannot be read");
    expect(ids(page)).toHaveLength(9);
  });

  test("speaks Chinese", async () => {
    setLocale("zh-CN");
    const page = await show();
    expect(page.text()).toContain("第 1 页，共 2 页");
    expect(page.text()).toContain("报警优先");
  });
});
