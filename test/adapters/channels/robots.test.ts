import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Receiver, startReceiver } from "../webhooks/receiver.ts";
import { messageOf, never, openHttpChannel, SECRETS } from "./channel-under-test.ts";
import { dingtalkServer, feishuServer, telegramServer, wecomServer } from "./vendors.ts";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
});

const sent = () => JSON.parse(receiver.received.at(-1)?.body ?? "null");
const LONG = "温度过高🌡️ <b>*_`[x](y)\\ ".repeat(2_000);

describe("wecom", () => {
  const wecom = () => openHttpChannel("wecom", receiver.url);
  beforeEach(() => receiver.behave(wecomServer(SECRETS.wecom)));

  test("tells a group in Markdown, with the links", async () => {
    expect(await wecom().deliver(messageOf(), "group", never())).toEqual({ ok: true });
    expect(sent().msgtype).toBe("markdown");
    const { content } = sent().markdown;
    expect(content).toContain('**<font color="warning">紧急 上海一号 供液温度过高</font>**\n供液温度 41.2 °C');
    expect(content).toContain("[查看详情](https://flow.example.com/alarms/7?tab=trend&x=1)");
    expect(content).toContain("[确认报警](https://flow.example.com/a/Zm9v_bar-1)");
  });
  test("calls people by number at critical alarms, which only plain text can", async () => {
    expect(await wecom().deliver(messageOf(), "13800001111,+85261234567", never())).toEqual({ ok: true });
    expect(sent()).toMatchObject({ msgtype: "text", text: { mentioned_mobile_list: ["13800001111", "+85261234567"] } });
    await wecom().deliver(messageOf(), "all", never());
    expect(sent().text.mentioned_mobile_list).toEqual(["@all"]);
    await wecom().deliver(messageOf({ priority: "high" }), "all", never());
    expect(sent().msgtype).toBe("markdown");
  });
  test.for([
    ["group", 4_096],
    ["all", 2_048],
  ] as const)("to %s a long text is cut to %i bytes, the links stay", async ([address, most]) => {
    expect(await wecom().deliver(messageOf({ text: LONG }), address, never())).toEqual({ ok: true });
    const content: string = (sent().markdown ?? sent().text).content;
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(most);
    expect(Buffer.byteLength(content)).toBeGreaterThan(most - 40);
    expect(content).toContain("…\n");
    expect(content).toContain("https://flow.example.com/a/Zm9v_bar-1");
    expect(content.isWellFormed()).toBe(true);
  });
  test("shows the trend in a message of its own, and what becomes of that does not matter", async () => {
    const trendPng = Buffer.from("\x89PNG\r\n\x1a\n and so on", "latin1");
    expect(await wecom().deliver(messageOf({ trendPng }), "group", never())).toEqual({ ok: true });
    const [text, picture] = receiver.received.map(({ body }) => JSON.parse(body));
    expect([text.msgtype, picture.msgtype]).toEqual(["markdown", "image"]);
    expect(Buffer.from(picture.image.base64, "base64").equals(trendPng)).toBe(true);
    const broken = Buffer.from("no picture");
    expect(await wecom().deliver(messageOf({ trendPng: broken }), "group", never())).toEqual({ ok: true });
  });
  test("nothing in a text calls people or is markup", async () => {
    const hostile = messageOf({ text: "<@all> **x** [y](https://evil.example.com)\n---", title: "</font>**" });
    await wecom().deliver(hostile, "group", never());
    const { content } = sent().markdown;
    expect(content).toContain("＜@all＞ ＊＊x＊＊ ［y］(https://evil.example.com)\n－－－");
    await wecom().deliver(hostile, "13800001111", never());
    expect(sent().text.content).not.toContain("<@");
  });
  test("the 21st within a minute is for later", async () => {
    const channel = wecom();
    for (let n = 0; n < 20; n++) expect(await channel.deliver(messageOf(), "group", never())).toEqual({ ok: true });
    expect(await channel.deliver(messageOf(), "group", never())).toEqual({
      ok: false,
      reason: "rate-limit 45009 api freq out of limit, hint: [1620132870], more info at …",
      retryable: true,
      mayHaveArrived: false,
      retryAfterMs: 60_000,
    });
  });
  test("an address may name the robot of another group", async () => {
    receiver.behave(wecomServer("another"));
    expect(await wecom().deliver(messageOf(), "all another", never())).toEqual({ ok: true });
    expect(sent().text.mentioned_mobile_list).toEqual(["@all"]);
    const keyless = openHttpChannel("wecom", receiver.url, { key: undefined });
    expect(await keyless.deliver(messageOf(), "group", never())).toMatchObject({
      reason: "no-robot",
      retryable: false,
    });
    expect(await keyless.deliver(messageOf(), "group another", never())).toEqual({ ok: true });
  });
  test("a key that nobody knows is for ever", async () => {
    receiver.behave(wecomServer("another"));
    expect(await wecom().deliver(messageOf(), "group", never())).toMatchObject({
      reason: expect.stringMatching(/^sign-in 93000 invalid webhook url/),
      retryable: false,
    });
  });
});

