import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHANNELS } from "../../adapters/channels/index.ts";
import { fieldInput } from "../../api/channel-form.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../domain/notification/channel.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";

const inputOf = (kind: ChannelKind, key: string, of?: string) => {
  const field = CHANNELS[kind].fields.find((one) => one.key === key && (of === undefined || one.when?.is === of));
  if (field === undefined) throw new Error(`${kind} has no field ${key}`);
  return fieldInput(CHANNELS[kind], field);
};

test("a number has its limits and its standard, and need not be given", () => {
  expect(inputOf("email", "port")).toEqual({
    ...{ type: "number", options: [], isRequired: false, standard: 587, least: 1, most: 65_535 },
  });
});

test("a choice has its options", () => {
  expect(inputOf("email", "security")).toMatchObject({ type: "choice", options: ["starttls", "tls", "none"] });
  expect(inputOf("sms", "method")).toMatchObject({ type: "choice", options: ["POST", "PUT", "GET"], standard: "POST" });
});

test("the field that chooses a provider offers all of them, and has to be given", () => {
  expect(inputOf("sms", "provider")).toMatchObject({
    type: "choice",
    options: ["gateway", "aliyun"],
    isRequired: true,
  });
});

test.for([
  ["email", "host", { type: "text", isRequired: true }],
  ["email", "user", { type: "text", isRequired: false, standard: null }],
  ["sms", "headers", { type: "lines", isRequired: false, standard: "" }],
  ["sms", "variables", { type: "pairs", isRequired: false, standard: { title: "{{title}}", text: "{{text}}" } }],
  ["sms", "accessKeySecret", { type: "text", isRequired: true }],
  ["dingtalk", "secret", { type: "text", isRequired: false }],
  ["telegram", "token", { type: "text", isRequired: true, most: 200 }],
] as const)("%s.%s is asked for as its schema judges it", ([kind, key, expected]) => {
  expect(inputOf(kind, key)).toMatchObject(expected);
});

test.for(CHANNEL_KINDS)("what the form of %s calls required is what an empty form is refused for", (kind) => {
  const { fields, settingsSchema } = CHANNELS[kind];
  const provider = fields.find(({ key }) => key === "provider");
  const chosen = provider === undefined ? {} : { provider: fieldInput(CHANNELS[kind], provider).options[0] };
  const asked = fields.filter(
    ({ key, when }) => key !== "provider" && (when === undefined || when.is === chosen.provider),
  );
  const required = asked.filter((field) => fieldInput(CHANNELS[kind], field).isRequired).map(({ key }) => key);
  const refused = settingsSchema.safeParse(chosen).error?.issues.map(({ path }) => String(path[0])) ?? [];
  expect([...new Set(refused)].sort()).toEqual([...required].sort());
});

describe("a channel over the API", () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await startApi({ sites: [] });
  });
  afterAll(() => api.close());
  const put = async (kind: ChannelKind, settings: object) => {
    const path = `/api/v1/notifications/channels/${kind}`;
    return (await api.call(path, { method: "PUT", role: "admin", body: { isEnabled: true, settings } })).json;
  };

  test("says which secrets have a value, and null takes one away", async () => {
    const robot = { accessToken: "canary-token", secret: "SECcanary" };
    expect(await put("dingtalk", robot)).toMatchObject({ secretsSet: ["accessToken", "secret"] });
    expect(await put("dingtalk", { keyword: "alarm" })).toMatchObject({
      ...{ secretsSet: ["accessToken", "secret"], settings: { keyword: "alarm" } },
    });
    expect(await put("dingtalk", { secret: null })).toMatchObject({ secretsSet: ["accessToken"] });
  });

  test("keeps and shows a template's variables, and its form says how each field is typed in", async () => {
    const settings = {
      ...{ provider: "aliyun", accessKeyId: "LTAI1", accessKeySecret: "canary", signName: "s", templateCode: "SMS_1" },
      variables: { what: "{{title}}" },
    };
    expect(await put("sms", settings)).toMatchObject({
      settings: { variables: { what: "{{title}}" }, longestVariable: 35 },
      limits: { perMinute: 60, longest: { unit: "characters" } },
      fields: expect.arrayContaining([
        expect.objectContaining({ key: "variables", input: expect.objectContaining({ type: "pairs" }) }),
      ]),
    });
  });
});
