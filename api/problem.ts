import type { z } from "zod";
import { AppError, type ErrorCode } from "../domain/errors.ts";

type Kind = { readonly status: number; readonly title: string; readonly zh: string };

/** HTTP status and title of every code (RFC 9457); `zh` for the reference page: programs translate by `code`. */
export const PROBLEMS: Readonly<Record<ErrorCode, Kind>> = {
  "auth.not-signed-in": { status: 401, title: "Not signed in", zh: "未登录" },
  "auth.bad-credentials": { status: 401, title: "Wrong user name or password", zh: "用户名或密码错误" },
  "auth.too-many-attempts": { status: 429, title: "Too many sign-in attempts", zh: "登录尝试过多" },
  "auth.not-allowed": { status: 403, title: "Not allowed", zh: "没有权限" },
  "auth.foreign-origin": { status: 403, title: "Request from a foreign page", zh: "请求来自外部页面" },
  "request.invalid": { status: 400, title: "Invalid request", zh: "请求无效" },
  "request.not-found": { status: 404, title: "Not found", zh: "不存在" },
  "request.method-not-allowed": { status: 405, title: "Method not allowed", zh: "不支持的方法" },
  "request.too-large": { status: 413, title: "Request too large", zh: "请求过大" },
  "request.unsupported-type": { status: 415, title: "Unsupported content type", zh: "不支持的内容类型" },
  "request.rate-limited": { status: 429, title: "Too many requests", zh: "请求过多" },
  "site.not-found": { status: 404, title: "No such site", zh: "站点不存在" },
  "point.not-found": { status: 400, title: "No such point", zh: "测点不存在" },
  "profile.not-found": { status: 404, title: "No such profile", zh: "设备档案不存在" },
  "profile.invalid": { status: 400, title: "Invalid profile", zh: "设备档案无效" },
  "job.not-found": { status: 404, title: "No such job", zh: "任务不存在" },
  "job.not-here": { status: 409, title: "Job not needed on this database", zh: "此数据库无需该任务" },
  "inventory.invalid": { status: 400, title: "Invalid inventory", zh: "站点清单无效" },
  "config.invalid": { status: 500, title: "Invalid configuration", zh: "配置无效" },
  "storage.write-failed": { status: 503, title: "Could not be stored", zh: "写入失败" },
  "storage.timeout": { status: 504, title: "Query took too long", zh: "查询超时" },
  "storage.unavailable": { status: 503, title: "Database not reachable", zh: "数据库不可用" },
  "storage.locked": { status: 503, title: "Storage in use", zh: "存储被占用" },
  "journal.full": { status: 503, title: "Journal full", zh: "日志缓存已满" },
  "flows.read-only": { status: 403, title: "Flows are read-only", zh: "流程只读" },
  "internal.unexpected": { status: 500, title: "Unexpected error", zh: "意外错误" },
};

/** One wrong field: where it stands, what was given (shortened) and what is allowed. */
export type FieldProblem = { readonly field: string; readonly value: string; readonly allowed: string };

/** The body of an `application/problem+json` answer. `type` leads to the code in our reference. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  readonly retryAfterS?: number;
};

const VALUE_CHARS = 80;
const MAX_FIELDS = 10;
const FIELDS = Symbol("fields");
type WithFields = AppError & { [FIELDS]?: readonly FieldProblem[] };

/** @param detail one sentence for people; ids and counts only, never an address or a text of another program */
export function problemOf(code: ErrorCode, detail: string, extra: Partial<Problem> = {}): Problem {
  const { status, title } = PROBLEMS[code];
  return { type: `/docs#${code}`, title, status, code, detail, ...extra };
}

/** An error as the client may see it: what we did not throw ourselves says nothing about its cause. */
export function problemFrom(error: unknown): Problem {
  if (!(error instanceof AppError)) return problemOf("internal.unexpected", "the request failed; the log says why");
  const fields = (error as WithFields)[FIELDS];
  const retryAfterS = error.context["retryAfterS"];
  return problemOf(error.code, error.message, {
    ...(fields ? { errors: fields } : {}),
    ...(typeof retryAfterS === "number" ? { retryAfterS } : {}),
  });
}

/** @throws {AppError} `request.invalid` that names every wrong field */
export function invalid(...fields: FieldProblem[]): never {
  const lines = fields.map(({ field, value, allowed }) => `${field} is ${value}: ${allowed}`);
  const error: WithFields = new AppError("request.invalid", lines.join("; "));
  error[FIELDS] = fields;
  throw error;
}

/**
 * For what `domain/` refused: names the field as it stands in the query. Everything else is thrown on.
 *
 * @param names of fields that are called otherwise here
 */
export function nameField(names: Readonly<Record<string, string>>): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof AppError) || error.code !== "request.invalid") throw error;
    const { field, value, allowed } = error.context;
    if (field === undefined || value === undefined || allowed === undefined) throw error;
    return invalid({ field: `query.${names[field] ?? field}`, value: String(value), allowed: String(allowed) });
  };
}

/** The input in the shape of its schema. Without a schema nothing was expected, and nothing is handed on. */
export function checkInput(schema: z.ZodType | undefined, input: unknown, part: "path" | "query" | "body"): unknown {
  if (!schema) return undefined;
  const { success, data, error } = schema.safeParse(input);
  if (success) return data;
  return invalid(...error.issues.slice(0, MAX_FIELDS).map((issue) => fieldProblem(issue, input, part)));
}

function fieldProblem(issue: z.core.$ZodIssue, input: unknown, part: string): FieldProblem {
  const field = [part, ...issue.path.map(String)].join(".");
  return { field: shorten(field), value: show(valueAt(input, issue.path)), allowed: shorten(issue.message) };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A value in an error text: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return shorten(JSON.stringify(value) ?? "unknown");
}

function shorten(text: string): string {
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)}…` : text;
}
