import { afterEach, expect, test, vi } from "vitest";
import { NOTHING_RECORDED, type RecordingReport } from "../../adapters/video/recording-protocol.ts";
import type { RecordingSettings } from "../../domain/video/recording/recording-mode.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerVideoRecord from "../../nodes/video-record/video-record.ts";
import { aRaise } from "../domain/notification/notification-builders.ts";
import { idleVideo } from "../services/idle-video.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

const FORM = {
  mode: "around_alarm",
  rules: "site-002 off",
  preRollS: "20",
  postRollS: "60",
  keepDays: "7",
  maxGb: "100",
};

let node: LoadedNode;
let platform: TestPlatform;
let asked: RecordingSettings[] = [];
let marked: unknown[] = [];
let report: RecordingReport = NOTHING_RECORDED;

async function start(form: Record<string, unknown> = {}): Promise<void> {
  asked = [];
  marked = [];
  report = { ...NOTHING_RECORDED, state: "recording", streams: 3 };
  platform = createTestPlatform({
    video: {
      board: idleVideo().board,
      wiring: {
        ask: () => () => undefined,
        record(settings) {
          asked.push(settings);
          return () => asked.pop();
        },
      },
      marks: {
        async mark(siteId, atMs, reason) {
          if (siteId === "site-999") return false;
          marked.push({ siteId, at: new Date(atMs).toISOString(), reason });
          return true;
        },
      },
      gateway: { figures: () => null, viewers: () => [], recording: () => report },
    },
  });
  setPlatform(platform);
  node = await loadNode(registerVideoRecord, { type: "video-record", ...FORM, ...form });
}
afterEach(async () => {
  await node.unload();
  expect(asked).toEqual([]);
  await platform.close();
  setPlatform(undefined);
});

test("asks for what its form says, and takes it back", async () => {
  await start();
  expect(asked).toEqual([
    {
      mode: "around_alarm",
      rules: [{ kind: "site", name: "site-002", mode: "off" }],
      rendition: "smallest",
      preRollS: 20,
      postRollS: 60,
      keepDays: 7,
      maxGb: 100,
    },
  ]);
});

test("marks the time of an alarm that people are told of, and of no other change of it", async () => {
  await start();
  const raised = aRaise("site-001");
  await node.receive({ topic: "alarm", payload: raised });
  await node.receive({ topic: "alarm", payload: { ...raised, isAnnounced: false } });
  await node.receive({ topic: "alarm", payload: { ...raised, siteId: null } });
  expect(marked).toEqual([{ siteId: "site-001", at: raised.at, reason: raised.ruleId }]);
});

test("marks this moment for any other message with a site", async () => {
  await start();
  await node.receive({ topic: "button", payload: { siteId: "site-001" } });
  expect(marked).toMatchObject([{ siteId: "site-001", reason: "flow" }]);
});

test.for([
  { name: "no site", msg: { topic: "x", payload: {} }, says: /payload.siteId is undefined/ },
  { name: "a path", msg: { topic: "x", payload: { siteId: "../x" } }, says: /payload.siteId is "..\/x"/ },
  { name: "an unknown site", msg: { topic: "x", payload: { siteId: "site-999" } }, says: /no site "site-999"/ },
  { name: "no transition", msg: { topic: "alarm", payload: { siteId: "site-001" } }, says: /not an AlarmTransition/ },
])("refuses $name", async ({ msg, says }) => {
  await start();
  await node.receive(msg);
  await vi.waitFor(() => expect(node.errors.join()).toMatch(says));
  expect(marked).toEqual([]);
});

test.for([
  { name: "an unknown mode", form: { mode: "always" }, says: /mode: / },
  { name: "a wrong line", form: { rules: "site-001" }, says: /rules, line 1/ },
  { name: "a blank number", form: { keepDays: "" }, says: /keepDays/ },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the editor writes a variable
  { name: "a variable that is not set", form: { maxGb: "${NOT_SET}" }, says: /NOT_SET/ },
])("does not run with $name", async ({ form, says }) => {
  await start(form);
  expect(node.logged().join()).toMatch(says);
  expect(asked).toEqual([]);
});

test("hands out how recording is, once for each state", async () => {
  await start();
  await vi.waitFor(
    () => expect(node.outputs[0]).toMatchObject([{ topic: "recording", payload: { state: "recording" } }]),
    { timeout: 5_000 },
  );
  report = { ...report, state: "stopped", cause: "storage_full" };
  await vi.waitFor(() => expect(node.outputs[0]).toHaveLength(2), { timeout: 5_000 });
  expect(node.outputs[0]?.[1]).toMatchObject({ payload: { state: "stopped", cause: "storage_full" } });
});
