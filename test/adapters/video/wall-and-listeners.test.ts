import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import http2 from "node:http2";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countVideo } from "../../../adapters/observability/video-metrics.ts";
import { readTlsFiles } from "../../../adapters/transport/tls-files.ts";
import { readFrameBatch } from "../../../domain/video/frame-batch.ts";
import { listen } from "../../../video-listen.ts";
import { makeCertificate, type Pair } from "../../services/certificates.ts";
import { freePort } from "../../services/free-port.ts";
import { type LittleCamera, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { makeVideo } from "../../services/made-video.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { codeOf, type GatewayUnderTest, SESSION, startGateway } from "./gateway-under-test.ts";

const SITES = ["site-001", "site-002", "site-003", "site-004"];
const KEY = Buffer.from("0f0e0d0c0b0a09080706050403020100", "hex");
const IV = "000102030405060708090a0b0c0d0e0f";
let camera: LittleCamera;
let under: GatewayUnderTest;

beforeAll(async () => {
  camera = await startLittleCamera();
  const ts = makeVideo();
  const fragments = makeVideo({ kind: "fmp4" });
  const [segment] = ts.segments.values();
  const [fragment] = fragments.segments.values();
  camera.serve("/ts/a.ts", Buffer.from(segment ?? []));
  camera.serve("/mp4/a.m4s", Buffer.from(fragment ?? []));
  camera.serve("/mp4/init.mp4", Buffer.from(fragments.init ?? []));
  camera.serve("/ts/stream.m3u8", playlistOf(1, ["a.ts"]));
  camera.serve("/mp4/stream.m3u8", playlistOf(1, ["a.m4s"], ['#EXT-X-MAP:URI="init.mp4"']));
  const cipher = createCipheriv("aes-128-cbc", KEY, Buffer.from(IV, "hex"));
  camera.serve("/aes/a.ts", Buffer.concat([cipher.update(segment ?? ""), cipher.final()]));
  camera.serve("/aes/k.key", KEY);
  const keyTag = (method: string) => `#EXT-X-KEY:METHOD=${method},URI="k.key",IV=0x${IV}`;
  camera.serve("/aes/stream.m3u8", playlistOf(1, ["a.ts"], [keyTag("AES-128")]));
  camera.serve("/locked/stream.m3u8", playlistOf(1, ["a.ts"], [keyTag("SAMPLE-AES")]));
  under = await startGateway([
    { id: "site-001", cameraUrl: `${camera.origin}/ts/stream.m3u8` },
    { id: "site-002", cameraUrl: `${camera.origin}/mp4/stream.m3u8` },
    { id: "site-003", cameraUrl: `${camera.origin}/nothing/stream.m3u8` },
    { id: "site-004", cameraUrl: `${camera.origin}/aes/stream.m3u8` },
    { id: "site-005", cameraUrl: `${camera.origin}/locked/stream.m3u8` },
  ]);
});
afterAll(async () => {
  await under.close();
  await camera.close();
});

async function wall(ids: readonly string[], cookie = under.cookie()) {
  const answer = await under.get(`/v/_wall/keyframes?streams=${ids.join(",")}`, { cookie });
  return { ...answer, frames: answer.status === 200 ? readFrameBatch(answer.body, ids.length) : null };
}

test("one request brings a picture of each camera that has one, and each can be decoded", async () => {
  // A camera that is slower than the rest is in the answer after.
  await expect.poll(async () => (await wall(SITES)).frames?.map(({ index }) => index).sort()).toEqual([0, 1, 3]);
  const { frames, body } = await wall(SITES);
  for (const { bytes, codec } of frames ?? []) {
    expect(codec).toMatch(/^avc1\.[0-9a-f]{6}$/);
    const picture = execFileSync(
      "ffmpeg",
      [
        "-nostdin",
        "-loglevel",
        "error",
        "-f",
        "h264",
        "-i",
        "pipe:0",
        "-frames:v",
        "1",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
        "pipe:1",
      ],
      { input: bytes },
    );
    expect(picture).toHaveLength(320 * 180);
    expect(new Set(picture).size).toBeGreaterThan(20);
  }
  expect(body.toString("latin1")).not.toContain(String(camera.port));
  // The same segment is not fetched again for the next look.
  await wall(SITES);
  expect(camera.hits("/ts/a.ts")).toBe(1);
  expect(under.report("site-001")).toMatchObject({ codec: frames?.[0]?.codec, width: 320, height: 180 });
});

test("a camera whose encryption is not known is named, and has no picture", async () => {
  expect((await wall(["site-005"])).frames).toEqual([]);
  const told = { codec: "encrypted", health: { state: "online" } };
  await expect.poll(() => under.report("site-005")).toMatchObject(told);
});

test("a wall shows what the session may see, and asks for the cookie", async () => {
  const session = "6f1c2a54-3f0e-4b7a-9c61-2f5f0f6c9d12";
  under.rights.set(session, { live: ["site-002"], record: null });
  expect((await wall(SITES, under.cookie(session))).frames?.map(({ index }) => index)).toEqual([1]);
  expect(codeOf(await wall(SITES, ""))).toBe("ticket_missing");
  under.rights.set(session, null);
  expect((await wall([...SITES, "", "../x", "site-001"].slice(0, 4))).status).toBe(200);
});

test("over TLS a client gets the HTTP that it speaks, from one port", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-video-"));
  const files = makeCertificate(folder, "gateway");
  const port = await freePort();
  const log = recordedLog();
  const connections = { perAddress: 100, unlimited: [] };
  const listening = { host: "127.0.0.1", port, tls: files, connections };
  await listen({ ...under.start, listen: listening }, under.gateway.handle, log, 50);
  const target = `/v/site-001/${under.ticket("site-001", SESSION)}/index.m3u8`;
  const old = await new Promise<{ status: number; version: string }>((resolve, reject) => {
    https
      .get({ host: "127.0.0.1", port, path: target, rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, version: answer.httpVersion });
      })
      .on("error", reject);
  });
  expect(old).toEqual({ status: 200, version: "1.1" });
  const client = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const stream = client.request({ ":path": target });
  const status = await new Promise((resolve, reject) => {
    stream.on("response", (headers) => resolve(headers[":status"]));
    stream.on("error", reject);
  });
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  expect(status).toBe(200);
  expect(text).toContain("#EXTM3U");

  // A new certificate counts for who comes now, and closes nothing.
  const renewed = makeCertificate(folder, "renewed");
  expect(await servedCertificate(port)).toBe(fingerprintOf(files));
  copyFileSync(renewed.certFile, files.certFile);
  copyFileSync(renewed.keyFile, files.keyFile);
  await expect.poll(() => servedCertificate(port)).toBe(fingerprintOf(renewed));
  expect(log.texts("info")).toContain("the TLS certificate was replaced");
  const again = client.request({ ":path": target });
  expect(await new Promise((resolve) => again.on("response", (headers) => resolve(headers[":status"])))).toBe(200);
  client.close();
  rmSync(folder, { recursive: true });
});

