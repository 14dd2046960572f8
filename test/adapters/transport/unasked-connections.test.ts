import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createServer } from "../../../adapters/transport/create-server.ts";
import { limitUnasked, UNASKED_LIMITS } from "../../../adapters/transport/unasked-connections.ts";
import { makeCertificate } from "../../services/certificates.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-unasked-"));
const files = makeCertificate(folder, "unasked");
const pair = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
afterAll(() => rmSync(folder, { recursive: true }));

const PER_ADDRESS = 5;
const IN_ALL = 12;
const [ATTACKER, SECOND, THIRD, UNLIMITED] = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.9"] as const;
let server: Server;
let port: number;
let cut: number;
const sockets = new Set<Socket>();

async function start(made: Server): Promise<void> {
  server = made;
  cut = 0;
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
}
/** Of Node's own servers: whoever speaks on the connections says who has asked. */
function limitHttp(of: Server, graceMs?: number): void {
  const unasked = limit(of, graceMs);
  of.on("request", ({ socket }: http.IncomingMessage) => unasked.asked(socket));
}
const limit = (of: Server, graceMs = 0) =>
  limitUnasked(of, { perAddress: PER_ADDRESS, inAll: IN_ALL, graceMs, unlimited: blockListOf([UNLIMITED]) }, () => {
    cut += 1;
  });
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((done) => server.close(done));
});

/** Connects, one after another, and says nothing, or `start`. */
async function begin(localAddress: string, count: number, beginning = ""): Promise<Socket[]> {
  const begun: Socket[] = [];
  for (let made = 0; made < count; made += 1) {
    const taken = new Promise((resolve) => server.once("connection", resolve));
    const socket = net.connect({ host: "127.0.0.1", port, localAddress }, () => socket.write(beginning));
    sockets.add(socket.resume().on("error", () => undefined));
    begun.push(socket);
    await taken;
  }
  return begun;
}
const whichOpen = (of: readonly Socket[]) => of.map(({ destroyed }) => !destroyed);
const kept = (yes: number, no: number) => [...Array<boolean>(no).fill(false), ...Array<boolean>(yes).fill(true)];

