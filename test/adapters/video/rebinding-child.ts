import http from "node:http";
import net from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { packets, playlistOf } from "../../services/little-camera.ts";
import { type DnsAnswers, startSmallDns } from "../../services/small-dns.ts";
import { startGatewayProcess } from "./gateway-process.ts";

/**
 * In a network of its own (rebinding.test.ts), whose name server is this one's: cameras by name, each of which stands for
 * something else in another way. Prints what the gateway did, and what a client does that believes the name server.
 */
const PORT = 8080;
const CAMERA = "10.77.0.1";
const NEIGHBOUR = "10.77.0.2";
const LOOPBACK = Buffer.from("00000000000000000000000000000001", "hex");
const MAPPED = Buffer.from("00000000000000000000ffff7f000001", "hex");
const only = (a: readonly string[], aaaa: readonly Buffer[] = []): DnsAnswers => ({ a, aaaa });

/** By name: what it stands for when it is asked for the first time, and after that. */
const NAMES: Readonly<Record<string, readonly [first: DnsAnswers, then: DnsAnswers]>> = {
  "steady.example": [only([CAMERA]), only([CAMERA])],
  "rebinding.example": [only([CAMERA]), only(["127.0.0.1"])],
  "late-cloud.example": [only([CAMERA]), only(["169.254.169.254"])],
  "late-neighbour.example": [only([CAMERA]), only([NEIGHBOUR])],
  "late-v6.example": [only([CAMERA]), only([], [LOOPBACK, MAPPED])],
  "mixed.example": [only(["127.0.0.1", CAMERA], [LOOPBACK, MAPPED]), only(["127.0.0.1", CAMERA], [LOOPBACK, MAPPED])],
  "loopback.example": [only(["127.0.0.1"]), only(["127.0.0.1"])],
};

const hits: Record<string, number> = {};

/** Answers what a camera would, and closes: who comes again has to look the name up again. */
function serve(host: string): Promise<unknown> {
  const server = http.createServer((request, response) => {
    hits[host] = (hits[host] ?? 0) + 1;
    response.writeHead(200, { connection: "close" });
    response.end(request.url?.endsWith(".m3u8") ? playlistOf(1, ["a.ts"]) : packets(2));
  });
  return new Promise<void>((resolve) => server.listen(PORT, host, resolve));
}

/** Where nobody has any business: a connection counts. */
function canary(host: string): Promise<unknown> {
  const server = net.createServer((socket) => {
    hits[host] = (hits[host] ?? 0) + 1;
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncanary");
  });
  return new Promise<void>((resolve) => server.listen({ port: PORT, host, ipv6Only: true }, resolve));
}

function believe(name: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: name, port: PORT, path, agent: false }, (answer) => {
        buffer(answer).then((body) => resolve(body.toString("latin1")), reject);
      })
      .on("error", reject);
  });
}

const dns = await startSmallDns("127.0.0.1", 53, (name, before) => NAMES[name]?.[before === 0 ? 0 : 1] ?? null);
await Promise.all([serve(CAMERA), ...["127.0.0.1", "::1", "169.254.169.254", NEIGHBOUR].map(canary)]);

// The fault bites: who looks the name up each time ends up elsewhere.
const naive = [await believe("rebinding.example", "/a.ts"), await believe("rebinding.example", "/a.ts")];
const naiveSaw = { first: naive[0]?.startsWith("G"), again: naive[1], canary: hits["127.0.0.1"] };
for (const host of Object.keys(hits)) delete hits[host];
const names = Object.keys(NAMES);
dns.close();

const second = await startSmallDns("127.0.0.1", 53, (name, before) => NAMES[name]?.[before === 0 ? 0 : 1] ?? null);
const sites = names.map((name, at) => ({ id: `site-${at}`, cameraUrl: `http://${name}:${PORT}/stream.m3u8` }));
const neighbour = { id: "site-neighbour", cameraUrl: `http://${NEIGHBOUR}:${PORT}/stream.m3u8` };
const gateway = await startGatewayProcess([...sites, neighbour]);

async function ask(id: string, name: string): Promise<string> {
  const answer = await fetch(`${gateway.url}/v/${id}/-/${name}`, { headers: { cookie: gateway.cookie } });
  const body = Buffer.from(await answer.arrayBuffer());
  return answer.ok ? "ok" : (JSON.parse(body.toString()) as { code: string }).code;
}

const seen: Record<string, unknown> = {};
for (const [at, name] of names.entries()) {
  const entry = await ask(`site-${at}`, "index.m3u8");
  // The camera closes after each answer.
  await sleep(50);
  seen[name] = [entry, entry === "ok" ? await ask(`site-${at}`, "a.ts") : null, second.asked(name)];
}
const { [CAMERA]: camera = 0, ...elsewhere } = hits;
await gateway.close();
process.stdout.write(`${JSON.stringify({ naiveSaw, seen, camera, elsewhere })}\n`);
process.exit();