describe("dingtalk", () => {
  const dingtalk = (more: object = {}) => openHttpChannel("dingtalk", receiver.url, more);
  beforeEach(() => receiver.behave(dingtalkServer(SECRETS.dingtalk, SECRETS.dingtalkSign)));

  test("is signed, and calls people by number at critical alarms", async () => {
    expect(await dingtalk().deliver(messageOf(), "13800001111", never())).toEqual({ ok: true });
    expect(sent()).toMatchObject({ msgtype: "markdown", at: { atMobiles: ["13800001111"], isAtAll: false } });
    expect(sent().markdown.title).toBe("紧急 上海一号 供液温度过高");
    expect(sent().markdown.text).toContain("[确认报警](https://flow.example.com/a/Zm9v_bar-1)");
    expect(sent().markdown.text).toContain("限值 40.0 °C\n\n自 14:05 起");
    await dingtalk().deliver(messageOf({ priority: "medium" }), "13800001111", never());
    expect(sent().at).toEqual({ atMobiles: [], isAtAll: false });
    await dingtalk().deliver(messageOf(), "all", never());
    expect(sent().at.isAtAll).toBe(true);
  });
  test("the signature is the documented one", async () => {
    await dingtalk().deliver(messageOf(), "group", never());
    const query = new URL(receiver.received[0]?.path ?? "", receiver.url).searchParams;
    const time = query.get("timestamp");
    const hmac = createHmac("sha256", SECRETS.dingtalkSign).update(`${time}\n${SECRETS.dingtalkSign}`);
    expect(query.get("sign")).toBe(hmac.digest("base64"));
    expect(Math.abs(Number(time) - Date.now())).toBeLessThan(60_000);
  });
  test("another secret is refused, for ever", async () => {
    const other = dingtalk({ secret: "SECffffffffffffffff" });
    const wanted = { reason: "sign-in 310000 sign not match", retryable: false, mayHaveArrived: false };
    expect(await other.deliver(messageOf(), "group", never())).toEqual({ ok: false, ...wanted });
  });
  test("the robot of another group has a secret of its own, or none", async () => {
    receiver.behave(dingtalkServer("other-token", "SECother"));
    expect(await dingtalk().deliver(messageOf(), "group other-token SECother", never())).toEqual({ ok: true });
    expect(await dingtalk().deliver(messageOf(), "group other-token", never())).toMatchObject({
      reason: "sign-in 310000 invalid timestamp",
    });
    receiver.behave(feishuServer("other-token", "f-other"));
    const feishu = openHttpChannel("feishu", receiver.url);
    expect(await feishu.deliver(messageOf(), "ou_1 other-token f-other", never())).toEqual({ ok: true });
    expect(JSON.stringify(sent().card)).toContain("<at id=ou_1></at>");
  });
  test("the keyword is in every message", async () => {
    receiver.behave(dingtalkServer(SECRETS.dingtalk, null, "监控报警"));
    const without = await dingtalk({ secret: undefined }).deliver(messageOf(), "group", never());
    expect(without).toMatchObject({ reason: "sign-in 310000 keywords not in content", retryable: false });
    const channel = dingtalk({ secret: undefined, keyword: "监控报警" });
    expect(await channel.deliver(messageOf({ text: LONG }), "13800001111", never())).toEqual({ ok: true });
  });
  test("a long text is cut to what the vendor takes", async () => {
    expect(await dingtalk().deliver(messageOf({ text: `${LONG}\n"\\`.repeat(3) }), "all", never())).toEqual({
      ok: true,
    });
    const body = receiver.received[0]?.body ?? "";
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    expect(Buffer.byteLength(body)).toBeGreaterThan(17_500);
    expect(sent().markdown.text).toContain("https://flow.example.com/a/Zm9v_bar-1");
  });
  test("too many: ten minutes of silence", async () => {
    const channel = dingtalk();
    for (let n = 0; n < 20; n++) await channel.deliver(messageOf(), "group", never());
    expect(await channel.deliver(messageOf(), "group", never())).toMatchObject({
      reason: "rate-limit 130101 send too fast, exceed 20 times per minute",
      retryable: true,
      retryAfterMs: 600_000,
    });
  });
});

