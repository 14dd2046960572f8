import { afterEach, expect, test, vi } from "vitest";
import type { StreamRecord } from "../../adapters/video/stream-board.ts";
import { viewStream } from "../../adapters/video/view-stream.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerVideoState from "../../nodes/video-state/video-state.ts";
import { idleVideo } from "../services/idle-video.ts";
import { aRound } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

const FORM = { places: "", states: "", freshS: "300", holdS: "0" };
const CAMERAS = ["site-001", "site-002", "site-003", "site-004"];

let node: LoadedNode;
let platform: TestPlatform;

async function start(form: Partial<typeof FORM> = {}): Promise<void> {
  const { board } = idleVideo();
  const nowMs = Date.now();
  board.put([
    aRecord("site-001", { lookedAtMs: nowMs }),
    aRecord("site-002", { lookedAtMs: nowMs, state: "offline", cause: "upstream_refused" }),
    aRecord("site-003", { lookedAtMs: nowMs - 400_000, state: "offline", cause: "upstream_refused" }),
    aRecord("site-004", { lookedAtMs: nowMs, state: "stale", cause: "upstream_timeout" }),
    aRecord("site-005", { lookedAtMs: nowMs }),
  ]);
  const wiring = { ask: () => () => undefined, record: () => () => undefined };
  platform = createTestPlatform({
    siteIds: [...CAMERAS, "site-005"],
    cameras: CAMERAS,
    video: { board, wiring, marks: { mark: async () => true }, gateway: null },
  });
  setPlatform(platform);
  node = await loadNode(registerVideoState, { type: "video-state", ...FORM, ...form }, { outputs: 2 });
}
afterEach(async () => {
  await node.unload();
  await platform.close();
  setPlatform(undefined);
});

function aRecord(siteId: string, own: Partial<StreamRecord>): StreamRecord {
  const known = { siteId, state: "online", sinceMs: 0, cause: null, progressedAtMs: null, lookedAtMs: null } as const;
  return { ...known, codec: null, width: null, height: null, bitrateKbps: null, ...own };
}
function aChange(siteId: string, state: StreamRecord["state"]) {
  return { topic: "stream-state", payload: viewStream(siteId, aRecord(siteId, { state }), 0) };
}
const changes = () =>
  node.outputs[1]
    ?.map(({ payload }) => payload as { siteId: string; state: string })
    .map((one) => `${one.siteId} ${one.state}`);

test("adds what is known of the cameras to the data, and leaves the data as it is", async () => {
  await start();
  const round = aRound();
  await node.receive({ topic: "round-report", payload: round, ruleHolders: ["before"] });
  const cameras = { "site-001": true, "site-002": false };
  expect(node.outputs[0]).toMatchObject([{ topic: "round-report", payload: round, ruleHolders: ["before"], cameras }]);
  expect(Object.keys(node.outputs[0]?.[0]?.["cameras"] as object)).toEqual(Object.keys(cameras));
  await vi.waitFor(
    () => expect(node.statuses.at(-1)).toMatchObject({ fill: "yellow", text: /1 of 2 online, 4 cameras/ }),
    {
      timeout: 5_000,
    },
  );
});

test("looks through the inventory again only when it is another one", async () => {
  await start();
  const sites = [...platform.inventory.all()];
  const lookedThrough = vi.spyOn(sites, "filter");
  const all = vi.spyOn(platform.inventory, "all").mockImplementation(() => sites);
  for (let times = 0; times < 3; times++) await node.receive({ topic: "snapshots", payload: [] });
  expect(lookedThrough).toHaveBeenCalledTimes(1);
  all.mockImplementation(() => sites.slice(1));
  await node.receive({ topic: "snapshots", payload: [] });
  expect(node.outputs[0]?.map((msg) => msg["cameras"])).toEqual([
    ...Array(3).fill({ "site-001": true, "site-002": false }),
    { "site-002": false },
  ]);
});

test("counts an older look where the form says so, and only the cameras that it names", async () => {
  await start({ freshS: "600", places: "site-003；zone:elsewhere" });
  await node.receive({ topic: "snapshots", payload: [], cameras: { "site-009": true } });
  expect(node.outputs[0]?.[0]?.["cameras"]).toEqual({ "site-003": false, "site-009": true });
});

test("passes changes of the cameras and to the states that are asked for", async () => {
  await start({ states: "offline, online", places: "site-001, site-002" });
  for (const state of ["offline", "stale", "online"] as const) await node.receive(aChange("site-001", state));
  await node.receive(aChange("site-003", "offline"));
  await node.receive(aChange("site-099", "offline"));
  await vi.waitFor(() => expect(changes()).toEqual(["site-001 offline", "site-001 online"]));
  expect(node.outputs[0]).toEqual([]);
});

test("passes a change when it has lasted, and none that was over before", async () => {
  await start({ states: "offline", holdS: "1" });
  await node.receive(aChange("site-001", "offline"));
  await node.receive(aChange("site-002", "offline"));
  await node.receive(aChange("site-002", "online"));
  expect(changes()).toEqual([]);
  await vi.waitFor(() => expect(changes()).toEqual(["site-001 offline"]), { timeout: 5_000 });
});

test.for([
  { name: "another topic", msg: { topic: "alarm", payload: {} }, says: /takes msg.topic "snapshots"/ },
  { name: "half a state", msg: { topic: "stream-state", payload: { siteId: "site-001" } }, says: /not a stream state/ },
])("refuses $name", async ({ msg, says }) => {
  await start();
  await node.receive(msg);
  expect(node.errors.join()).toMatch(says);
  expect(node.outputs.flat()).toEqual([]);
});

test.for([
  { name: "an unknown state", form: { states: "dead" }, says: /states: "dead" is none/ },
  { name: "a blank number", form: { freshS: "" }, says: /freshS: / },
  { name: "a zone without a name", form: { places: "zone:" }, says: /places: "zone:" is neither/ },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the editor writes a variable
  { name: "a variable that is not set", form: { holdS: "${NOT_SET}" }, says: /NOT_SET/ },
])("says what is wrong with $name, and lets the data pass without cameras", async ({ form, says }) => {
  await start(form);
  expect(node.logged().join()).toMatch(says);
  await node.receive({ topic: "snapshots", payload: [] });
  expect(node.outputs[0]).toMatchObject([{ topic: "snapshots", payload: [] }]);
  expect(node.outputs[0]?.[0]).not.toHaveProperty("cameras");
});
