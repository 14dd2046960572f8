import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UNASKED_LIMITS } from "../../../adapters/transport/unasked-connections.ts";
import { makeCertificate } from "../../services/certificates.ts";
import { freePort } from "../../services/free-port.ts";
import { type LittleCamera, packets, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";

/** The gateway's real process against viewers that do what they should not (video.md §13.10). */
/** As shipped: half a handshake costs the gateway 50 kB, so this many would be 100 MB. */
const PER_ADDRESS = 2_000;
/** Good viewers before: a gateway that has just begun has not the memory yet that work takes. */
const WATCHED_BEFORE = 300;
const ATTACKER = "127.0.0.2";
const CONNECTIONS = 10_000;
const AT_ONCE = 500;
/** 10 s for a handshake or a head, kept to within 2 s, and as much for a busy machine. */
const GONE_MS = 14_000;
/** A viewer of the same process as the attacker, on a busy machine; connections that are half open stay for 10 s. */
const PATIENCE_MS = 8_000;
const RESETS = 2_000;
/** Whoever has not answered a ping by then is not there. */
const ANSWER_MS = 3_000;
/** As the gateway has it (video-listen.ts): resets at once, before the connection ends. */
const RESET_BURST = 200;

const folder = mkdtempSync(path.join(tmpdir(), "antbox-viewers-"));
let camera: LittleCamera;
let gateway: GatewayProcess;
let port: number;

beforeAll(async () => {
  camera = await startLittleCamera();
  camera.serve("/cam/stream.m3u8", playlistOf(1, ["a.ts"]));
  camera.serve("/cam/a.ts", packets(10));
  port = await freePort();
  const tlsFiles = makeCertificate(folder, "gateway");
  const connections = { perAddress: PER_ADDRESS, unlimited: [] };
  gateway = await startGatewayProcess([{ id: "site-001", cameraUrl: `${camera.origin}/cam/stream.m3u8` }], {
    listen: { host: "127.0.0.1", port, tls: tlsFiles, connections },
  });
  expect(await watch("index.m3u8")).toBe(200);
  expect(await watch("a.ts")).toBe(200);
  for (let watched = 0; watched < WATCHED_BEFORE; watched += 20)
    await Promise.all(Array.from({ length: 20 }, () => watch("index.m3u8")));
});
afterAll(async () => {
  await gateway?.close();
  await camera?.close();
  rmSync(folder, { recursive: true });
});

/** Somebody who watches, each time by a connection of his own. */
function watch(name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { cookie } = gateway;
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, agent: false, headers: { cookie } };
    https
      .get({ ...options, path: `/v/site-001/-/${name}` }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
      })
      .on("error", reject);
  });
}

/** Watches until told to stop. @returns what was answered, and how long the slowest took */
function keepWatching() {
  let isStopped = false;
  const statuses = new Set<number>();
  let slowestMs = 0;
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const beganMs = performance.now();
      statuses.add(await watch("index.m3u8"));
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
      await sleep(200);
    }
  };
  const running = run();
  return async () => {
    isStopped = true;
    await running;
    return { statuses: [...statuses], slowestMs };
  };
}

/** Files, sockets and pipes that the gateway holds. */
const held = () => readdirSync(`/proc/${gateway.pid}/fd`).length;

/** Nothing is sent but a beginning. Tells when the other side has closed it. */
function begin(start: string, options: net.TcpNetConnectOpts): Promise<net.Socket> {
  return new Promise((resolve) => {
    const socket = net.connect(options, () => {
      socket.write(start);
      resolve(socket);
    });
    socket.resume();
    socket.on("error", () => resolve(socket));
  });
}

function beginTls(protocol: "h2" | "http/1.1", start: string): Promise<net.Socket> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: [protocol] };
    const socket = tls.connect(options, () => {
      socket.write(start);
      resolve(socket);
    });
    socket.resume();
    socket.on("error", () => resolve(socket));
  });
}

const stillOpen = (sockets: readonly net.Socket[]) => sockets.filter(({ destroyed }) => !destroyed).length;
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

