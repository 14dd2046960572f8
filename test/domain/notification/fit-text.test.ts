import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitText, oneLine, printable, utf8Bytes, utf16Units } from "../../../domain/notification/fit-text.ts";

const FAMILY = "👩‍👩‍👧‍👦";
const anyText = fc.string({ unit: "grapheme", maxLength: 60 });

describe("a text is cut", () => {
  test("at a character, with … in place of the rest", () => {
    expect(fitText("温度过高", 12, utf8Bytes)).toBe("温度过高");
    expect(fitText("温度过高", 11, utf8Bytes)).toBe("温度…");
    expect(fitText("abcdef", 4, utf16Units)).toBe("abc…");
  });
  test("never within a pair or a composed sign", () => {
    expect(fitText(`a${FAMILY}b`, 10, utf16Units)).toBe("a…");
    expect(fitText("e\u0301e\u0301e\u0301", 4, utf16Units)).toBe("e\u0301…");
  });
  test("within a composed sign where that alone is too long, and to nothing where not even … fits", () => {
    expect(fitText(`${"x\u0301".repeat(1)}${"\u0301".repeat(500)}`, 10, utf16Units)).toHaveLength(10);
    expect(fitText(FAMILY, 5, utf16Units).isWellFormed()).toBe(true);
    expect(fitText("abc", 2, utf8Bytes)).toBe("");
  });
  test("is well-formed, within the limit, and a beginning of what it was", () => {
    fc.assert(
      fc.property(anyText, fc.nat(80), fc.constantFrom(utf8Bytes, utf16Units), (text, most, measure) => {
        const cut = fitText(text, most, measure);
        expect(measure(cut)).toBeLessThanOrEqual(most);
        if (cut === text) return;
        expect(cut === "" || cut.endsWith("…")).toBe(true);
        expect(text.startsWith(cut.slice(0, -1))).toBe(true);
        expect(cut.isWellFormed() || !text.isWellFormed()).toBe(true);
      }),
    );
  });
  test("bytes are those of UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });
});

test("what no receiver takes is a sign of its own", () => {
  expect(printable("a\r\nb\rc\0d\u0085\ud800\te")).toBe("a\nb\nc\uFFFDd\uFFFD\uFFFD\te");
  expect(oneLine("  a\r\n\tb ")).toBe("a b");
});
