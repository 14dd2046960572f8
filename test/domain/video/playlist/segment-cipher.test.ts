import { expect, test } from "vitest";
import type { SegmentKey } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import { cipherOf } from "../../../../domain/video/playlist/segment-cipher.ts";

const resource = {
  kind: "key",
  url: "http://10.0.0.1/k",
  servedAs: "k",
  byteRange: null,
  durationS: null,
  isHint: false,
};
const keyOf = (own: Partial<SegmentKey>): SegmentKey =>
  ({ method: "AES-128", iv: null, resource, ...own }) as SegmentKey;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test.for([
  {
    name: "its own",
    iv: "0x9c7db8778570d05c3177c349fd9236aa",
    sequence: 7,
    expected: "9c7db8778570d05c3177c349fd9236aa",
  },
  { name: "a short one", iv: "0X1F", sequence: 7, expected: "0000000000000000000000000000001f" },
  {
    name: "none: the sequence number",
    iv: null,
    sequence: 0x1_2345_6789,
    expected: "00000000000000000000000123456789",
  },
])("a key of AES-128 is used with $name", ({ iv, sequence, expected }) => {
  const cipher = cipherOf([keyOf({ iv })], sequence, false);
  expect(cipher).toMatchObject({ keyServedAs: "k" });
  expect(hex((cipher as { iv: Uint8Array }).iv)).toBe(expected);
});

test.for([
  { name: "another method", keys: [keyOf({ method: "SAMPLE-AES" })], hasInit: false },
  { name: "several key systems", keys: [keyOf({}), keyOf({})], hasInit: false },
  { name: "an initialisation section", keys: [keyOf({})], hasInit: true },
  { name: "an IV that is no number", keys: [keyOf({ iv: "9c7d" })], hasInit: false },
  { name: "an IV that is too long", keys: [keyOf({ iv: `0x${"0".repeat(33)}` })], hasInit: false },
])("with $name it is not known how to read it", ({ keys, hasInit }) => {
  expect(cipherOf(keys, 1, hasInit)).toBe("unknown");
});

test("without a key a segment is in the clear", () => {
  expect(cipherOf([], 1, true)).toBeNull();
});
