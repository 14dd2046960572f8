import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startGateway } from "../adapters/video/gateway-under-test.ts";
import { startLiveCamera } from "../services/live-camera.ts";
import { launchBrowser, noBrowser, openPage, PHONE, seriousViolations } from "./browser.ts";
import { type FakePlatform, startFakePlatform } from "./harness/fake-platform.ts";
import { createFakeVideo, type FakeVideo } from "./harness/fake-video.ts";

const IDS = Array.from({ length: 90 }, (_, n) => `site-${String(n + 1).padStart(3, "0")}`);
const [H265 = "", DEAD = "", KILLED = "", BROKEN = ""] = ["site-007", "site-012", "site-002", "site-030"];

/** The wall in a real browser: real H.264 made by FFmpeg, cut and batched by our own code, decoded by WebCodecs. */
describe.skipIf(noBrowser !== null)("the video wall", () => {
  let browser: Browser;
  let platform: FakePlatform;
  let video: FakeVideo;
  beforeAll(async () => {
    video = createFakeVideo(IDS, { h265: [H265], broken: [BROKEN] });
    video.kill(DEAD);
    [browser, platform] = await Promise.all([
      launchBrowser(),
      startFakePlatform({ sites: IDS.length, roundEveryMs: 5000, video }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  async function within(
    view: Record<string, unknown>,
    work: (page: Page, requests: string[]) => Promise<void>,
    options: Parameters<typeof openPage>[1] = { locale: "en" },
  ): Promise<void> {
    const { page, problems } = await openPage(browser, options);
    await page.context().addCookies([{ name: "antbox_access", value: "harness", url: platform.url }]);
    await page.addInitScript({ content: keep(view) });
    const requests: string[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(`${platform.url}/dashboard/video`);
    await work(page, requests);
    await page.context().close();
    expect(problems).toEqual([]);
  }
  const keep = (view: Record<string, unknown>): string => {
    const text = JSON.stringify(JSON.stringify({ view }));
    return `localStorage.getItem("antbox.video.wall") ?? localStorage.setItem("antbox.video.wall", ${text})`;
  };
  const tile = (page: Page, id: string) => page.locator(`[data-stream="${id}"]`);
  const fresh = (page: Page) => page.locator(".abx-cam.is-picture");
  const playing = (page: Page) => page.locator(".abx-cam.is-live");

  /** Streams whose place on the canvas shows a picture: more than a few colours, as a flat or black place has not. */
  const painted = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".abx-wall__grid canvas");
      const context = canvas?.getContext("2d");
      if (!canvas || !context) return [];
      const ratio = canvas.width / canvas.clientWidth;
      return [...document.querySelectorAll<HTMLElement>("[data-stream]")]
        .filter((cam) => {
          const [width, height] = [cam.offsetWidth * ratio, (cam.offsetHeight - 20) * ratio];
          const { data } = context.getImageData(cam.offsetLeft * ratio, (cam.offsetTop + 20) * ratio, width, height);
          const colours = new Set<number>();
          for (let at = 0; at < data.length; at += 4 * 97) {
            colours.add(((data[at] ?? 0) >> 5) * 64 + ((data[at + 1] ?? 0) >> 5) * 8 + ((data[at + 2] ?? 0) >> 5));
          }
          return colours.size > 6;
        })
        .map((cam) => cam.dataset["stream"] ?? "");
    });

  for (const [locale, dead, codec] of [
    ["en", "No video since", "Codec not shown: H.265"],
    ["zh-CN", "起无视频", "无法显示的编码：H.265"],
  ] as const) {
    test(`draws 81 key frames from one request, alarmed sites first, and names what it cannot show, in ${locale}`, {
      timeout: 60_000,
    }, async () => {
      const [before, played] = [video.asked.length, video.played.length];
      await within(
        { layout: 81 },
        async (page) => {
          await page.locator(".abx-cam").nth(80).waitFor();
          await expect.poll(() => fresh(page).count()).toBe(78);
          const order = await page
            .locator(".abx-cam")
            .evaluateAll((all) => all.map((one) => one.getAttribute("data-stream")));
          expect(order.slice(0, 4)).toEqual(["site-023", "site-041", "site-005", "site-001"]);
          const drawn = await painted(page);
          expect(drawn).toHaveLength(78);
          for (const id of [DEAD, H265, BROKEN]) expect(drawn).not.toContain(id);
          expect(await tile(page, BROKEN).getAttribute("class")).toContain("is-undecodable");
          expect(await tile(page, DEAD).textContent()).toContain(dead);
          expect(await tile(page, H265).textContent()).toContain(codec);
          expect(await tile(page, "site-023").getAttribute("class")).toContain("is-s1");
          expect(await seriousViolations(page)).toEqual([]);
          const asked = video.asked.slice(before);
          // What broke the decoder is left out for a while; all others are in each question.
          expect(asked.map(({ length }) => length)).toEqual([81, ...asked.slice(1).map(() => 80)]);
          expect(video.played.length).toBe(played);
        },
        { locale, colorScheme: locale === "en" ? "dark" : "light" },
      );
    });
  }

  test("shows JPEGs of what it cannot decode, and says where none are made", { timeout: 60_000 }, async () => {
    video.makeWithFfmpeg(10);
    await within({ layout: 9, mode: "keyframe" }, async (page) => {
      await expect.poll(() => tile(page, H265).textContent(), { timeout: 15_000 }).toContain("H.265 · < 5 s");
      await expect.poll(() => painted(page)).toContain(H265);
    });
    // As a page that was opened without HTTPS: no WebCodecs.
    const [asked, played] = [video.asked.length, video.played.length];
    await within({ layout: 36, mode: "keyframe", isAlarmedFirst: false }, async (page) => {
      await page.addInitScript("delete globalThis.VideoDecoder");
      await page.reload();
      await expect.poll(async () => (await painted(page)).length, { timeout: 15_000 }).toBe(10);
      expect(await tile(page, "site-036").textContent()).toContain("Server is busy");
      expect(await page.locator(".abx-wall__note").textContent()).toContain("JPEG pictures of up to 10 others");
    });
    expect(video.played.length).toBe(played);
    expect(video.asked.length).toBeLessThan(asked + 3);
    video.makeWithFfmpeg(0);
  });

  test("plays an H.265 camera over the whole page as H.264, made by the gateway and FFmpeg", {
    timeout: 60_000,
  }, async () => {
    const camera = await startLiveCamera({ encoder: "libx265" });
    const gateway = await startGateway([{ id: "site-001", cameraUrl: camera.url }]);
    onTestFinished(async () => {
      video.makeWithFfmpeg(0);
      await gateway.close();
      await camera.close();
    });
    video.makeWithFfmpeg(10, gateway.get);
    await within({ layout: 9, mode: "keyframe" }, async (page) => {
      await expect.poll(() => tile(page, H265).textContent(), { timeout: 15_000 }).toContain("H.265 ·");
      await tile(page, H265).dblclick();
      const player = page.getByRole("dialog").locator("video");
      const second = () => player.evaluate((one) => (one as HTMLVideoElement).currentTime);
      await expect.poll(second, { timeout: 20_000 }).toBeGreaterThan(0.5);
      const before = await second();
      // Decoded and encoded in software, beside all else that a test machine does: it goes on, at whatever pace.
      await expect.poll(async () => (await second()) - before, { timeout: 20_000 }).toBeGreaterThan(2);
      const colours = await player.evaluate((one) => {
        const canvas = document.createElement("canvas");
        const context = canvas.getContext("2d");
        context?.drawImage(one as HTMLVideoElement, 0, 0, 64, 36);
        return new Set(context?.getImageData(0, 0, 64, 36).data).size;
      });
      expect(colours).toBeGreaterThan(20);
    });
  });

  test("asks for the tiles that are seen only, and for nothing while the page is hidden", {
    timeout: 60_000,
  }, async () => {
    await within(
      { layout: 81, mode: "keyframe" },
      async (page) => {
        await expect.poll(() => fresh(page).count()).toBeGreaterThan(4);
        const first = video.asked.at(-1) ?? [];
        expect(first.length).toBeLessThan(20);
        expect(first).toContain("site-023");
        await tile(page, "site-081").scrollIntoViewIfNeeded();
        await expect.poll(() => video.asked.at(-1)).toContain("site-081");
        expect(video.asked.at(-1)).not.toContain("site-023");
        await expect.poll(() => painted(page)).toContain("site-081");
        // The page is told that it is hidden, as by another tab in front of it.
        await page.evaluate(() => {
          Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        });
        await page.waitForTimeout(300);
        const hidden = video.asked.length;
        await page.waitForTimeout(4500);
        expect(video.asked.length).toBe(hidden);
        await page.evaluate(() => {
          Reflect.deleteProperty(document, "visibilityState");
          document.dispatchEvent(new Event("visibilitychange"));
        });
        await expect.poll(() => video.asked.length).toBeGreaterThan(hidden);
      },
      { locale: "zh-CN", viewport: PHONE },
    );
  });

  test("plays nine tiles live, marks a killed camera, and plays it again without a reload", {
    timeout: 90_000,
  }, async () => {
    await within({ layout: 9 }, async (page, requests) => {
      await expect.poll(() => playing(page).count(), { timeout: 30_000 }).toBe(8);
      expect(requests.filter((path) => /\/chunks\/player-/.test(path))).toHaveLength(1);
      const times = () =>
        page.locator("video").evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).currentTime));
      const [before, beganMs] = [await times(), Date.now()];
      await page.waitForTimeout(4000);
      const after = await times();
      const passedS = (Date.now() - beganMs) / 1000;
      for (const [n, second] of after.entries()) expect(second - (before[n] ?? 0)).toBeGreaterThan(passedS * 0.8);
      video.kill(KILLED);
      await expect.poll(() => tile(page, KILLED).getAttribute("class"), { timeout: 6000 }).toContain("is-offline");
      expect(await tile(page, KILLED).textContent()).toContain("camera does not answer");
      expect(await tile(page, KILLED).locator("video").count()).toBe(0);
      video.revive(KILLED);
      await expect.poll(() => tile(page, KILLED).getAttribute("class"), { timeout: 20_000 }).toContain("is-live");
      expect(requests.filter((path) => path === "/dashboard/video")).toHaveLength(1);
    });
  });

  test("is used by keyboard: arrows, a page, the full player and back, and a tile that is moved", {
    timeout: 60_000,
  }, async () => {
    await within({ layout: 4, isAlarmedFirst: false, mode: "keyframe" }, async (page) => {
      await expect.poll(() => fresh(page).count()).toBe(4);
      const focused = (): Promise<string | null> =>
        page.evaluate(() => document.activeElement?.getAttribute("data-stream") ?? null);
      await tile(page, "site-001").focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      await expect.poll(focused).toBe("site-004");
      await page.keyboard.press("Enter");
      const player = page.getByRole("dialog");
      await player.waitFor();
      await expect
        .poll(() => player.locator("video").evaluate((one) => (one as HTMLVideoElement).currentTime))
        .toBeGreaterThan(0.5);
      await page.keyboard.press("ArrowRight");
      await player.getByRole("heading", { name: "站点 5" }).waitFor();
      await page.keyboard.press("Escape");
      await player.waitFor({ state: "detached" });
      // Site 5 stands on the second page, and has the focus there.
      await expect.poll(focused).toBe("site-005");
      await page.keyboard.press("PageUp");
      await expect.poll(focused).toBe("site-001");
      await page.keyboard.press("Alt+ArrowRight");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(focused).toBe("site-002");
      await page.reload();
      await page.locator(".abx-cam").nth(3).waitFor();
      const order = await page
        .locator(".abx-cam")
        .evaluateAll((all) => all.map((one) => one.getAttribute("data-stream")));
      expect(order).toEqual(["site-002", "site-001", "site-003", "site-004"]);
    });
  });

  test("says within five seconds that the server is gone, and shows pictures again when it is back", {
    timeout: 60_000,
  }, async () => {
    await within({ layout: 16, mode: "keyframe" }, async (page) => {
      await expect.poll(() => fresh(page).count()).toBe(14);
      await platform.stop();
      await page.locator(".abx-wall__note").filter({ hasText: "Trying again" }).waitFor({ timeout: 5000 });
      await expect.poll(() => page.locator(".abx-cam.is-stale").count(), { timeout: 8000 }).toBe(14);
      await platform.start();
      await expect.poll(() => fresh(page).count(), { timeout: 12_000 }).toBe(14);
      await page.locator(".abx-wall__note").waitFor({ state: "detached", timeout: 12_000 });
    });
  });
});
