// biome-ignore-all lint/complexity/noExcessiveCognitiveComplexity: the rules of a document, one after the other
import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Webhook } from "standardwebhooks";
import type { Behaviour } from "../webhooks/receiver.ts";
import { telegramText } from "./telegram-text.ts";

/**
 * Servers that check what comes by the vendors' own documents and answer as these say. They share no code with the
 * channels: what they take, the vendor should take.
 */
type Judge = (request: IncomingMessage, body: string) => { readonly status?: number; readonly says: object };

const HOUR_MS = 3_600_000;

function vendor(judge: Judge): Behaviour {
  return (request, response, body) => {
    const { status = 200, says } = judge(request, body);
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(says));
  };
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? "", "http://vendor");
}

function isJsonPost(request: IncomingMessage): boolean {
  return (
    request.method === "POST" && /^application\/json(;\s*charset=utf-8)?$/i.test(request.headers["content-type"] ?? "")
  );
}

// biome-ignore lint/suspicious/noExplicitAny: what a stranger sent
function parse(body: string): any {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** developer.work.weixin.qq.com/document/path/91770 */
export function wecomServer(key: string): Behaviour {
  let taken = 0;
  return vendor((request, body) => {
    const { pathname, searchParams } = urlOf(request);
    const failure = (errcode: number, errmsg: string) => ({
      says: {
        errcode,
        errmsg: `${errmsg}, hint: [1620132870], more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`,
      },
    });
    if (pathname !== "/cgi-bin/webhook/send" || searchParams.get("key") !== key)
      return failure(93_000, "invalid webhook url");
    const sent = isJsonPost(request) ? parse(body) : null;
    const { msgtype } = sent ?? {};
    if (msgtype === "image")
      return isWecomImage(sent.image) ? { says: { errcode: 0, errmsg: "ok" } } : failure(40_009, "invalid image");
    const content: unknown = sent?.[msgtype]?.content;
    if (typeof content !== "string" || content === "") return failure(40_058, "content missing");
    const most = { text: 2_048, markdown: 4_096 }[String(msgtype)] ?? 0;
    if (Buffer.byteLength(content) > most) return failure(40_058, `${msgtype}.content exceed max length ${most}`);
    if (msgtype === "markdown" && "mentioned_mobile_list" in sent.markdown) return failure(40_058, "only in text");
    taken += 1;
    return taken > 20 ? failure(45_009, "api freq out of limit") : { says: { errcode: 0, errmsg: "ok" } };
  });
}

/** JPG or PNG of 2 MB at most, and the sum over it before it was encoded. */
function isWecomImage({ base64, md5 }: { base64?: unknown; md5?: unknown }): boolean {
  const bytes = Buffer.from(String(base64), "base64");
  const isPicture = bytes.subarray(1, 4).toString() === "PNG" || bytes.readUInt16BE(0) === 0xffd8;
  return isPicture && bytes.length <= 2 ** 21 && md5 === createHash("md5").update(bytes).digest("hex");
}

/** open.dingtalk.com/document/orgapp/custom-robot-access */
export function dingtalkServer(token: string, secret: string | null, keyword: string | null = null): Behaviour {
  let taken = 0;
  return vendor((request, body) => {
    const { pathname, searchParams } = urlOf(request);
    const failure = (errcode: number, errmsg: string) => ({ says: { errcode, errmsg } });
    if (pathname !== "/robot/send" || !isJsonPost(request)) return failure(404, "unknown address");
    if (searchParams.get("access_token") !== token) return failure(300_001, "token is not exist");
    if (secret !== null) {
      const timestamp = searchParams.get("timestamp") ?? "";
      if (!/^\d{13}$/.test(timestamp) || Math.abs(Date.now() - Number(timestamp)) > HOUR_MS)
        return failure(310_000, "invalid timestamp");
      const sign = createHmac("sha256", Buffer.from(secret))
        .update(Buffer.from(`${timestamp}\n${secret}`))
        .digest("base64");
      if (searchParams.get("sign") !== sign) return failure(310_000, "sign not match");
    }
    if (Buffer.byteLength(body) > 20_000) return failure(460_101, "body size");
    const { msgtype, markdown, at } = parse(body) ?? {};
    if (msgtype !== "markdown" || !markdown?.title || !markdown?.text) return failure(40_035, "missing parameter");
    if (keyword !== null && !markdown.text.includes(keyword)) return failure(310_000, "keywords not in content");
    if ((at?.atMobiles ?? []).some((mobile: string) => !markdown.text.includes(`@${mobile}`)))
      return failure(40_035, "at");
    taken += 1;
    return taken > 20
      ? failure(130_101, "send too fast, exceed 20 times per minute")
      : { says: { errcode: 0, errmsg: "ok" } };
  });
}

/** open.feishu.cn 自定义机器人使用指南 */
export function feishuServer(token: string, secret: string | null, keyword: string | null = null): Behaviour {
  let taken = 0;
  return vendor((request, body) => {
    const failure = (code: number, msg: string, status = 200) => ({ status, says: { code, msg, data: {} } });
    if (urlOf(request).pathname !== `/open-apis/bot/v2/hook/${token}`)
      return failure(19_001, "param invalid: incoming webhook access token invalid");
    if (!isJsonPost(request) || Buffer.byteLength(body) > 20 * 1024) return failure(9_499, "Bad Request");
    const { timestamp, sign, msg_type: type, card } = parse(body) ?? {};
    if (secret !== null) {
      const isNear = /^\d{10}$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) < HOUR_MS / 1000;
      const wanted = createHmac("sha256", Buffer.from(`${timestamp}\n${secret}`))
        .update(Buffer.alloc(0))
        .digest("base64");
      if (!isNear || sign !== wanted)
        return failure(19_021, "sign match fail or timestamp is not within one hour from current time");
    }
    const elements: unknown = card?.elements;
    if (type !== "interactive" || !card?.header?.title?.content || !Array.isArray(elements))
      return failure(9_499, "Bad Request");
    if (keyword !== null && !JSON.stringify(card).includes(keyword)) return failure(19_024, "Key Words Not Found");
    taken += 1;
    if (taken > 100) return failure(11_232, "frequency limited psm");
    return { says: { code: 0, msg: "success", data: {}, Extra: null, StatusCode: 0, StatusMessage: "success" } };
  });
}

