import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CHANNELS } from "../../../adapters/channels/index.ts";
import { CHANNEL_KINDS } from "../../../domain/notification/channel.ts";
import { HTTP_CHANNEL_NAMES, HTTP_CHANNELS, PARTS } from "./channel-under-test.ts";

const SECRET_WORDS = /password|secret|token|^key$|^url$|headers|body/i;

test("every kind has its channel, under its own name", () => {
  expect(Object.keys(CHANNELS).sort()).toEqual([...CHANNEL_KINDS].sort());
  for (const kind of CHANNEL_KINDS) expect(CHANNELS[kind].kind).toBe(kind);
});

describe.each(CHANNEL_KINDS)("%s", (kind) => {
  const definition = CHANNELS[kind];
  const schema = z.toJSONSchema(definition.settingsSchema, { io: "input", unrepresentable: "any" });
  const variants = (schema.oneOf ?? schema.anyOf ?? [schema]) as { properties?: object }[];
  const keys = new Set(variants.flatMap(({ properties = {} }) => Object.keys(properties)));

  test("has a form: one field for each setting, with a label in both languages", () => {
    expect(new Set(definition.fields.map(({ key }) => key))).toEqual(keys);
    const labels = [definition.label, definition.addressLabel, definition.addressHelp];
    const ofFields = definition.fields.flatMap(({ label, help }) => (help ? [label, help] : [label]));
    for (const text of [...labels, ...ofFields]) {
      expect(text["zh-CN"]).not.toBe("");
      expect(text.en).not.toBe("");
    }
  });
  test("seals what gives access", () => {
    const sealed = definition.fields.filter(({ isSecret }) => isSecret).map(({ key }) => key);
    expect(sealed.length).toBeGreaterThan(0);
    const named = definition.fields.map(({ key }) => key).filter((key) => SECRET_WORDS.test(key) && key !== "keyword");
    expect(named.filter((key) => !sealed.includes(key))).toEqual([]);
  });
  test("refuses settings of somebody else", () => {
    expect(() => definition.create({ nonsense: 1 }, PARTS)).toThrow(z.ZodError);
    expect(() => definition.create(null, PARTS)).toThrow(z.ZodError);
  });
  test.for(["", "a\r\nBcc: b@example.com", "x".repeat(2_000), "\0", "\ud800"])("refuses the address %j", (address) => {
    expect(definition.addressSchema.safeParse(address).success).toBe(false);
  });
});

test.for(HTTP_CHANNEL_NAMES)("%s: unknown settings are refused, not ignored", (name) => {
  const { kind, settings } = HTTP_CHANNELS[name]("https://vendor.example.com");
  expect(CHANNELS[kind].settingsSchema.safeParse(settings).success).toBe(true);
  expect(CHANNELS[kind].settingsSchema.safeParse({ ...settings, extra: 1 }).success).toBe(false);
});

test.for([
  "ftp://x.example.com",
  "https://u:p@x.example.com",
  "https://x.example.com/?q=1",
  "https://x.example.com/#f",
  "x",
])("%s is no address of a vendor", (baseUrl) => {
  const { settings } = HTTP_CHANNELS.wecom("https://vendor.example.com");
  expect(CHANNELS.wecom.settingsSchema.safeParse({ ...settings, baseUrl }).success).toBe(false);
});

test("the vendors' own addresses are what is meant without another", () => {
  const parsed = (kind: "wecom" | "dingtalk" | "feishu", settings: object) =>
    CHANNELS[kind].settingsSchema.parse(settings);
  expect(parsed("wecom", { key: "k" })).toMatchObject({ baseUrl: "https://qyapi.weixin.qq.com" });
  expect(parsed("dingtalk", { accessToken: "k" })).toMatchObject({ baseUrl: "https://oapi.dingtalk.com" });
  expect(parsed("feishu", { token: "k" })).toMatchObject({ baseUrl: "https://open.feishu.cn" });
});

test.for([
  [{ body: '{"a":"{{to}}"}' }, "text"],
  [{ body: '{"a":"{{to}}","b":"{{text}}","c":"{{nobody}}"}' }, "nobody"],
  [{ body: '{"a":"{{to}}","b":{{text}}}' }, "JSON"],
  [{ url: "https://{{to}}.example.com/{{text}}" }, "fixed host"],
  [{ url: "file:///etc/{{to}}" }, "fixed host"],
  [{ headers: "a: b\nno header" }, "Name: value"],
] as const)("a gateway with %j is refused, and told why", ([wrong, word]) => {
  const { settings } = HTTP_CHANNELS["sms gateway"]("https://gateway.example.com");
  const { error } = CHANNELS.sms.settingsSchema.safeParse({ ...settings, ...wrong });
  expect(JSON.stringify(error?.issues)).toContain(word);
});
