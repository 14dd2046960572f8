import { expect, test } from "vitest";
import { createStreamPlaylists, ENTRY } from "../../../adapters/video/gateway/stream-playlists.ts";
import { rulesOf } from "../../../adapters/video/gateway/target-rules.ts";
import type { Upstream } from "../../../adapters/video/gateway/upstream.ts";
import type { TargetRules } from "../../../domain/video/target/judge-target.ts";
import { playlistOf } from "../../services/little-camera.ts";

const config = { id: "site-001", url: "http://192.0.2.7/live/stream.m3u8", authorization: null };
const RULES = () =>
  rulesOf([config], {
    sites: [
      {
        id: config.id,
        cameraUrl: config.url,
        cameraQueries: false,
        controllerUrl: "http://192.0.2.8/",
        profileId: "none",
      },
    ],
    profiles: {},
    ownPorts: [],
  }).get(config.id) ?? null;

/** The playlists of a camera that says what the test says, in a time that the test makes pass. */
function aStream() {
  const state = { text: "", nowMs: 0, asked: 0, rules: RULES() as TargetRules | null };
  const upstream: Upstream = {
    get(_request, sink) {
      state.asked += 1;
      sink.head(null);
      sink.data(Buffer.from(state.text));
      sink.end();
      return { abort: () => undefined, pause: () => undefined, resume: () => undefined };
    },
    close: () => undefined,
  };
  const playlists = createStreamPlaylists({
    config,
    rules: () => state.rules,
    upstream,
    opaqueIdOf: () => "opaque",
    clock: () => state.nowMs,
    onFetched: () => undefined,
  });
  return { state, playlists, text: async () => (await playlists.get(ENTRY, "")).toString() };
}

test("what the camera sends again is not made anew, and what it names may be asked for as long as it is named", async () => {
  const { state, playlists } = aStream();
  state.text = playlistOf(1, ["a.ts", "b.ts"]);
  const first = await playlists.get(ENTRY, "");
  const facts = await playlists.followed();
  for (let second = 0; second < 600; second += 1) {
    state.nowMs += 1_000;
    expect(await playlists.get(ENTRY, "")).toBe(first);
  }
  // Each of them asked the camera: half a target duration had gone by.
  expect(state.asked).toBeGreaterThan(500);
  expect(await playlists.followed()).toBe(facts);
  expect(playlists.named("a.ts")?.url.href).toBe("http://192.0.2.7/live/a.ts");
  // Not for longer than that.
  state.nowMs += 65_000;
  expect(playlists.named("a.ts")).toBeNull();
});

test("a change is seen at once, and what has left the window can still be asked for", async () => {
  const { state, playlists, text } = aStream();
  state.text = playlistOf(1, ["a.ts", "b.ts"]);
  await text();
  state.nowMs += 1_000;
  await text();
  state.nowMs += 1_000;
  state.text = playlistOf(2, ["b.ts", "c.ts"], ["#EXT-X-DISCONTINUITY"]);
  expect(await text()).toContain("c.ts");
  const facts = await playlists.followed();
  expect(facts.newestSequence).toBe(4);
  expect(facts.segments.map(({ isDiscontinuity }) => isDiscontinuity)).toContain(true);
  expect(playlists.named("a.ts")).not.toBeNull();
  // Back to what there was before: the last one counts, not any that was ever seen.
  state.nowMs += 1_000;
  state.text = playlistOf(1, ["a.ts", "b.ts"]);
  expect(await text()).not.toContain("c.ts");
});

test("the same text is judged anew when the inventory has changed", async () => {
  const { state, text } = aStream();
  state.text = playlistOf(1, ["a.ts"]);
  await text();
  state.nowMs += 4_000;
  state.rules = null;
  await expect(text()).rejects.toMatchObject({ videoCause: "target_not_allowed" });
  state.nowMs += 4_000;
  state.rules = RULES();
  expect(await text().catch(text)).toContain("a.ts");
});