describe("feishu", () => {
  const feishu = (more: object = {}) => openHttpChannel("feishu", receiver.url, more);
  beforeEach(() => receiver.behave(feishuServer(SECRETS.feishu, SECRETS.feishuSign)));

  test("is a signed card with buttons", async () => {
    expect(await feishu().deliver(messageOf(), "group", never())).toEqual({ ok: true });
    const { card, timestamp } = sent();
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(card.header).toMatchObject({
      title: { tag: "plain_text", content: "紧急 上海一号 供液温度过高" },
      template: "red",
    });
    expect(card.elements[0].text).toEqual({ tag: "plain_text", content: messageOf().text });
    expect(card.elements[1].actions.map((one: { url: string }) => one.url)).toEqual([
      "https://flow.example.com/alarms/7?tab=trend&x=1",
      "https://flow.example.com/a/Zm9v_bar-1",
    ]);
  });
  test("calls people at critical alarms only", async () => {
    await feishu().deliver(messageOf(), "ou_18eac85d35,ou_2", never());
    expect(JSON.stringify(sent().card)).toContain("<at id=ou_18eac85d35></at> <at id=ou_2></at>");
    await feishu().deliver(messageOf(), "all", never());
    expect(JSON.stringify(sent().card)).toContain("<at id=all></at>");
    await feishu().deliver(messageOf({ priority: "low" }), "all", never());
    expect(JSON.stringify(sent().card)).not.toContain("<at");
  });
  test("a long text is cut to 20 KB, the buttons stay", async () => {
    expect(await feishu().deliver(messageOf({ text: LONG }), "all", never())).toEqual({ ok: true });
    const bytes = Buffer.byteLength(receiver.received[0]?.body ?? "");
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(bytes).toBeGreaterThan(19_900);
    expect(sent().card.elements[0].text.content.endsWith("…")).toBe(true);
  });
  test("another secret, and no keyword, are for ever", async () => {
    expect(await feishu({ secret: "other" }).deliver(messageOf(), "group", never())).toMatchObject({
      reason: expect.stringMatching(/^sign-in 19021 sign match fail/),
      retryable: false,
    });
    receiver.behave(feishuServer(SECRETS.feishu, null, "夜班"));
    const unsigned = { secret: undefined };
    expect(await feishu(unsigned).deliver(messageOf(), "group", never())).toMatchObject({
      reason: "sign-in 19024 Key Words Not Found",
    });
    expect(await feishu({ ...unsigned, keyword: "夜班" }).deliver(messageOf(), "group", never())).toEqual({ ok: true });
  });
  test.for([
    [{ code: 11_232, msg: "frequency limited psm" }, 200, {}, 60_000],
    [{ code: 9_499, msg: "too many request" }, 200, {}, 60_000],
    [{ code: 99_991_400, msg: "request trigger frequency limit" }, 400, { "x-ogw-ratelimit-reset": "52" }, 52_000],
  ] as const)("%j waits", async ([says, status, headers, waitMs]) => {
    receiver.behave((_request, response) => response.writeHead(status, headers).end(JSON.stringify(says)));
    expect(await feishu().deliver(messageOf(), "group", never())).toMatchObject({
      retryable: true,
      retryAfterMs: waitMs,
    });
  });
});

describe("telegram", () => {
  const telegram = () => openHttpChannel("telegram", receiver.url);
  beforeEach(() => receiver.behave(telegramServer(SECRETS.telegram)));

  test("is HTML, with links written out, and gives the number of the message", async () => {
    expect(await telegram().deliver(messageOf({ language: "en" }), "-100123", never())).toEqual({
      ok: true,
      providerId: "1001",
    });
    expect(sent()).toMatchObject({ chat_id: "-100123", parse_mode: "HTML", disable_notification: false });
    expect(sent().text).toContain("Acknowledge: https://flow.example.com/a/Zm9v_bar-1");
  });
  test("a long text is cut, never within an entity", async () => {
    expect(await telegram().deliver(messageOf({ text: "a&<".repeat(3_000) }), "@site_alarms", never())).toMatchObject({
      ok: true,
    });
    expect(sent().text.length).toBeLessThanOrEqual(4_096);
    expect(sent().text.length).toBeGreaterThan(4_080);
    expect(sent().text).toContain("https://flow.example.com/a/Zm9v_bar-1");
  });
  test("a flood waits as long as it is told to", async () => {
    const channel = telegram();
    for (let n = 0; n < 20; n++) await channel.deliver(messageOf(), "1", never());
    expect(await channel.deliver(messageOf(), "1", never())).toMatchObject({
      reason: "rate-limit 429 Too Many Requests: retry after 35",
      retryable: true,
      retryAfterMs: 35_000,
    });
  });
  test("a chat that is not there, and a bot that is not there, are for ever", async () => {
    receiver.behave(telegramServer("1:other"));
    expect(await telegram().deliver(messageOf(), "1", never())).toMatchObject({
      reason: "sign-in 401 Unauthorized",
      retryable: false,
    });
    const says = { ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" };
    receiver.behave((_request, response) => response.writeHead(403).end(JSON.stringify(says)));
    expect(await telegram().deliver(messageOf(), "1", never())).toMatchObject({
      reason: "refused 403 Forbidden: bot was blocked by the user",
      retryable: false,
    });
  });
});
