import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BatchFrame,
  MAX_FRAME_BYTES,
  readFrameBatch,
  writeFrameBatch,
} from "../../../domain/video/frame-batch.ts";

const frame = (index: number, codec = "avc1.4d401f", bytes: readonly number[] = [1, 2, 3]): BatchFrame => ({
  index,
  codec,
  bytes: Uint8Array.from(bytes),
});

test("the bytes are what the format says", () => {
  expect([...writeFrameBatch([frame(258, "avc1.42", [9, 8])])]).toEqual([
    ...[1, 2, 7, ...Buffer.from("avc1.42")],
    ...[0, 0, 0, 2, 9, 8],
  ]);
  expect(writeFrameBatch([])).toHaveLength(0);
});

test("what is written is read again, with frames of the same codec side by side", () => {
  const batch = writeFrameBatch([frame(2, "avc1.b"), frame(0, "avc1.a"), frame(1, "avc1.b"), frame(80, "avc1.a")]);
  expect(readFrameBatch(batch, 81)?.map(({ index, codec }) => `${index} ${codec}`)).toEqual([
    ...["0 avc1.a", "80 avc1.a", "1 avc1.b", "2 avc1.b"],
  ]);
  expect(readFrameBatch(batch, 81)?.every(({ bytes }) => `${bytes}` === "1,2,3")).toBe(true);
});

test("a frame that is too large, empty, or of a codec that cannot be written is left out, and the others are sent", () => {
  const huge = { ...frame(1), bytes: new Uint8Array(MAX_FRAME_BYTES + 1) };
  const batch = writeFrameBatch([huge, frame(2, "avc1.é"), frame(3, "avc1.a", []), frame(4, ""), frame(5)]);
  expect(readFrameBatch(batch, 81)?.map(({ index }) => index)).toEqual([5]);
});

const good = writeFrameBatch([frame(0), frame(1)]);
const changed = (at: number, ...bytes: number[]): Uint8Array => {
  const copy = good.slice();
  copy.set(bytes, at);
  return copy;
};
test.for([
  { name: "cut off in a picture", batch: good.subarray(0, good.length - 1) },
  { name: "cut off in a head", batch: good.subarray(0, good.length / 2 + 1) },
  { name: "an index that was not asked for", batch: changed(0, 0, 2) },
  { name: "the same index twice", batch: changed(good.length / 2, 0, 0) },
  { name: "a codec with a control character", batch: changed(5, 10) },
  { name: "a codec without a letter", batch: changed(2, 0) },
  { name: "a codec longer than the batch", batch: changed(2, 255) },
  { name: "a length of 4 GB", batch: changed(14, 255, 255, 255, 255) },
  { name: "a length of none", batch: changed(14, 0, 0, 0, 0) },
])("$name is no batch", ({ batch }) => {
  expect(readFrameBatch(good, 2)).toHaveLength(2);
  expect(readFrameBatch(batch, 2)).toBeNull();
});

test("any bytes are a batch or none, and any frames come back", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 50 });
  const frames = fc.uniqueArray(
    fc.record({ index: fc.nat(80), codec: fc.stringMatching(/^[a-z0-9.]{1,20}$/), bytes }),
    { selector: ({ index }) => index },
  );
  fc.assert(
    fc.property(frames, (given) => {
      const read = readFrameBatch(writeFrameBatch(given), 81) ?? [];
      const sorted = (list: readonly BatchFrame[]) => list.toSorted((a, b) => a.index - b.index);
      expect(sorted(read)).toEqual(sorted(given));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
      const read = readFrameBatch(random, 81);
      return read === null || read.every(({ index }) => index < 81);
    }),
  );
});
