import { expect, test } from "vitest";
import { textFrame } from "../../api/text-frame.ts";

test.for([
  { characters: 0, header: [0x81, 0] },
  { characters: 125, header: [0x81, 125] },
  { characters: 126, header: [0x81, 126, 0, 126] },
  { characters: 65_535, header: [0x81, 126, 0xff, 0xff] },
  { characters: 65_536, header: [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0] },
])("a text of $characters characters has the header of RFC 6455", ({ characters, header }) => {
  const text = "x".repeat(characters);
  const frame = textFrame(text);
  expect([...frame.subarray(0, header.length)]).toEqual(header);
  expect(frame.subarray(header.length).toString()).toBe(text);
});

test("the length counts bytes, not characters", () => {
  expect([...textFrame("冷却")]).toEqual([0x81, 6, ...Buffer.from("冷却")]);
});