const fingerprintOf = ({ certFile, keyFile }: Pair) => readTlsFiles({ certFile, keyFile }).certificate.fingerprint256;

function servedCertificate(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

test("what the gateway counts is told in the metrics, without a name of anything", async () => {
  const registry = new Registry();
  countVideo([registry], {
    figures: () => ({
      sessions: 3,
      cacheBytes: 1_000,
      streams: { online: 2, stale: 0, offline: 1, unwatched: 147 },
      fetched: { ok: 12, upstream_timeout: 2 },
      joined: 80,
      ffmpegProcesses: 4,
      bytesSent: 5_000,
      refused: { ticket_expired: 1 },
    }),
    recording: () => ({ state: "stopped", streams: 4, writtenBytes: 9_000, writtenFiles: 7, lostFiles: 2 }),
  });
  const text = await registry.metrics();
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    "antbox_video_sessions 3",
    "antbox_video_cache_bytes 1000",
    "antbox_video_ffmpeg_processes 4",
    'antbox_video_streams{state="online"} 2',
    'antbox_video_streams{state="stale"} 0',
    'antbox_video_streams{state="offline"} 1',
    'antbox_video_streams{state="unwatched"} 147',
    'antbox_video_upstream_requests_total{result="ok"} 12',
    'antbox_video_upstream_requests_total{result="upstream_timeout"} 2',
    'antbox_video_refused_total{cause="ticket_expired"} 1',
    "antbox_video_coalesced_total 80",
    "antbox_video_bytes_sent_total 5000",
    'antbox_video_recording_state{state="off"} 0',
    'antbox_video_recording_state{state="recording"} 0',
    'antbox_video_recording_state{state="stopped"} 1',
    "antbox_video_recording_streams 4",
    "antbox_video_recorded_bytes_total 9000",
    'antbox_video_recorded_pieces_total{result="written"} 7',
    'antbox_video_recorded_pieces_total{result="lost"} 2',
  ]);
});
