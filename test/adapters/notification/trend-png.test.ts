import { crc32, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodePng } from "../../../adapters/notification/png.ts";
import { createTrendPng } from "../../../adapters/notification/trend-png.ts";
import type { Picture } from "../../../domain/notification/canvas.ts";

const TREND = { siteId: "site-001", point: "supply_temp_c", limit: 40, unit: "°C" } as const;
const TO_MS = Date.parse("2026-11-26T06:00:00.000Z");

/** Reads a file as the PNG standard says, and refuses what does not keep to it. */
function decode(file: Uint8Array): { chunks: Map<string, Buffer>; rows: Uint8Array[] } {
  const bytes = Buffer.from(file);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.subarray(0, 4).toString("latin1"), named.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get("IHDR") ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const pixels = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  expect(pixels.length).toBe(height * (width + 1));
  const rows = Array.from({ length: height }, (_, y) => {
    expect(pixels[y * (width + 1)]).toBe(0);
    return new Uint8Array(pixels.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)));
  });
  return { chunks, rows };
}

test("a picture comes back from its file pixel by pixel", () => {
  const rows = [0, 1, 2].map((y) => Uint8Array.from([0, 1, 2, 3], (x) => (x + y) % 3));
  const picture: Picture = {
    width: 4,
    height: 3,
    palette: [
      [255, 255, 255],
      [1, 2, 3],
      [200, 0, 9],
    ],
    rows,
  };
  const { chunks, rows: found } = decode(encodePng(picture));
  expect([...chunks.keys()]).toEqual(["IHDR", "PLTE", "IDAT", "IEND"]);
  expect([...(chunks.get("IHDR") ?? [])]).toEqual([0, 0, 0, 4, 0, 0, 0, 3, 8, 3, 0, 0, 0]);
  expect([...(chunks.get("PLTE") ?? [])]).toEqual([255, 255, 255, 1, 2, 3, 200, 0, 9]);
  expect(found).toEqual(rows);
});

describe("the trend of a message", () => {
  test("is of the two hours before it, and some kilobytes", async () => {
    const asked: unknown[] = [];
    const png = createTrendPng(async (...question) => {
      asked.push(question);
      const timesMs = Array.from({ length: 120 }, (_, minute) => TO_MS - (120 - minute) * 60_000);
      return { timesMs, values: timesMs.map((_, minute) => 30 + minute / 10) };
    }, "UTC");
    const file = await png({ trend: TREND }, TO_MS);
    expect(asked).toEqual([["site-001", "supply_temp_c", TO_MS - 7_200_000, TO_MS]]);
    expect(decode(file ?? new Uint8Array()).rows).toHaveLength(180);
    expect(file?.length).toBeLessThan(10_000);
  });
  test("is left out where there is none to show", async () => {
    const png = createTrendPng(async () => ({ timesMs: [], values: [] }), "UTC");
    expect(await png({ trend: TREND }, TO_MS)).toBeNull();
    expect(await png({}, TO_MS)).toBeNull();
  });
  test("is left out while the history cannot be read, and not waited for", async () => {
    const broken = createTrendPng(() => Promise.reject(new Error("away")), "UTC");
    expect(await broken({ trend: TREND }, TO_MS)).toBeNull();
    const hanging = createTrendPng(() => new Promise(() => undefined), "UTC", 20);
    expect(await hanging({ trend: TREND }, TO_MS)).toBeNull();
  });
});