/** core.telegram.org/bots/api#sendmessage */
export function telegramServer(token: string): Behaviour {
  let taken = 0;
  return vendor((request, body) => {
    const failure = (code: number, description: string, more: object = {}) => {
      return { status: code, says: { ok: false, error_code: code, description, ...more } };
    };
    const { pathname } = urlOf(request);
    if (!pathname.startsWith(`/bot${token}/`)) return failure(401, "Unauthorized");
    if (pathname !== `/bot${token}/sendMessage` || !isJsonPost(request)) return failure(404, "Not Found");
    const { chat_id: chat, text, parse_mode: mode } = parse(body) ?? {};
    if (!/^-?\d+$|^@\w{4,}$/.test(String(chat))) return failure(400, "Bad Request: chat not found");
    const shown = mode === "HTML" ? telegramText(String(text)) : String(text);
    if (shown === null)
      return failure(400, "Bad Request: can't parse entities: unsupported start tag at byte offset 3");
    if (shown.length < 1) return failure(400, "Bad Request: message text is empty");
    if (shown.length > 4_096) return failure(400, "Bad Request: message is too long");
    taken += 1;
    if (taken > 20) return failure(429, "Too Many Requests: retry after 35", { parameters: { retry_after: 35 } });
    return { says: { ok: true, result: { message_id: 1_000 + taken, chat: { id: chat }, text: shown } } };
  });
}

const encode = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