describe("HTTP/1.1", () => {
  const slow: http.ServerResponse[] = [];
  const starts = async (graceMs?: number) => {
    const made = http.createServer((request, response) => {
      if (request.url === "/slow") slow.push(response);
      else response.end("here");
    });
    slow.length = 0;
    limitHttp(made, graceMs);
    await start(made);
  };
  const ask = (agent: http.Agent, localAddress: string) =>
    new Promise<number>((resolve, reject) => {
      http
        .get({ host: "127.0.0.1", port, agent, localAddress }, (answer) =>
          answer.resume().on("end", () => resolve(answer.statusCode ?? 0)),
        )
        .on("error", reject);
    });

  test("the oldest of one address go, those of others stay", async () => {
    await starts();
    const others = await begin(SECOND, 2);
    const own = await begin(ATTACKER, 8, "GET / HTTP/1.1\r\nX");
    await expect.poll(() => whichOpen(own)).toEqual(kept(5, 3));
    expect(whichOpen(others)).toEqual([true, true]);
    expect(cut).toBe(3);
  });

  test("in all so many stay; addresses that are not counted count in all", async () => {
    await starts();
    const proxied = await begin(UNLIMITED, 10);
    expect(whichOpen(proxied)).toEqual(kept(10, 0));
    const more = [...(await begin(SECOND, 3)), ...(await begin(THIRD, 3))];
    await expect.poll(() => whichOpen(proxied)).toEqual(kept(6, 4));
    expect([whichOpen(more), cut]).toEqual([kept(6, 0), 4]);
  });

  test("of a crowd that has only just come the newest go, and no one is cut who was let in", async () => {
    await starts(60_000);
    const crowd = await begin(ATTACKER, 8);
    await expect.poll(() => whichOpen(crowd)).toEqual(kept(5, 3).toReversed());
    expect(cut).toBe(3);
    // Whoever asks makes room for the next one.
    crowd[1]?.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(crowd[1] as Socket, "data");
    const [next] = await begin(ATTACKER, 1);
    expect(await ask(new http.Agent(), SECOND)).toBe(200);
    expect([whichOpen(crowd), next?.destroyed, cut]).toEqual([kept(5, 3).toReversed(), false, 3]);
  });

  test("those whose first request is whole are not cut, though its answer is not there yet", async () => {
    await starts();
    const waiting = await begin(ATTACKER, 8, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect.poll(() => slow.length).toBe(8);
    const silent = await begin(ATTACKER, 8);
    await expect.poll(() => whichOpen(silent)).toEqual(kept(5, 3));
    for (const response of slow) response.end("here");
    await Promise.all(waiting.map((socket) => once(socket, "data")));
    expect([whichOpen(waiting), cut]).toEqual([kept(8, 0), 3]);
  });

  test("those that were answered are not cut, though they wait for the next request", async () => {
    await starts();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
    expect(await Promise.all(Array.from({ length: 4 }, () => ask(agent, ATTACKER)))).toEqual([200, 200, 200, 200]);
    const waiting = new Set(Object.values(agent.freeSockets).flatMap((of) => of ?? []));
    expect(waiting.size).toBe(4);
    const silent = await begin(ATTACKER, 8);
    await expect.poll(() => whichOpen(silent)).toEqual(kept(5, 3));
    expect([...waiting].filter(({ destroyed }) => destroyed)).toEqual([]);
    // And who comes now is answered.
    expect(await ask(new http.Agent(), ATTACKER)).toBe(200);
    agent.destroy();
  });
});

test("the platform's server knows requests and upgrades that wait for their answer", async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const connections = { perAddress: 1_000, unlimited: blockListOf([UNLIMITED]) };
  const options = { tls: null, publicUrl: "http://localhost", connections, log };
  let asked = 0;
  const made = createServer(options, () => {
    asked += 1;
  });
  made.server.on("upgrade", ({ socket }: http.IncomingMessage) => {
    made.asked(socket);
    asked += 1;
  });
  await start(made.server);
  const half = UNASKED_LIMITS.perAddress / 2 + 10;
  const plain = await begin(ATTACKER, half, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const upgrade = "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
  const upgrades = await begin(ATTACKER, half, upgrade);
  await expect.poll(() => asked).toBe(2 * half);
  const unasked = await begin(ATTACKER, 10);
  await sleep(UNASKED_LIMITS.graceMs + 100);
  const more = await begin(ATTACKER, UNASKED_LIMITS.perAddress);
  await expect.poll(() => whichOpen(unasked)).toEqual(kept(0, 10));
  expect(whichOpen([...plain, ...upgrades, ...more])).not.toContain(false);
  made.stop();
});

describe("TLS", () => {
  const connectTls = (localAddress: string, protocol: string) =>
    new Promise<Socket>((resolve) => {
      const options = { host: "127.0.0.1", port, localAddress, rejectUnauthorized: false, ALPNProtocols: [protocol] };
      const socket = tls.connect(options, () => resolve(socket));
      sockets.add(socket.resume().on("error", () => resolve(socket)));
    });
  const connectAll = async (count: number, protocol: string) => {
    const all: Socket[] = [];
    for (let made = 0; made < count; made += 1) all.push(await connectTls(ATTACKER, protocol));
    return all;
  };

  test("half a handshake counts, and a whole one after which nothing is asked", async () => {
    const made = https.createServer(pair, (_request, response) => void response.end("here"));
    limitHttp(made);
    await start(made);
    const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
    const status = await new Promise((resolve, reject) =>
      https
        .get({ host: "127.0.0.1", port, agent, localAddress: ATTACKER }, (answer) =>
          answer.resume().on("end", () => resolve(answer.statusCode)),
        )
        .on("error", reject),
    );
    expect(status).toBe(200);
    const [answered] = Object.values(agent.freeSockets).flatMap((of) => of ?? []);
    const halves = await begin(ATTACKER, 3, "\x16\x03\x01");
    const wholes = await connectAll(4, "http/1.1");
    await expect.poll(() => whichOpen([...halves, ...wholes])).toEqual(kept(5, 2));
    expect(answered?.destroyed).toBe(false);
    agent.destroy();
  });

  test("of HTTP/2, in which the server speaks first, the first stream counts", async () => {
    const streams = http2.createServer();
    streams.on("stream", (stream) => {
      stream.respond({ ":status": 200 });
      stream.end();
    });
    streams.on("sessionError", () => undefined);
    const made = tls.createServer({ ...pair, ALPNProtocols: ["h2"] }, (socket) => {
      socket.on("error", () => undefined);
      streams.emit("connection", socket);
    });
    const unasked = limit(made);
    streams.on("session", (session) => session.once("stream", () => unasked.asked(session.socket)));
    await start(made);
    // Its type leaves out what it hands on to the socket.
    const options = { rejectUnauthorized: false, localAddress: ATTACKER };
    const client = http2.connect(`https://127.0.0.1:${port}`, options);
    const asked = client.request({ ":path": "/" });
    expect(await new Promise((resolve) => asked.once("response", (head) => resolve(head[":status"])))).toBe(200);
    const silent = await connectAll(7, "h2");
    await expect.poll(() => whichOpen(silent)).toEqual(kept(5, 2));
    expect(client.destroyed).toBe(false);
    client.destroy();
  });
});
