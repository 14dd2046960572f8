import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type FaultRequest, type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { rawGet, readJson, readState } from "./raw-client.ts";

let simulator: RunningSimulator;
const urlOf = (index: number) => simulator.sites[index]?.url ?? "";
const STATE = "/cooler?operation=coolerState";
const fault = (kind: FaultRequest["kind"], args: Record<string, unknown> = {}) =>
  simulator.addFault({ sites: ["site-001"], kind, args });
const get = (waitMs?: number) => rawGet(`${urlOf(0)}${STATE}`, waitMs === undefined ? {} : { waitMs });

beforeAll(async () => {
  simulator = await startSimulator({ sites: 4, port: 0, latencyMs: [0, 0], dialects: [["a", 1]], warmUpS: 600 });
});
afterEach(async () => {
  await simulator.removeFaults();
  // whatever the fault was, the site answers again, and its neighbour never stopped
  await expect(readState(urlOf(0))).resolves.toHaveProperty("supply_liquid_temp");
  await expect(readState(urlOf(1))).resolves.toHaveProperty("supply_liquid_temp");
});
afterAll(() => simulator.close());

describe("faults on the way", () => {
  test("slow answers late, and well", async () => {
    await fault("slow", { minMs: 300, maxMs: 310 });
    const answer = await get();
    expect(answer.tookMs).toBeGreaterThan(290);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ ok: true });
  });

  test.for(["timeout", "segment_loss", "all_silent"] as const)("%s accepts and never answers", async (kind) => {
    await fault(kind);
    expect(await get(300)).toMatchObject({ connected: true, end: "timeout", status: null });
  });

  test("connect_hang never ends the handshake", async () => {
    await fault("connect_hang");
    expect(await get(700)).toMatchObject({ connected: false, end: "timeout" });
  });

  test("refused refuses, and cuts what is open", async () => {
    await fault("refused");
    expect(await get()).toMatchObject({ connected: false, end: "ECONNREFUSED" });
  });

  test("segment loss can refuse too", async () => {
    await simulator.addFault({ sites: ["site-001"], kind: "segment_loss", args: { how: "refused" } });
    expect(await get()).toMatchObject({ end: "ECONNREFUSED" });
  });

  test.for(["request", "half"])("reset at the %s resets", async (when) => {
    await fault("reset", { when });
    const answer = await get();
    expect(answer.end).toBe("ECONNRESET");
  });

  test("http_500 is a complete error", async () => {
    await fault("http_500", { status: 503 });
    expect(await get()).toMatchObject({ status: 503, end: "complete" });
  });

  test("truncated with a matching length is complete and no JSON", async () => {
    await fault("truncated");
    const answer = await get();
    expect(answer).toMatchObject({ status: 200, end: "complete" });
    expect(() => JSON.parse(answer.body.toString())).toThrow(SyntaxError);
  });

  test("truncated by a cut ends before its length", async () => {
    await fault("truncated", { mode: "cut" });
    const answer = await get();
    const length = Number(/content-length: (\d+)/i.exec(answer.head)?.[1]);
    expect(answer).toMatchObject({ status: 200, end: "close" });
    expect(answer.body.length).toBeLessThan(length);
  });

  test("html_page is a page", async () => {
    await fault("html_page");
    const answer = await get();
    expect(answer).toMatchObject({ status: 200, end: "complete" });
    expect(answer.body.toString()).toContain("<form");
  });

  test("slow_drip sends the header, then one byte after the other", async () => {
    await fault("slow_drip", { everyMs: 50 });
    const answer = await get(600);
    expect(answer).toMatchObject({ status: 200, end: "timeout" });
    expect(answer.body.length).toBeGreaterThan(1);
    expect(answer.body.length).toBeLessThan(15);
  });

  test("slow_header does not even end the header", async () => {
    await fault("slow_header", { everyMs: 50 });
    const answer = await get(400);
    expect(answer).toMatchObject({ status: null, end: "timeout" });
    expect(answer.bytes.length).toBeGreaterThan(1);
  });

  test.for([true, false])("huge_body (declared: %s) streams far more than anybody wants", async (declared) => {
    await fault("huge_body", { declared });
    const answer = await rawGet(`${urlOf(0)}${STATE}`, { waitMs: 10_000, maxBytes: 5_000_000 });
    expect(answer.end).toBe("too_much");
    expect(answer.head.toLowerCase()).toContain(declared ? "content-length: 3145" : "transfer-encoding: chunked");
  });

  test("gzip_bomb is small and unpacks to a lot", async () => {
    await fault("gzip_bomb", { mb: 20 });
    const answer = await get(5000);
    expect(answer.head).toContain("Content-Encoding: gzip");
    expect(answer.body.length).toBeLessThan(100_000);
    expect(gunzipSync(answer.body).length).toBeGreaterThan(20 * 1024 * 1024);
  });

  test("redirect points elsewhere", async () => {
    await fault("redirect", { to: "http://127.0.0.1:9/secret" });
    const answer = await get();
    expect(answer.status).toBe(302);
    expect(answer.head).toContain("Location: http://127.0.0.1:9/secret");
  });

  test("header_flood has a header of 64 KB and more", async () => {
    await fault("header_flood");
    const answer = await get();
    expect(answer.head.length).toBeGreaterThan(64 * 1024);
  });

  test("not_http speaks something else", async () => {
    await fault("not_http");
    const answer = await get();
    expect(answer).toMatchObject({ status: null, end: "close" });
    expect(answer.bytes.toString()).toMatch(/^SSH-2\.0/);
  });

  test("continue_100 comes before a good answer", async () => {
    await fault("continue_100");
    const answer = await get();
    expect(answer.bytes.toString()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test("idle_close closes a kept connection after the answer", async () => {
    await fault("idle_close", { afterMs: 50 });
    expect((await get()).status).toBe(200);
    expect(simulator.ledger.replies({ siteId: "site-001" }).at(-1)).toMatchObject({ whole: true, fault: "idle_close" });
  });

  test("flap is good and bad in turn", async () => {
    await fault("flap");
    const statuses = new Set<number | null>();
    for (let request = 0; request < 60 && statuses.size < 2; request += 1) statuses.add((await get()).status);
    expect([...statuses].sort()).toEqual([200, 500]);
  });

  test("reboot refuses, then answers with default settings", async () => {
    await rawGet(`${urlOf(0)}/cooler?operation=setTemp&temp=31`);
    simulator.advance(30);
    expect(await readState(urlOf(0))).toMatchObject({ supply_liquid_set_temp: 31 });
    const id = await simulator.addFault({ sites: ["site-001"], kind: "reboot", forS: 600 });
    expect(await get()).toMatchObject({ end: "ECONNREFUSED" });
    await simulator.removeFaults({ id });
    expect(await readState(urlOf(0))).toMatchObject({ supply_liquid_set_temp: 35 });
  });

  test("a fault may hit one kind of request only", async () => {
    await fault("http_500", { on: "miners" });
    expect((await get()).status).toBe(200);
    expect((await rawGet(`${urlOf(0)}/cooler?operation=minerInfo`)).status).toBe(500);
  });
});

describe("faults of the content", () => {
  const bodyUnder = async (kind: FaultRequest["kind"], args: Record<string, unknown> = {}) => {
    await fault(kind, args);
    const answer = await get();
    expect(answer).toMatchObject({ status: 200, end: "complete" });
    return answer.body;
  };
  const paramsUnder = async (kind: FaultRequest["kind"], args: Record<string, unknown> = {}) =>
    (JSON.parse((await bodyUnder(kind, args)).toString()) as { params: Record<string, unknown> }).params;

  test("string_numbers makes text of numbers and booleans", async () => {
    expect(await paramsUnder("string_numbers")).toMatchObject({
      supply_liquid_temp: expect.stringMatching(/^\d+(\.\d)?$/),
      leakage_fault: "false",
      circulating_pump: "true",
    });
  });

  test("sentinel puts −100001 into every temperature", async () => {
    expect(await paramsUnder("sentinel")).toMatchObject({
      supply_liquid_temp: -100_001,
      return_liquid_temp: -100_001,
      supply_liquid_pressure: expect.closeTo(0.29, 1),
    });
    expect(
      ((await readJson(`${urlOf(0)}/cooler?operation=minerInfo`))["params"] as Record<string, unknown>)[
        "chip_max_temp"
      ],
    ).toBe(-100_001);
  });

  test("hostile_values is the hostile variant of the protocol notes", async () => {
    const params = await paramsUnder("hostile_values");
    expect(params).toMatchObject({
      supply_liquid_temp: "<img onerror=alert(1)>",
      return_liquid_temp: "45.5",
      supply_liquid_pressure: 29,
      leakage_fault: "false",
      circulating_pump: "false",
    });
    expect(params).not.toHaveProperty("supply_liquid_flow");
  });

  test("duplicate_keys says the supply temperature twice", async () => {
    expect((await bodyUnder("duplicate_keys")).toString().match(/"supply_liquid_temp":/g)).toHaveLength(2);
  });

  test("proto_key has the dangerous keys as own keys", async () => {
    const params = await paramsUnder("proto_key");
    expect(Object.hasOwn(params, "__proto__")).toBe(true);
    expect(Object.hasOwn(params, "constructor")).toBe(true);
  });

  test("nan is no JSON", async () => {
    const body = (await bodyUnder("nan")).toString();
    expect(body).toContain('"supply_liquid_temp":NaN');
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });

  test("huge_number reads as infinity", async () => {
    expect((await paramsUnder("huge_number"))["supply_liquid_temp"]).toBe(Number.POSITIVE_INFINITY);
  });

  test("deep_nesting is as deep as asked", async () => {
    expect((await bodyUnder("deep_nesting", { depth: 5000 })).toString()).toContain(`"deep":${"[".repeat(5000)}]`);
  });

  test("invalid_utf8 is none", async () => {
    const body = await bodyUnder("invalid_utf8");
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(body)).toThrow(TypeError);
  });

  test("empty_body is empty", async () => {
    expect(await bodyUnder("empty_body")).toHaveLength(0);
  });

  test("raw_body is what was given", async () => {
    expect((await bodyUnder("raw_body", { base64: Buffer.from("[1,").toString("base64") })).toString()).toBe("[1,");
  });

  test.for([
    { kind: "params_null", expected: { ok: true, method: "coolerState", params: null } },
    { kind: "ok_false", expected: { ok: false, method: "coolerState", params: null } },
    { kind: "wrong_method", expected: { ok: true, method: "minerInfo" } },
  ] as const)("$kind", async ({ kind, expected }) => {
    expect(JSON.parse((await bodyUnder(kind)).toString())).toMatchObject(expected);
  });

  test("firmware_change adds and removes keys", async () => {
    const params = await paramsUnder("firmware_change", { add: ["brand_new"], remove: ["supply_liquid_flow"] });
    expect(params).toHaveProperty("brand_new");
    expect(params).not.toHaveProperty("supply_liquid_flow");
  });
});
