import { expect, test } from "vitest";
import { seldom } from "../../domain/seldom.ts";

test("is true the first time, and then once in so long", () => {
  let nowMs = 0;
  const maySay = seldom(1_000, () => nowMs);
  const said = [0, 1, 999, 1_000, 1_500, 2_000, 9_000, 9_999].filter((ms) => {
    nowMs = ms;
    return maySay();
  });
  expect(said).toEqual([0, 1_000, 2_000, 9_000]);
});
