import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createAddressGuard } from "../../../adapters/webhooks/address-guard.ts";
import { sendOnce } from "../../../adapters/webhooks/send-once.ts";
import { answer, FAULTS, RECEIVER_HOST, type Receiver, startReceiver } from "./receiver.ts";

let receiver: Receiver;
const guard = createAddressGuard({ allow: blockListOf([RECEIVER_HOST]), forbidden: () => new Set() });
const LIMIT_MS = 600;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
});

function send(url = `${receiver.url}/hook?key=1`, own = guard) {
  const message = { url, headers: { "content-type": "application/json", "webhook-id": "1" }, body: '{"type":"å"}' };
  return sendOnce(message, { guard: own, timeLimitMs: LIMIT_MS });
}

test("sends body and headers as they are, once", async () => {
  receiver.behave(answer(204));
  expect(await send()).toMatchObject({ outcome: "delivered", status: 204 });
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received[0]).toMatchObject({ path: "/hook?key=1", body: '{"type":"å"}' });
  expect(receiver.received[0]?.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": "1",
    connection: "close",
  });
});

test.for([400, 404, 410, 429, 500, 503])("a status of %i is no delivery", async (status) => {
  receiver.behave(answer(status));
  expect(await send()).toMatchObject({ outcome: "bad-status", status });
});

describe("redirects", () => {
  const elsewhere = answer(307, { location: "/private" });
  test("a naive client follows one with the whole body", async () => {
    receiver.behave((request, response, body) =>
      request.url === "/private" ? answer(200)(request, response, body) : elsewhere(request, response, body),
    );
    await fetch(receiver.url, { method: "POST", body: "secret" });
    expect(receiver.received.map(({ path: at, body }) => [at, body])).toContainEqual(["/private", "secret"]);
  });
  test.for([301, 302, 303, 307, 308])("%i is not followed", async (status) => {
    receiver.behave(answer(status, { location: `${receiver.url}/private` }));
    expect(await send()).toMatchObject({ outcome: "redirect", status });
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a receiver that hangs", () => {
  test("a naive client waits", async () => {
    receiver.behave(FAULTS.hang);
    const given = new AbortController();
    const waiting = fetch(receiver.url, { method: "POST", body: "x", signal: given.signal }).then(() => "answered");
    const stillWaiting = new Promise((resolve) => setTimeout(() => resolve("still waiting"), LIMIT_MS * 2));
    expect(await Promise.race([waiting, stillWaiting])).toBe("still waiting");
    given.abort();
    await waiting.catch(() => undefined);
  });
  test("is given up after the time limit", async () => {
    receiver.behave(FAULTS.hang);
    expect(await send()).toMatchObject({ outcome: "timeout", status: null });
  });
  test("so is a name that is never resolved", async () => {
    const stuck = createAddressGuard({
      allow: blockListOf([]),
      forbidden: () => new Set(),
      resolve: () => new Promise(() => undefined),
    });
    expect(await send("https://stuck.example.com/", stuck)).toMatchObject({ outcome: "timeout" });
  });
  test("the status counts when only the rest of the answer hangs", async () => {
    receiver.behave(FAULTS["200 and then silence"]);
    expect(await send()).toMatchObject({ outcome: "delivered", status: 200 });
  });
});

describe("an answer of 300 MB", () => {
  test("a naive client reads it all", async () => {
    receiver.behave(FAULTS["300 MB"]);
    const before = receiver.sentBytes();
    const response = await fetch(receiver.url, { method: "POST", body: "x" });
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
    expect(bytes).toBe(300_000_000);
    expect(receiver.sentBytes() - before).toBeGreaterThan(299_000_000);
  });
  test("ours closes the connection early", async () => {
    receiver.behave(FAULTS["300 MB"]);
    const before = receiver.sentBytes();
    expect(await send()).toMatchObject({ outcome: "delivered", status: 200 });
    expect(receiver.sentBytes() - before).toBeLessThan(20_000_000);
  });
});

test.for(["drop after accept", "drop after half the headers", "not HTTP", "a flood of headers"] as const)(
  "%s is a failure of the connection",
  async (fault) => {
    receiver.behave(FAULTS[fault]);
    expect(await send()).toMatchObject({ outcome: "connection", status: null });
  },
);

test("nobody listens", async () => {
  const gone = await startReceiver();
  await gone.close();
  expect(await send(gone.url)).toMatchObject({ outcome: "connection" });
});

test("an address that is not allowed gets no connection", async () => {
  const strict = createAddressGuard({ allow: blockListOf([]), forbidden: () => new Set() });
  expect(await send(receiver.url, strict)).toMatchObject({ outcome: "forbidden-address" });
  expect(receiver.received).toHaveLength(0);
});

test("a name that answers otherwise the second time does not lead elsewhere", async () => {
  const inside = await startReceiver("127.0.0.3");
  let asked = 0;
  const rebinding = createAddressGuard({
    allow: blockListOf([RECEIVER_HOST]),
    forbidden: () => new Set(),
    resolve: async () => [asked++ === 0 ? RECEIVER_HOST : "127.0.0.3"],
  });
  receiver.behave(answer(204));
  const { port } = new URL(receiver.url);
  expect(await send(`http://rebinding.example.com:${port}/`, rebinding)).toMatchObject({ outcome: "delivered" });
  expect([asked, receiver.received.length, inside.received.length]).toEqual([1, 1, 0]);
  expect(receiver.received[0]?.headers["host"]).toBe(`rebinding.example.com:${port}`);
  await inside.close();
});

test("a certificate that nobody vouches for ends it before anything is sent", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-tls-"));
  const files = ["-keyout", path.join(folder, "key.pem"), "-out", path.join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=receiver", "-days", "2"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", ...files, ...subject],
    {
      stdio: "ignore",
    },
  );
  let requests = 0;
  const server = createServer(
    { key: readFileSync(path.join(folder, "key.pem")), cert: readFileSync(path.join(folder, "cert.pem")) },
    (_request, response) => {
      requests += 1;
      response.end();
    },
  );
  await new Promise<void>((done) => server.listen(0, RECEIVER_HOST, done));
  const { port } = server.address() as AddressInfo;
  expect(await send(`https://${RECEIVER_HOST}:${port}/`)).toMatchObject({ outcome: "tls" });
  expect(requests).toBe(0);
  server.close();
  rmSync(folder, { recursive: true });
});