/** help.aliyun.com: SendSms of Dysmsapi 2017-05-25, and V3版本请求体&签名机制 */
export function aliyunServer(accessKeyId: string, accessKeySecret: string): Behaviour {
  const nonces = new Set<string>();
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  return vendor((request, body) => {
    const failure = (Code: string, Message: string, status = 400) => ({
      status,
      says: { Code, Message, RequestId: "F655A8D5" },
    });
    const { headers } = request;
    const given = (name: string) => String(headers[name] ?? "");
    if (request.method !== "POST" || given("x-acs-action") !== "SendSms" || given("x-acs-version") !== "2017-05-25") {
      return failure("InvalidAction.NotFound", "Specified api is not found.", 404);
    }
    const date = given("x-acs-date");
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) || Math.abs(Date.parse(date) - Date.now()) > HOUR_MS / 4) {
      return failure("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
    }
    const nonce = given("x-acs-signature-nonce");
    if (nonce === "" || nonces.has(nonce))
      return failure("SignatureNonceUsed", "Specified signature nonce was used already.");
    nonces.add(nonce);
    const parts = /^ACS3-HMAC-SHA256 Credential=(\S+?),SignedHeaders=(\S+?),Signature=([0-9a-f]{64})$/.exec(
      given("authorization"),
    );
    const [, id = "", signed = "", signature = ""] = parts ?? [];
    if (id !== accessKeyId) return failure("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404);
    const names = signed.split(";");
    const mustBeSigned = Object.keys(headers).filter((name) => name.startsWith("x-acs-") || name === "host");
    if (given("x-acs-content-sha256") !== sha256(body) || mustBeSigned.some((name) => !names.includes(name))) {
      return failure("IncompleteSignature", "The request signature does not conform to Aliyun standards.");
    }
    const query = [...urlOf(request).searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
    const canonical = [
      "POST",
      "/",
      query.join("&"),
      ...names.map((name) => `${name}:${given(name).trim()}`),
      "",
      signed,
      sha256(body),
    ].join("\n");
    const wanted = createHmac("sha256", accessKeySecret)
      .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
      .digest("hex");
    if (signature !== wanted)
      return failure("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
    const {
      PhoneNumbers = "",
      TemplateParam = "",
      SignName,
      TemplateCode,
    } = Object.fromEntries(urlOf(request).searchParams);
    if (!/^(\+?86)?1\d{10}$|^[1-9]\d{6,14}$/.test(PhoneNumbers))
      return failure("isv.MOBILE_NUMBER_ILLEGAL", "invalid mobile number", 200);
    if (!SignName || !TemplateCode) return failure("MissingSignName", "SignName is mandatory for this action.");
    const variables = parse(TemplateParam);
    if (variables === null || Object.values(variables).some((value) => typeof value !== "string")) {
      return failure("isv.INVALID_JSON_PARAM", "invalid JSON", 200);
    }
    if (Object.values<string>(variables).some((value) => value.length > 35))
      return failure("isv.PARAM_LENGTH_LIMIT", "too long", 200);
    return { says: { Code: "OK", Message: "OK", BizId: "900619746936498440^0", RequestId: "F655A8D5" } };
  });
}

/** A gateway as its settings in the tests describe it. */
export function gatewayServer(password: string): Behaviour {
  return vendor((request, body) => {
    if (request.headers.authorization !== `Bearer ${password}`) return { status: 401, says: { result: { code: 401 } } };
    const { mobile, content } = isJsonPost(request) ? (parse(body) ?? {}) : {};
    const isRight = /^\d{5,20}$/.test(mobile) && typeof content === "string" && content.length <= 335;
    return { says: { result: { code: isRight ? 0 : 7, message: isRight ? "ok" : `bad request of ${password}` } } };
  });
}

/** A receiver that verifies with the specification's own library, and takes each key once. */
export function webhookServer(secret: string): Behaviour & { readonly taken: Map<string, unknown> } {
  const taken = new Map<string, unknown>();
  const behave = vendor((request, body) => {
    try {
      const sent = new Webhook(secret).verify(body, request.headers as Record<string, string>);
      taken.set(String(request.headers["idempotency-key"]), sent);
      return { says: {} };
    } catch (error) {
      return { status: 400, says: { error: String(error) } };
    }
  });
  return Object.assign(behave, { taken });
}
