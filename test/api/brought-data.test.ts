import { request as rawRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabReading } from "../../domain/telemetry/lab-reading.ts";
import type { Outlier } from "../../domain/telemetry/outliers.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite, aSnapshot, isoAt, T0_MS } from "./builders.ts";

let nowMs = T0_MS + 3_600_000;
let api: ApiUnderTest;
const CSV = { "content-type": "text/csv; charset=utf-8" };

beforeAll(async () => {
  const sites = Array.from({ length: 6 }, (_, n) => aSite(n + 1, { region: "north" }));
  api = await startApi({ sites, clock: () => nowMs });
});
afterAll(async () => {
  expect(api.seen.filter((text) => /10\.[12]\.|ECONNREFUSED/.test(text))).toEqual([]);
  await api.close();
});

describe("lab readings", () => {
  const path = "/api/v1/sites/site-001/lab-readings";
  const enter = (body: unknown) => api.call(path, { method: "POST", role: "operator", body });

  test("a sample is entered, listed, found as the latest, voided", async () => {
    const takenAt = "2026-01-05T12:00:00+04:00";
    const { json } = await enter({ takenAt, values: { coolant_ph: 8.25, coolant_iron_mg_l: 2 }, note: "lab 7" });
    const { items } = json as { items: LabReading[] };
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ takenAt: "2026-01-05T08:00:00.000Z", enteredBy: "operator", note: "lab 7" });
    const later = await enter({ takenAt: "2026-01-06T08:00:00Z", values: { coolant_ph: 7.9 } });
    expect(later.status).toBe(200);

    const pages: LabReading[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await api.call(`${path}?limit=1${query}`, { role: "viewer" });
      const list = page.json as { items: LabReading[]; nextCursor: string | null; total: number };
      expect(list.total).toBe(3);
      pages.push(...list.items);
      cursor = list.nextCursor;
    }
    expect(pages.map(({ value }) => value).toSorted()).toEqual([2, 7.9, 8.25]);
    const phOnly = await api.call(`${path}?point=coolant_ph`, { role: "viewer" });
    expect(phOnly.json).toMatchObject({ total: 2 });

    const wrong = pages.find(({ value }) => value === 7.9);
    const voided = await api.call(`${path}/${wrong?.id}/void`, { method: "POST", role: "operator" });
    expect(voided.json).toMatchObject({ voidedBy: "operator", value: 7.9 });
    const latest = await api.call(`${path}/latest`, { role: "viewer" });
    const values = (latest.json as { items: LabReading[] }).items.map(({ point, value }) => [point, value]);
    expect(Object.fromEntries(values)).toEqual({ coolant_ph: 8.25, coolant_iron_mg_l: 2 });
    expect((await api.call(path, { role: "viewer" })).json).toMatchObject({ total: 2 });
    expect((await api.call(`${path}?voided=true`, { role: "viewer" })).json).toMatchObject({ total: 3 });
  });

  test("what is wrong is named, each field", async () => {
    const takenAt = isoAt(nowMs + 3_600_000);
    const { status, json } = await enter({ takenAt, values: { coolant_ph: 15, supply_temp_c: 3 } });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: "request.invalid",
      errors: [
        { field: "body.takenAt", allowed: "must not be in the future" },
        { field: "body.values.coolant_ph", value: "15", allowed: "must be from 0 to 14" },
        { field: "body.values", value: '"supply_temp_c"', allowed: "no point that is measured by hand" },
      ],
    });
    for (const body of [
      {},
      { takenAt: "yesterday", values: { coolant_ph: 8 } },
      { takenAt: "2026-01-05T12:00:00", values: { coolant_ph: 8 } },
      { takenAt: "2026-01-05T12:00:00Z", values: { coolant_ph: "8" } },
      { takenAt: "2026-01-05T12:00:00Z", values: {} },
      { takenAt: "2026-01-05T12:00:00Z", values: { coolant_ph: 8 }, note: "x".repeat(501) },
      { takenAt: "2026-01-05T12:00:00Z", values: { coolant_ph: 8 }, enteredBy: "somebody else" },
    ]) {
      expect((await enter(body)).status, JSON.stringify(body).slice(0, 80)).toBe(400);
    }
    expect((await enter({ takenAt: "2026-01-07T08:00:00Z", values: { coolant_ph: 8 } })).status).toBe(200);
    const twice = await enter({ takenAt: "2026-01-07T08:00:00Z", values: { coolant_ph: 8.5 } });
    expect(twice.json).toMatchObject({ errors: [{ field: "body.takenAt" }] });
  });

  test("a site or a reading that does not exist, and numbers that are none", async () => {
    const body = { takenAt: "2026-01-05T12:00:00Z", values: { coolant_ph: 8 } };
    const answer = await api.call("/api/v1/sites/site-099/lab-readings", { method: "POST", role: "operator", body });
    expect(answer.json).toMatchObject({ code: "site.not-found" });
    const voidOf = (id: string) => api.call(`${path}/${id}/void`, { method: "POST", role: "operator" });
    expect((await voidOf("999999")).status).toBe(404);
    for (const id of ["x", "0", "-1", "1.5", "9007199254740993"]) expect((await voidOf(id)).status, id).toBe(400);
    for (const cursor of ["x", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z_1;drop"]) {
      expect((await api.call(`${path}?cursor=${cursor}`, { role: "viewer" })).status, cursor).toBe(400);
    }
  });
});

