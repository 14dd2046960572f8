import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningNodeRed, startNodeRed } from "../flows/embedded-node-red.ts";
import { ACTORS } from "./actors.ts";
import { crawl, openComms, tryComms, tryEditor } from "./editor-matrix.ts";
import type { EditorRoute } from "./editor-routes.ts";

const OTHER = fileURLToPath(new URL("./print-editor-routes.ts", import.meta.url));

let nodeRed: RunningNodeRed;
/** Of an editor that is on: here there is none to ask. */
let routes: readonly EditorRoute[] = [];

beforeAll(async () => {
  const other = fork(OTHER, { execArgv: [] });
  const [told] = (await once(other, "message")) as [readonly EditorRoute[]];
  routes = told;
  nodeRed = await startNodeRed({ editor: "off" });
});
afterAll(() => nodeRed?.stop());

test("every route that an editor would have × everybody: nothing is there, or nobody is told", async () => {
  expect(routes.length).toBeGreaterThan(60);
  // Files of the palette's own packages are served in this mode, too, by ourselves.
  const hidden = routes.filter(({ example }) => !example.startsWith("/resources/antbox-flow/"));
  expect(await tryEditor(nodeRed, hidden, "off")).toBe(hidden.length * ACTORS.length);
});

test("T2: the crawl of the threat list, with and without /editor, as everybody", async () => {
  expect(await crawl(nodeRed, ACTORS)).toEqual([]);
});

test("the editor's socket × everybody × origins", () => tryComms(nodeRed, "off"));

test.for(["/comms", "/editor/comms/", "/EDITOR/comms", "/editor\\comms", "/editor/../comms"])(
  "no socket opens at %s, for an administrator either",
  async (target) => {
    const headers = { origin: nodeRed.origin, cookie: "antbox_access=admin" };
    expect(await openComms(nodeRed, target, headers)).not.toBe("open");
  },
);
