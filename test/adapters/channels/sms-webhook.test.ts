import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signedHeaders } from "../../../adapters/channels/aliyun-sms.ts";
import { answer, type Receiver, startReceiver } from "../webhooks/receiver.ts";
import { messageOf, never, openHttpChannel, SECRETS } from "./channel-under-test.ts";
import { aliyunServer, gatewayServer, webhookServer } from "./vendors.ts";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
});
const last = () => receiver.received.at(-1);
const PHONE = "13800001111";

describe("an SMS gateway", () => {
  const gateway = (more: object = {}) => openHttpChannel("sms gateway", receiver.url, more);

  test("gets what the template says, with the link", async () => {
    receiver.behave(gatewayServer(SECRETS.gateway));
    expect(await gateway().deliver(messageOf(), PHONE, never())).toEqual({ ok: true });
    expect(JSON.parse(last()?.body ?? "")).toEqual({
      mobile: PHONE,
      content:
        "紧急 上海一号 供液温度过高 供液温度 41.2 °C，限值 40.0 °C 自 14:05 起 https://flow.example.com/alarms/7?tab=trend&x=1",
      id: "alarm-7:raised:3",
    });
  });
  test("a long text gives way, the link stays", async () => {
    receiver.behave(gatewayServer(SECRETS.gateway));
    expect(await gateway().deliver(messageOf({ text: "很长".repeat(500) }), PHONE, never())).toEqual({ ok: true });
    const { content } = JSON.parse(last()?.body ?? "");
    expect(content).toHaveLength(335);
    expect(content).toContain("… https://flow.example.com/alarms/7");
  });
  test("a body is a form where it wants one, and nothing in a value is another field", async () => {
    receiver.behave((_request, response) => response.end('{"result":{"code":"0"}}'));
    const form = gateway({ format: "form", body: "to={{to}}&msg=[AntBox] {{text}}&pass=a%26b" });
    expect(await form.deliver(messageOf({ title: 'x&to=1#%"', text: "\r\ny=2" }), PHONE, never())).toEqual({
      ok: true,
    });
    expect(last()?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    const fields = new URLSearchParams(last()?.body);
    expect([...fields.keys()]).toEqual(["to", "msg", "pass"]);
    expect(fields.get("msg")).toMatch(/^\[AntBox\] x&to=1#%" y=2 https:/);
    expect(fields.get("pass")).toBe("a&b");
  });
  test("GET puts them into the address, encoded", async () => {
    receiver.behave((_request, response) => response.end('{"result":{"code":0}}'));
    const url = `${receiver.url}/{{to}}/send?msg={{text}}&x=1`;
    expect(await gateway({ method: "GET", url }).deliver(messageOf({ title: "a&b=c/../ d" }), PHONE, never())).toEqual({
      ok: true,
    });
    const { pathname, searchParams } = new URL(last()?.path ?? "", receiver.url);
    expect(pathname).toBe(`/${PHONE}/send`);
    expect(searchParams.get("msg")).toMatch(/^a&b=c\/..\/ d /);
    expect([last()?.body, last()?.headers["content-type"]]).toEqual(["", undefined]);
  });
  test("success is what its field says, not its status", async () => {
    receiver.behave(gatewayServer(SECRETS.gateway));
    const wrong = await gateway().deliver(messageOf(), "+13800001111", never());
    expect(wrong).toEqual({ ok: false, reason: "refused result.code = 7", retryable: false, mayHaveArrived: false });
    receiver.behave(answer(200));
    expect(await gateway({ successPath: "" }).deliver(messageOf(), PHONE, never())).toEqual({ ok: true });
  });
});

describe("Aliyun SMS", () => {
  const aliyun = (more: object = {}) => openHttpChannel("sms aliyun", receiver.url, more);
  beforeEach(() => receiver.behave(aliyunServer(SECRETS.aliyunId, SECRETS.aliyun)));

  test("signs the vendor's own example as the vendor does", () => {
    const query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
    const { authorization } = signedHeaders({
      url: new URL(`https://ecs.cn-shanghai.aliyuncs.com/?${query}`),
      accessKeyId: "YourAccessKeyId",
      accessKeySecret: "YourAccessKeySecret",
      action: "RunInstances",
      version: "2014-05-26",
      date: "2023-10-26T10:22:32Z",
      nonce: "3156853299f313e23d1673dc12e1703d",
    });
    expect(authorization).toMatch(/Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0$/);
  });
  test("fills the variables of a template, each as long as the vendor takes", async () => {
    const message = messageOf({ title: "O'Neil (一号) * 温度~过高!", text: "很长".repeat(100) });
    expect(await aliyun().deliver(message, `+86${PHONE}`, never())).toEqual({
      ok: true,
      providerId: "900619746936498440^0",
    });
    const query = new URL(last()?.path ?? "", receiver.url).searchParams;
    const { title, text } = JSON.parse(query.get("TemplateParam") ?? "");
    expect(title).toBe("O'Neil (一号) * 温度~过高!");
    expect(text).toHaveLength(35);
    expect([query.get("PhoneNumbers"), query.get("OutId")]).toEqual([PHONE, "alarm-7:raised:3"]);
  });
  test("another secret, and a number that is none, are for ever", async () => {
    const other = aliyun({ accessKeySecret: "another-secret-of-thirty-chars" });
    expect(await other.deliver(messageOf(), PHONE, never())).toMatchObject({
      reason: expect.stringMatching(/^sign-in SignatureDoesNotMatch/),
      retryable: false,
    });
    expect(await aliyun().deliver(messageOf(), "12345", never())).toMatchObject({
      reason: "refused isv.MOBILE_NUMBER_ILLEGAL invalid mobile number",
      retryable: false,
    });
    expect(
      await aliyun({ longestVariable: 200 }).deliver(messageOf({ text: "长".repeat(300) }), PHONE, never()),
    ).toMatchObject({
      reason: "refused isv.PARAM_LENGTH_LIMIT too long",
    });
  });
  test.for([
    ["isv.BUSINESS_LIMIT_CONTROL", { retryable: true, retryAfterMs: 60_000 }],
    ["Throttling.User", { retryable: true, retryAfterMs: 60_000 }],
    ["isp.SYSTEM_ERROR", { retryable: true }],
    ["isv.OUT_OF_SERVICE", { retryable: false }],
    ["isp.RAM_PERMISSION_DENY", { retryable: false }],
  ] as const)("%s", async ([Code, wanted]) => {
    receiver.behave((_request, response) => response.end(JSON.stringify({ Code, Message: "触发小时级流控" })));
    expect(await aliyun().deliver(messageOf(), PHONE, never())).toMatchObject(wanted);
  });
});

describe("a webhook", () => {
  const webhook = () => openHttpChannel("webhook", receiver.url);

  test("is signed so that the specification's library takes it, once for each key", async () => {
    const server = webhookServer(SECRETS.webhook);
    receiver.behave(server);
    expect(await webhook().deliver(messageOf(), "夜班 & co", never())).toEqual({ ok: true });
    expect(await webhook().deliver(messageOf(), "夜班 & co", never())).toEqual({ ok: true });
    expect([...server.taken.keys()]).toEqual(["alarm-7:raised:3"]);
    expect(server.taken.get("alarm-7:raised:3")).toMatchObject({
      type: "alarm.notification",
      data: { ...messageOf(), recipient: "夜班 & co" },
    });
    expect(last()?.headers["webhook-id"]).toBe("alarm-7:raised:3");
  });
  test("a key with names in it stays one key", async () => {
    receiver.behave(webhookServer(SECRETS.webhook));
    expect(await webhook().deliver(messageOf({ key: "报警 7\r\nx: y" }), "a", never())).toEqual({ ok: true });
    expect(last()?.headers["idempotency-key"]).toBe("%E6%8A%A5%E8%AD%A6%207%0D%0Ax%3A%20y");
  });
  test("another secret is refused", async () => {
    receiver.behave(webhookServer(`whsec_${Buffer.from("another secret of 32 bytes......").toString("base64")}`));
    expect(await webhook().deliver(messageOf(), "a", never())).toMatchObject({
      reason: "status 400",
      retryable: false,
    });
  });
});
