import { z } from "zod";
import type { ChannelMessage, Delivery } from "../../domain/notification/channel.ts";
import type { ChannelField, ChannelParts } from "../../domain/notification/channel-definition.ts";
import { failed, judgeExchange, type ReadAnswer, safeDetail } from "./judge-exchange.ts";
import { fill, namesPlaceholder, unknownPlaceholder, type Values, valuesOf } from "./placeholders.ts";

const Template = z
  .string()
  .max(4_000)
  .superRefine((template, context) => {
    const name = unknownPlaceholder(template);
    if (name !== undefined) context.addIssue(`names {{${name}}}, which stands for nothing`);
  });

/** One `Name: value` a line. */
const HeaderLines = z
  .string()
  .max(4_000)
  .regex(/^(?:[\w-]+:[ \t]*[\x20-\x7e]*(?:\r?\n|$))*$/, "must be lines of Name: value");

/** Any gateway that takes one request for one message: what it wants to be sent is written as templates. */
export const GatewaySettings = z
  .strictObject({
    provider: z.literal("gateway"),
    method: z.enum(["POST", "PUT", "GET"]).default("POST"),
    url: Template.min(8),
    headers: HeaderLines.default(""),
    format: z.enum(["json", "form"]).default("json"),
    body: Template.default('{"to":"{{to}}","text":"{{text}}"}'),
    successPath: z
      .string()
      .max(100)
      .regex(/^[\w.]*$/, "must be names with dots between")
      .default(""),
    successValue: z.string().max(100).default(""),
    longestText: z.int().min(70).max(469).default(335),
  })
  .superRefine(({ method, url, format, body }, context) => {
    if (!hasFixedOrigin(url))
      context.addIssue({ code: "custom", path: ["url"], message: "must be an http address with a fixed host" });
    const everything = method === "GET" ? url : `${url} ${body}`;
    for (const name of ["to", "text"] as const) {
      const path = [method === "GET" ? "url" : "body"];
      if (!namesPlaceholder(everything, name))
        context.addIssue({ code: "custom", path, message: `must name {{${name}}}` });
    }
    if (method !== "GET" && format === "json" && parsed(body) === undefined) {
      context.addIssue({
        code: "custom",
        path: ["body"],
        message: "must be JSON, with placeholders inside of strings",
      });
    }
  });
type GatewaySettings = z.infer<typeof GatewaySettings>;

const when = { key: "provider", is: "gateway" } as const;
export const GATEWAY_FIELDS: readonly ChannelField[] = [
  { key: "method", label: { "zh-CN": "请求方法", en: "Method" }, isSecret: false, when },
  {
    key: "url",
    label: { "zh-CN": "网关地址", en: "Address of the gateway" },
    help: { "zh-CN": "可含占位符，如 ?to={{to}}", en: "May hold placeholders, such as ?to={{to}}" },
    isSecret: true,
    when,
  },
  {
    key: "headers",
    label: { "zh-CN": "请求头", en: "Headers" },
    help: { "zh-CN": "每行一个 名称: 值", en: "One Name: value a line" },
    isSecret: true,
    isLong: true,
    when,
  },
  { key: "format", label: { "zh-CN": "正文格式", en: "Format of the body" }, isSecret: false, when },
  {
    key: "body",
    label: { "zh-CN": "正文模板", en: "Template of the body" },
    help: {
      "zh-CN": "占位符 {{to}} {{text}} {{title}} {{url}} {{acknowledgeUrl}} {{priority}} {{key}}",
      en: "Placeholders {{to}} {{text}} {{title}} {{url}} {{acknowledgeUrl}} {{priority}} {{key}}",
    },
    // Gateways want their password in it.
    isSecret: true,
    isLong: true,
    when,
  },
  {
    key: "successPath",
    label: { "zh-CN": "成功字段", en: "Field that tells success" },
    help: {
      "zh-CN": "答复 JSON 中的路径，如 result.code；空 = 只看状态码",
      en: "Path in the answer's JSON, such as result.code; empty = the status alone",
    },
    isSecret: false,
    when,
  },
  { key: "successValue", label: { "zh-CN": "成功值", en: "Its value at success" }, isSecret: false, when },
  { key: "longestText", label: { "zh-CN": "最长字数", en: "Longest text, characters" }, isSecret: false, when },
];

export function openGateway(settings: GatewaySettings, { send }: Pick<ChannelParts, "send">) {
  const secrets = secretsIn(settings);
  const readAnswer = settings.successPath === "" ? null : answerReader(settings, secrets);
  return async (message: ChannelMessage, address: string, signal: AbortSignal): Promise<Delivery> => {
    const values = valuesOf(message, address, settings.longestText);
    const { method, format } = settings;
    const type = format === "json" ? "application/json" : "application/x-www-form-urlencoded";
    const body = method === "GET" ? null : bodyOf(settings, values);
    const headers = { ...headersFrom(settings.headers), ...(body === null ? {} : { "content-type": type }) };
    const url = fill(settings.url, values, encodeURIComponent);
    return judgeExchange(await send({ method, url, headers, body }, signal), readAnswer);
  };
}

/** Values go into what the template means, not into how it is written: nothing in them can end a string or a field. */
function bodyOf({ format, body }: GatewaySettings, values: Values): string {
  if (format === "json") return JSON.stringify(filled(parsed(body), values));
  const fields = [...new URLSearchParams(body)].map(([name, value]) => [name, fill(value, values)]);
  return new URLSearchParams(fields).toString();
}

function filled(value: unknown, values: Values): unknown {
  if (typeof value === "string") return fill(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
}

function answerReader({ successPath, successValue }: GatewaySettings, secrets: readonly string[]): ReadAnswer {
  const path = successPath.split(".");
  return ({ status, fields }) => {
    const found = path.reduce<unknown>((at, name) => (Object(at) === at ? Object(at)[name] : undefined), fields);
    if (found === undefined || status < 200 || status >= 300) return null;
    if (String(found) === successValue) return { ok: true };
    return failed({
      word: "refused",
      detail: safeDetail(`${successPath} = ${String(found)}`, secrets),
      retryable: false,
    });
  };
}

function headersFrom(lines: string): Record<string, string> {
  const pairs = lines.split(/\r?\n/).filter((line) => line !== "");
  return Object.fromEntries(
    pairs.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}

/** Whole values, and their words: a password stands behind `Bearer `, or between other fields. */
function secretsIn({ url, headers, body }: GatewaySettings): readonly string[] {
  const words = `${url} ${headers} ${body}`.split(/[\s"'&?=:,{}[\]/]+/);
  return [...new Set(words)].filter((word) => word.length >= 8);
}

function hasFixedOrigin(template: string): boolean {
  const [one, other] = ["1", "2"].map((sample) => template.replace(/\{\{.*?\}\}/g, sample));
  if (!URL.canParse(one ?? "") || !URL.canParse(other ?? "")) return false;
  const { protocol, origin, username, hash } = new URL(one ?? "");
  return /^https?:$/.test(protocol) && origin === new URL(other ?? "").origin && `${username}${hash}` === "";
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