test("10,000 half-open connections take the places of one address, for 10 s, and nobody else waits", async () => {
  const before = held();
  const stop = keepWatching();
  gateway.forgetPeak();
  const memoryBefore = gateway.memory().now;
  let mostHeld = 0;
  const counting = setInterval(() => {
    mostHeld = Math.max(mostHeld, held() - before);
  }, 20);
  const sockets: net.Socket[] = [];
  // The beginning of a handshake.
  const half = () => begin("\x16\x03\x01", { host: "127.0.0.1", port, localAddress: ATTACKER });
  while (sockets.length < CONNECTIONS) sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, half))));
  // Every kind of beginning, after which nothing comes.
  const kinds = await Promise.all([
    ...Array.from({ length: 20 }, () => beginTls("http/1.1", "GET / HTTP/1.1\r\nX")),
    ...Array.from({ length: 20 }, () => beginTls("h2", PREFACE)),
    ...Array.from({ length: 20 }, () => beginTls("h2", "")),
    ...Array.from({ length: 20 }, () =>
      begin("GET / HTTP/1.1\r\nX", { host: "127.0.0.1", port: Number(new URL(gateway.url).port) }),
    ),
  ]);
  expect(stillOpen(kinds)).toBe(80);
  const openedMs = performance.now();
  await expect.poll(() => stillOpen([...sockets, ...kinds]), { timeout: GONE_MS + 5_000, interval: 100 }).toBe(0);
  expect(performance.now() - openedMs).toBeLessThan(GONE_MS);
  clearInterval(counting);
  const { statuses, slowestMs } = await stop();
  const { peak } = gateway.memory();
  // All places of that address were taken, so that without a limit all 10,000 would have been; the other kinds come on top.
  expect(mostHeld).toBeGreaterThanOrEqual(UNASKED_LIMITS.perAddress);
  expect(mostHeld).toBeLessThan(UNASKED_LIMITS.perAddress + 80 + 50);
  expect(statuses).toEqual([200]);
  // Nobody waited for what was half open to go away.
  expect(slowestMs).toBeLessThan(PATIENCE_MS);
  expect((peak - memoryBefore) / 1_048_576).toBeLessThan(50);
  expect(gateway.lines().join("\n")).toContain("too many had not asked for anything");
  await expect.poll(held).toBeLessThan(before + 10);
}, 60_000);

/**
 * Asks and takes back at once, over and over, on one connection (CVE-2023-44487).
 *
 * @returns whether the other side still answers on it then: a client of Node's does not hear that it was closed
 */
async function reset(authority: string, target: string, cookie: string): Promise<boolean> {
  const client = http2.connect(authority, { rejectUnauthorized: false });
  client.on("error", () => undefined);
  await new Promise((resolve) => client.once("remoteSettings", resolve));
  for (let asked = 0; asked < RESETS && !client.closed && !client.destroyed; asked += 1) {
    const stream = client.request({ ":path": target, cookie });
    stream.on("error", () => undefined);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    if (asked % 50 === 49) await sleep(1);
  }
  const pinged = new Promise<boolean>((resolve) => {
    if (client.destroyed || !client.ping((error) => resolve(error === null))) resolve(false);
  });
  const isAnswered = await Promise.race([pinged, sleep(ANSWER_MS, false)]);
  client.destroy();
  return isAnswered;
}

test("who asks only to take back again is cut off after some, and nobody else notices", async () => {
  // A server without such a limit does all of it.
  let done = 0;
  const naive = http2.createServer({ streamResetBurst: 1_000_000, streamResetRate: 1_000_000 });
  naive.on("session", (session) => session.on("error", () => undefined));
  naive.on("stream", (stream) => {
    done += 1;
    stream.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => naive.listen(0, "127.0.0.1", resolve));
  const { port: naivePort } = naive.address() as AddressInfo;
  expect([await reset(`http://127.0.0.1:${naivePort}`, "/", ""), done]).toEqual([true, RESETS]);
  naive.close();

  const stop = keepWatching();
  const isAnswered = await reset(`https://127.0.0.1:${port}`, "/v/site-001/-/a.ts", gateway.cookie);
  const told = gateway.told();
  await expect.poll(gateway.told, { timeout: 12_000 }).toBeGreaterThan(told + 1);
  // The segment was in memory, and nobody else has asked for it since.
  const worked = gateway.figures()?.joined ?? 0;
  const { statuses, slowestMs } = await stop();
  expect(isAnswered).toBe(false);
  expect(worked).toBeGreaterThan(RESET_BURST / 2);
  // Those that were answered before they were taken back do not count as resets.
  expect(worked).toBeLessThan(RESETS / 2);
  expect(statuses).toEqual([200]);
  expect(slowestMs).toBeLessThan(PATIENCE_MS);
}, 60_000);
