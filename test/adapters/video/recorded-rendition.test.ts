import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordsUntilMs } from "../../../adapters/video/recorder-share.ts";
import type { RecordedRendition } from "../../../domain/video/recording/recording-mode.ts";
import { type LittleCamera, startLittleCamera } from "../../services/little-camera.ts";
import { type GatewayUnderTest, startGateway } from "./gateway-under-test.ts";

const MASTER = [
  "#EXTM3U",
  "#EXT-X-STREAM-INF:BANDWIDTH=500000",
  "middle.m3u8",
  "#EXT-X-STREAM-INF:BANDWIDTH=100000",
  "low.m3u8",
  "#EXT-X-STREAM-INF:BANDWIDTH=900000",
  "high.m3u8",
].join("\n");
const media = (name: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${name}-1.ts\n`;

let folder: string;
let camera: LittleCamera;
let gateway: GatewayUnderTest;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "recorded-rendition-"));
  camera = await startLittleCamera();
  camera.serve("/index.m3u8", MASTER);
  for (const name of ["low", "middle", "high"]) {
    camera.serve(`/${name}.m3u8`, media(name));
    camera.serve(`/${name}-1.ts`, Buffer.alloc(1880, 0x47));
  }
  gateway = await startGateway([{ id: "site-001", cameraUrl: `${camera.origin}/index.m3u8` }], { recordings: folder });
});
afterEach(async () => {
  await gateway.close();
  await camera.close();
  rmSync(folder, { recursive: true, force: true });
});

async function recorded(rendition: RecordedRendition): Promise<void> {
  const plan = { streams: { "site-001": "continuous" as const }, rendition, preRollS: 0, postRollS: 1 };
  gateway.gateway.take({ type: "recorder-lease", untilMs: recordsUntilMs() });
  gateway.gateway.take({ type: "record", plan });
  const files = () => readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".ts"));
  await vi.waitFor(() => expect(files()).toHaveLength(1), { timeout: 4_000 });
}
const fetched = () => ["low", "middle", "high"].filter((name) => camera.hits(`/${name}-1.ts`) > 0);

test.for([
  { rendition: "smallest" as const, segments: ["low"] },
  { rendition: "largest" as const, segments: ["high"] },
])(
  "of several renditions the $rendition is recorded, and no segment of another is fetched",
  async ({ rendition, segments }) => {
    await recorded(rendition);
    expect(fetched()).toEqual(segments);
  },
);

test("a largest rendition that cannot be had is not recorded, and says nothing of the camera", async () => {
  camera.serve("/high.m3u8", (_request, response) => response.writeHead(404).end());
  await expect(recorded("largest")).rejects.toThrow();
  expect(fetched()).toEqual([]);
  expect(camera.hits("/high.m3u8")).toBeGreaterThan(0);
  expect(gateway.report("site-001")?.health.cause).not.toBe("upstream_status");
});
