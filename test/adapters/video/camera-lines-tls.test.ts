import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUpstream, type Upstream, type UpstreamCall } from "../../../adapters/video/gateway/upstream.ts";
import { makeCertificate } from "../../services/certificates.ts";

/** More than sockets hold between two processes that do not read. */
const BODY = randomBytes(24 * 1024 * 1024);
const folder = mkdtempSync(path.join(tmpdir(), "camera-tls-"));
const trusted = tls.getCACertificates("default");
const servers: http.Server[] = [];
const urls = new Map<string, URL>();
let connections = 0;
let upstream: Upstream;

beforeAll(async () => {
  const known = makeCertificate(folder, "known");
  const unknown = makeCertificate(folder, "unknown");
  const pairOf = ({ certFile, keyFile }: typeof known) => ({
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  tls.setDefaultCACertificates([...trusted, readFileSync(known.certFile, "utf8")]);
  await serve("http", http.createServer(answer));
  await serve("https", https.createServer(pairOf(known), answer));
  await serve("stranger", https.createServer(pairOf(unknown), answer));
  upstream = createUpstream({ mayConnect: () => true, credentials: null });
});
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  upstream.close();
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(folder, { recursive: true });
});

function answer(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(200, { "content-length": BODY.length }).end(BODY);
}

async function serve(name: string, server: http.Server): Promise<void> {
  server.on(name === "http" ? "connection" : "secureConnection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  urls.set(
    name,
    new URL(`${name === "http" ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}/a.ts`),
  );
}

type Got = { sha256: string; readonly bytesWhileHeld: number };

/** @param holdMs stops reading after the first bytes, for so long */
function get(name: string, holdMs: number): Promise<Got> {
  return new Promise((resolve, reject) => {
    const hash = createHash("sha256");
    let isHeld = false;
    let bytesWhileHeld = 0;
    let wasHeld = holdMs === 0;
    const request = { url: urls.get(name) as URL, range: null, maxBytes: BODY.length, totalMs: 20_000 };
    const call: UpstreamCall = upstream.get(request, {
      head: () => undefined,
      data(chunk) {
        hash.update(chunk);
        if (isHeld) bytesWhileHeld += chunk.length;
        if (wasHeld) return;
        wasHeld = true;
        isHeld = true;
        call.pause();
        void sleep(holdMs).then(() => {
          isHeld = false;
          call.resume();
        });
      },
      end: () => resolve({ sha256: hash.digest("hex"), bytesWhileHeld }),
      fail: reject,
    });
  });
}

const whole = createHash("sha256").update(BODY).digest("hex");

test.for(["http", "https"])("over %s one connection brings whole bodies, and one that is held waits", async (name) => {
  const before = connections;
  expect(await get(name, 0)).toEqual({ sha256: whole, bytesWhileHeld: 0 });
  const held = await get(name, 300);
  expect(held.sha256).toBe(whole);
  // What had been read already, in one turn of the loop.
  expect(held.bytesWhileHeld).toBeLessThan(1024 * 1024);
  expect(connections - before).toBe(1);
});

test("a camera whose certificate nobody vouches for is not read", async () => {
  await expect(get("stranger", 0)).rejects.toMatchObject({ videoCause: "upstream_refused" });
});
