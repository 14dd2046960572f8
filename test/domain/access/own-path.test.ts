import fc from "fast-check";
import { expect, test } from "vitest";
import { ownPath } from "../../../domain/access/own-path.ts";

test.for(["/dashboard/overview", "/dashboard/trends?site=a&points=b#x", "/editor/", "/docs?lang=en"])(
  "a path of ours stays: %s",
  (path) => {
    expect(ownPath(path)).toBe(path);
  },
);

test.for([
  undefined,
  "",
  "dashboard",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/x/..//evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/login",
  "/login?next=/x",
  "/api/v1/sites",
  `/${"x".repeat(2048)}`,
])("anything else leads home: %s", (path) => {
  expect(ownPath(path)).toBe("/");
});

test("whatever is given, a browser stays here", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const given of [text, `/${text}`, `//${text}`]) {
        const path = ownPath(given);
        expect(new URL(path, "https://antbox.example").origin).toBe("https://antbox.example");
        expect(ownPath(path)).toBe(path);
      }
    }),
  );
});
