import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, PlatformSettings, SettingsPatch } from "../../../domain/settings/platform-settings.ts";

test("the defaults are allowed", () => {
  expect(PlatformSettings.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
});

test.for([
  ["nothing", {}],
  ["an unknown setting", { colour: "red" }],
  ["a short password", { passwordMinLength: 9 }],
  ["a longest password", { passwordMinLength: 65 }],
  ["no idle time", { sessionIdleH: 0 }],
  ["half an hour", { sessionIdleH: 0.5 }],
  ["an unknown role", { requireTotpFor: "root" }],
  ["no site of an order", { commandSites: 0 }],
  ["too many sites of an order", { commandSites: 201 }],
  ["a short retention", { auditRetentionDays: 89 }],
  ["a long retention", { auditRetentionDays: 3661 }],
  ["a notice in one language", { notice: { en: "Hello" } }],
  ["a NUL", { organisation: "a\u0000b" }],
  ["a line end in a name", { organisation: "a\nb" }],
  ["half a surrogate pair", { organisation: "a\ud800" }],
  ["a number as text", { sessionIdleH: "5" }],
] as const)("a change with %s is refused", ([, patch]) => {
  expect(SettingsPatch.safeParse(patch).success).toBe(false);
});

test("limits themselves are allowed", () => {
  for (const patch of [{ passwordMinLength: 10 }, { passwordMinLength: 64 }, { sessionIdleH: 72 }, { notice: null }]) {
    expect(SettingsPatch.safeParse(patch).success).toBe(true);
  }
});
