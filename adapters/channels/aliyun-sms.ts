import { createHash, createHmac, randomUUID } from "node:crypto";
import { z } from "zod";
import type { ChannelMessage, Delivery } from "../../domain/notification/channel.ts";
import type { ChannelField, ChannelParts } from "../../domain/notification/channel-definition.ts";
import { fitText, utf16Units } from "../../domain/notification/fit-text.ts";
import { plainText } from "../../domain/plain-text.ts";
import { under, VendorKey, vendorUrl, vendorUrlField } from "./define-channel.ts";
import { failed, judgeExchange, type ReadAnswer, safeDetail } from "./judge-exchange.ts";
import { fill, unknownPlaceholder, type Values, valuesOf } from "./placeholders.ts";

/** Dysmsapi 2017-05-25, action SendSms: one number, a template that was approved, its variables as JSON. */
const BASE_URL = "https://dysmsapi.aliyuncs.com";
const ACTION = "SendSms";
const VERSION = "2017-05-25";
const ALGORITHM = "ACS3-HMAC-SHA256";
const MOST_OUT_ID_CHARS = 256;
/** To one number: one a minute by the vendor's standard settings. */
const WAIT_MS = 60_000;
const PASSING = /^(?:isp\.SYSTEM_ERROR|isp\.GATEWAY_ERROR|Throttling|ServiceUnavailable|InternalError)/;
const TOO_OFTEN = /^(?:isv\.BUSINESS_LIMIT_CONTROL|Throttling)/;
const NOT_LET_IN =
  /^(?:SignatureDoesNotMatch|InvalidAccessKeyId|IncompleteSignature|Forbidden|isp\.RAM_PERMISSION_DENY)/;

const Variables = z
  .record(z.string().regex(/^\w{1,40}$/, "must be a variable's name"), plainText(200))
  .superRefine((variables, context) => {
    for (const [name, template] of Object.entries(variables)) {
      const unknown = unknownPlaceholder(template);
      if (unknown !== undefined)
        context.addIssue({ code: "custom", path: [name], message: `names {{${unknown}}}, which stands for nothing` });
    }
  });

export const AliyunSettings = z.strictObject({
  provider: z.literal("aliyun"),
  baseUrl: vendorUrl(BASE_URL),
  accessKeyId: VendorKey,
  accessKeySecret: VendorKey,
  signName: plainText(40).min(1),
  templateCode: VendorKey,
  variables: Variables.default({ title: "{{title}}", text: "{{text}}" }),
  longestVariable: z.int().min(4).max(500).default(35),
});
type AliyunSettings = z.infer<typeof AliyunSettings>;

const when = { key: "provider", is: "aliyun" } as const;
export const ALIYUN_FIELDS: readonly ChannelField[] = [
  { ...vendorUrlField(BASE_URL), when },
  { key: "accessKeyId", label: { "zh-CN": "AccessKey ID", en: "AccessKey ID" }, isSecret: false, when },
  { key: "accessKeySecret", label: { "zh-CN": "AccessKey Secret", en: "AccessKey secret" }, isSecret: true, when },
  { key: "signName", label: { "zh-CN": "短信签名", en: "Signature of the messages" }, isSecret: false, when },
  { key: "templateCode", label: { "zh-CN": "模板编号", en: "Code of the template" }, isSecret: false, when },
  {
    key: "variables",
    label: { "zh-CN": "模板变量", en: "Variables of the template" },
    help: { "zh-CN": "变量名 → 内容，可含占位符", en: "Name of the variable → what it holds, with placeholders" },
    isSecret: false,
    when,
  },
  {
    key: "longestVariable",
    label: { "zh-CN": "变量最长字数", en: "Longest variable, characters" },
    isSecret: false,
    when,
  },
];

export function openAliyun(settings: AliyunSettings, { send }: Pick<ChannelParts, "send">) {
  const readAnswer = answerReader([settings.accessKeySecret, settings.accessKeyId]);
  return async (message: ChannelMessage, address: string, signal: AbortSignal): Promise<Delivery> => {
    const values = valuesOf(message, address, settings.longestVariable);
    const url = under(settings.baseUrl, ".");
    url.search = canonicalQuery({
      PhoneNumbers: address.replace(/^\+86(?=\d{11}$)/, "").replace(/^\+/, ""),
      SignName: settings.signName,
      TemplateCode: settings.templateCode,
      TemplateParam: JSON.stringify(variablesOf(settings, values)),
      OutId: message.key.slice(0, MOST_OUT_ID_CHARS),
    });
    const headers = signedHeaders({
      url,
      accessKeyId: settings.accessKeyId,
      accessKeySecret: settings.accessKeySecret,
      action: ACTION,
      version: VERSION,
      date: `${new Date().toISOString().slice(0, 19)}Z`,
      nonce: randomUUID(),
    });
    return judgeExchange(await send({ method: "POST", url: url.href, headers, body: "" }, signal), readAnswer);
  };
}

export type ToSign = {
  /** With a query as `canonicalQuery` writes it. */
  readonly url: URL;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly action: string;
  readonly version: string;
  /** UTC to the second, `2023-10-26T10:22:32Z`; may be 15 minutes off. */
  readonly date: string;
  readonly nonce: string;
};

/** Headers of a POST without a body, signed as the vendor's page "V3版本请求体&签名机制" says. */
export function signedHeaders({ url, accessKeyId, accessKeySecret, ...call }: ToSign): Record<string, string> {
  const payload = sha256("");
  const headers: Record<string, string> = {
    host: url.host,
    "x-acs-action": call.action,
    "x-acs-content-sha256": payload,
    "x-acs-date": call.date,
    "x-acs-signature-nonce": call.nonce,
    "x-acs-version": call.version,
  };
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const canonical = ["POST", url.pathname, url.search.slice(1), lines, names.join(";"), payload].join("\n");
  const signature = createHmac("sha256", accessKeySecret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest("hex");
  const credential = `Credential=${accessKeyId},SignedHeaders=${names.join(";")},Signature=${signature}`;
  return { ...headers, authorization: `${ALGORITHM} ${credential}` };
}

/** In order of names, percent-encoded by RFC 3986. */
function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function variablesOf({ variables, longestVariable }: AliyunSettings, values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, template]) => [
      name,
      fitText(fill(template, values), longestVariable, utf16Units),
    ]),
  );
}

function answerReader(secrets: readonly string[]): ReadAnswer {
  return ({ fields }) => {
    const code = fields["Code"];
    if (typeof code !== "string") return null;
    const bizId = fields["BizId"];
    if (code === "OK") return typeof bizId === "string" ? { ok: true, providerId: bizId.slice(0, 100) } : { ok: true };
    const detail = safeDetail(`${code} ${fields["Message"] ?? ""}`, secrets);
    if (TOO_OFTEN.test(code)) return failed({ word: "rate-limit", detail, retryable: true, retryAfterMs: WAIT_MS });
    return failed({ word: NOT_LET_IN.test(code) ? "sign-in" : "refused", detail, retryable: PASSING.test(code) });
  };
}
