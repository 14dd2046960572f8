import { expect, test } from "vitest";
import { REASON_TEXTS, sayReason } from "../../../domain/notification/delivery-reason.ts";

test("a reason is said in the language of its reader, the receiver's words stay", () => {
  expect(sayReason("status 503", "zh-CN")).toBe("对方返回状态 503");
  expect(sayReason("rate-limit 45009 api freq out of limit", "en")).toBe(
    "too many for the receiver's rate limit 45009 api freq out of limit",
  );
  expect(sayReason("timeout", "en")).toBe("no answer in time");
});

test("what is no reason of ours is shown as it is", () => {
  for (const text of ["", "constructor x", "something else"]) expect(sayReason(text, "en")).toBe(text);
});

test("every word has both languages", () => {
  for (const texts of Object.values(REASON_TEXTS))
    expect(Object.values<string>(texts).every((text) => text.length > 3)).toBe(true);
});