describe("import of history", () => {
  const path = "/api/v1/import/history";
  const send = (rawBody: string, query = "", headers: Record<string, string> = CSV) =>
    api.call(path + query, { method: "POST", role: "engineer", rawBody, headers });
  const good = `site,time,supply_temp_c\nsite-001,${isoAt(T0_MS)},31\n`;

  test("a dry run, then the run", async () => {
    expect((await send(good, "?dryRun=true")).json).toMatchObject({ isStored: false, rows: 1, added: 0 });
    expect((await send(good)).json).toMatchObject({ isStored: true, rows: 1, added: 1, sites: 1 });
    const range = `from=${isoAt(T0_MS - 60_000)}&to=${isoAt(T0_MS + 60_000)}&step=raw`;
    const history = await api.call(`/api/v1/sites/site-001/history?points=supply_temp_c&${range}`, { role: "viewer" });
    expect(history.json).toMatchObject({ series: { supply_temp_c: { avg: [31] } } });
  });

  test("bad lines are named and nothing is stored", async () => {
    const bad = `site,time,supply_temp_c\nsite-002,${isoAt(T0_MS)},31\nsite-002,${isoAt(T0_MS)},hot\n`;
    expect((await send(bad)).json).toMatchObject({
      isStored: false,
      problems: [{ line: 3, field: "supply_temp_c", value: "hot" }],
    });
    expect((await send(bad, "?skipBadLines=true")).json).toMatchObject({ isStored: true, added: 1, problemCount: 1 });
  });

  test("another type, a compressed body, an unknown option, text that is not UTF-8", async () => {
    expect((await send(good, "", { "content-type": "application/json" })).status).toBe(415);
    expect((await send(good, "", { "content-type": "text/csvx" })).status).toBe(415);
    expect((await send(good, "", { ...CSV, "content-encoding": "gzip" })).status).toBe(415);
    expect((await send(good, "?dryRun=maybe")).status).toBe(400);
    const rawBody = Uint8Array.from([0x73, 0x69, 0xff]);
    const { status, json } = await api.call(path, { method: "POST", role: "engineer", rawBody, headers: CSV });
    expect([status, json]).toEqual([400, expect.objectContaining({ detail: expect.stringMatching(/UTF-8/) })]);
  });

  test("a file that says it is too large is refused at once, one that grows too large on the way", async () => {
    const refused = await upload({ "content-length": String(65 * 1024 ** 2) }, 0);
    expect(refused).toBe(413);
    expect(await upload({ "transfer-encoding": "chunked" }, 66)).toBe(413);
  });

  test("without a database it says so", async () => {
    const other = await startApi({ sites: [aSite(1)] });
    await other.loseDatabase();
    const options = { method: "POST", role: "engineer", rawBody: good, headers: CSV } as const;
    const answer = await other.call(path, options);
    expect(answer.json).toMatchObject({ code: "storage.unavailable" });
    await other.close();
  });

  /** The status, of an upload of so many MiB. */
  function upload(headers: Record<string, string>, mebibytes: number): Promise<number> {
    return new Promise((done, fail) => {
      const token = `Bearer ${api.token("engineer")}`;
      const options = { port: api.port, path, method: "POST", headers: { ...CSV, authorization: token, ...headers } };
      const request = rawRequest(options, (response) => {
        response.resume();
        done(response.statusCode ?? 0);
        request.destroy();
      });
      request.on("error", fail);
      const chunk = Buffer.from(`${"x".repeat(1023)}\n`.repeat(1024));
      for (let sent = 0; sent < mebibytes; sent += 1) request.write(chunk);
      if (mebibytes > 0) request.end();
      else request.flushHeaders();
    });
  }
});

test("outliers: the ranking over all points, one point, and page by page", async () => {
  nowMs = T0_MS + 30_000;
  const temps = [34, 34.5, 35, 35.5, 36, 46];
  temps.forEach((supply_temp_c, n) => {
    const values = { supply_temp_c, total_power_kw: n === 0 ? 400 : 1000 + n };
    api.liveState.apply(aSnapshot(`site-00${n + 1}`, { values, quality: {} }, T0_MS));
  });
  const all = await api.call("/api/v1/outliers", { role: "viewer" });
  const { items, total } = all.json as { items: Outlier[]; total: number };
  expect(items.map(({ siteId, point }) => [siteId, point])).toEqual([
    ["site-001", "total_power_kw"],
    ["site-006", "supply_temp_c"],
  ]);
  expect(total).toBe(2);
  const first = await api.call("/api/v1/outliers?limit=1&minDeviation=0", { role: "viewer" });
  expect(first.json).toMatchObject({ total: 12, nextCursor: "1", items: [{ siteId: "site-001" }] });
  const second = await api.call("/api/v1/outliers?limit=1&minDeviation=0&cursor=1", { role: "viewer" });
  expect(second.json).toMatchObject({ items: [{ siteId: "site-006", sisters: 5, basis: "zone", median: 35 }] });
  const one = await api.call("/api/v1/outliers?point=supply_temp_c", { role: "viewer" });
  expect(one.json).toMatchObject({ total: 1 });
  for (const query of ["point=nothing", "point=coolant_ph", "minDeviation=x", "minDeviation=-1", "cursor=x"]) {
    expect((await api.call(`/api/v1/outliers?${query}`, { role: "viewer" })).status, query).toBe(400);
  }
});
