import type { z } from "zod";
import { AppError, type ErrorCode } from "../domain/errors.ts";

type Kind = { readonly status: number; readonly title: string; readonly zh: string };

/** HTTP status and title of every code (RFC 9457); `zh` for the reference page: programs translate by `code`. */
export const PROBLEMS: Readonly<Record<ErrorCode, Kind>> = {
  "auth.not-signed-in": { status: 401, title: "Not signed in", zh: "未登录" },
  "auth.bad-credentials": { status: 401, title: "Wrong user name or password", zh: "用户名或密码错误" },
  "auth.code-required": { status: 401, title: "Code of the second factor needed", zh: "需要双重验证码" },
  "auth.bad-code": { status: 401, title: "Wrong code", zh: "双重验证码错误" },
  "auth.too-many-attempts": { status: 429, title: "Too many sign-in attempts", zh: "登录尝试过多" },
  "auth.not-allowed": { status: 403, title: "Not allowed", zh: "没有权限" },
  "auth.out-of-scope": { status: 403, title: "Site not assigned to you", zh: "该站点不在您的权限范围" },
  "auth.password-change-required": { status: 403, title: "Password must be replaced first", zh: "须先修改密码" },
  "auth.account-disabled": { status: 403, title: "Account disabled", zh: "账号已停用" },
  "auth.name-taken": { status: 409, title: "User name taken", zh: "用户名已被占用" },
  "auth.foreign-origin": { status: 403, title: "Request from a foreign page", zh: "请求来自外部页面" },
  "auth.totp-required": { status: 403, title: "Second factor needed first", zh: "须先启用双重验证" },
  "auth.proof-required": { status: 403, title: "Prove again who you are", zh: "须再次验证身份" },
  "auth.first-password-over": { status: 401, title: "First password has run out", zh: "初始密码已过期" },
  "account.wrong-password": { status: 403, title: "Wrong present password", zh: "当前密码错误" },
  "account.wrong-code": { status: 403, title: "Wrong code", zh: "验证码错误" },
  "account.weak-password": { status: 400, title: "Password not allowed", zh: "密码不符合要求" },
  "account.external": { status: 409, title: "Signs in with an identity provider", zh: "该账号由身份提供方登录" },
  "account.totp-on": { status: 409, title: "Second factor is on already", zh: "双重验证已启用" },
  "account.totp-off": { status: 409, title: "Second factor is not on", zh: "双重验证未启用" },
  "user.not-found": { status: 404, title: "No such user", zh: "用户不存在" },
  "user.exists": { status: 409, title: "User name is taken", zh: "用户名已存在" },
  "user.last-admin": { status: 409, title: "The last administrator stays", zh: "须保留最后一位管理员" },
  "user.yourself": { status: 409, title: "Not on your own account", zh: "不能对自己执行此操作" },
  "session.not-found": { status: 404, title: "No such session", zh: "会话不存在" },
  "token.not-found": { status: 404, title: "No such service token", zh: "服务令牌不存在" },
  "token.name-taken": { status: 409, title: "Name of a service token taken", zh: "服务令牌名称已被占用" },
  "request.invalid": { status: 400, title: "Invalid request", zh: "请求无效" },
  "request.not-found": { status: 404, title: "Not found", zh: "不存在" },
  "request.method-not-allowed": { status: 405, title: "Method not allowed", zh: "不支持的方法" },
  "request.too-large": { status: 413, title: "Request too large", zh: "请求过大" },
  "request.unsupported-type": { status: 415, title: "Unsupported content type", zh: "不支持的内容类型" },
  "request.rate-limited": { status: 429, title: "Too many requests", zh: "请求过多" },
  "request.precondition-required": { status: 428, title: "If-Match is required", zh: "缺少 If-Match 请求头" },
  "request.precondition-failed": { status: 412, title: "Changed by somebody else meanwhile", zh: "内容已被他人修改" },
  "request.idempotency-mismatch": {
    status: 422,
    title: "Idempotency key used for another request",
    zh: "幂等键已用于其他请求",
  },
  "request.in-progress": { status: 409, title: "Same request still under way", zh: "相同请求正在处理" },
  "site.not-found": { status: 404, title: "No such site", zh: "站点不存在" },
  "point.not-found": { status: 400, title: "No such point", zh: "测点不存在" },
  "profile.not-found": { status: 404, title: "No such profile", zh: "设备档案不存在" },
  "profile.invalid": { status: 400, title: "Invalid profile", zh: "设备档案无效" },
  "job.not-found": { status: 404, title: "No such job", zh: "任务不存在" },
  "job.not-here": { status: 409, title: "Job not needed on this database", zh: "此数据库无需该任务" },
  "inventory.invalid": { status: 400, title: "Invalid inventory", zh: "站点清单无效" },
  "inventory.exists": { status: 409, title: "Site exists already", zh: "站点已存在" },
  "inventory.managed-by-file": { status: 409, title: "Site is managed by the sites file", zh: "站点由站点文件管理" },
  "config.invalid": { status: 500, title: "Invalid configuration", zh: "配置无效" },
  "storage.write-failed": { status: 503, title: "Could not be stored", zh: "写入失败" },
  "storage.timeout": { status: 504, title: "Query took too long", zh: "查询超时" },
  "storage.unavailable": { status: 503, title: "Database not reachable", zh: "数据库不可用" },
  "storage.locked": { status: 503, title: "Storage in use", zh: "存储被占用" },
  "journal.full": { status: 503, title: "Journal full", zh: "日志缓存已满" },
  "secret.unreadable": { status: 500, title: "Secret cannot be opened", zh: "密文无法解开" },
  "webhook.not-found": { status: 404, title: "No such webhook", zh: "外发通知接口不存在" },
  "webhook.name-taken": { status: 409, title: "Webhook name in use", zh: "外发通知接口名称已存在" },
  "webhook.too-many": { status: 409, title: "Too many webhooks", zh: "外发通知接口过多" },
  "webhook.disabled": { status: 409, title: "Webhook is switched off", zh: "外发通知接口已停用" },
  "flows.read-only": { status: 403, title: "Flows are read-only", zh: "流程只读" },
  "notification.recipient-not-found": { status: 404, title: "No such recipient", zh: "通知接收人不存在" },
  "notification.recipient-in-use": { status: 409, title: "A route names the recipient", zh: "通知接收人仍被路由引用" },
  "notification.name-taken": { status: 409, title: "Name of a recipient taken", zh: "通知接收人名称已存在" },
  "notification.too-many": { status: 409, title: "Too many recipients", zh: "通知接收人过多" },
  "notification.no-address": { status: 409, title: "No address on this channel", zh: "接收人在该渠道没有地址" },
  "notification.channel-off": { status: 409, title: "The channel is off", zh: "通知渠道未启用" },
  "notification.channel-not-found": { status: 404, title: "The channel is not set up", zh: "通知渠道未设置" },
  "alarm.not-found": { status: 404, title: "No such alarm", zh: "报警不存在" },
  "alarm.nothing-new": { status: 409, title: "The alarm is like that already", zh: "报警已是该状态" },
  "alarm.nothing-to-acknowledge": { status: 409, title: "The alarm needs no acknowledgement", zh: "报警无需确认" },
  "alarm.nothing-to-reset": { status: 409, title: "The alarm needs no reset", zh: "报警无需复位" },
  "alarm.still-active": { status: 409, title: "The condition still holds", zh: "报警条件仍成立" },
  "alarm.not-shelved": { status: 409, title: "The alarm is not shelved", zh: "报警未搁置" },
  "alarm.not-out-of-service": { status: 409, title: "The alarm is in service", zh: "报警未停用" },
  "alarm.flag-not-found": { status: 404, title: "No such flag of a site", zh: "检修或限电记录不存在" },
  "alarm.flag-over": { status: 409, title: "The flag is over already", zh: "检修或限电已结束" },
  "command.not-found": { status: 404, title: "No such command", zh: "命令不存在" },
  "command.kind-unusable": { status: 422, title: "Kind of command not usable here", zh: "该站点不支持此命令" },
  "command.arguments-invalid": { status: 422, title: "Wrong arguments of a command", zh: "命令参数无效" },
  "command.refused": { status: 409, title: "An interlock refuses the command", zh: "联锁条件不满足" },
  "command.cannot-verify": { status: 409, title: "Interlocks cannot be verified", zh: "联锁条件无法核实" },
  "command.confirmation-required": { status: 409, title: "Select the command first", zh: "须先试算并确认" },
  "command.confirmation-over": { status: 409, title: "The confirmation has run out", zh: "确认已过期" },
  "command.confirmation-used": { status: 409, title: "The confirmation was used before", zh: "确认已被使用" },
  "command.changed": { status: 409, title: "Changed since it was selected", zh: "选择后状态已改变" },
  "command.own-request": { status: 409, title: "Another person has to agree", zh: "须由另一人批准" },
  "command.expired": { status: 409, title: "The time of the command is over", zh: "命令已过期" },
  "command.wrong-state": { status: 409, title: "The command has gone on meanwhile", zh: "命令状态已改变" },
  "emergency.not-found": { status: 404, title: "No emergency stop in force", zh: "没有有效的急停" },
  "lock.not-found": { status: 404, title: "No such maintenance lock", zh: "检修牌不存在" },
  "baseline.not-found": { status: 404, title: "No such baseline of the site", zh: "基准值不存在" },
  "baseline.not-in-history": { status: 409, title: "The history gives no baseline", zh: "历史数据无法得出基准值" },
  "rule.expression-invalid": { status: 400, title: "Condition cannot be used", zh: "条件表达式无效" },
  "rule.invalid": { status: 400, title: "Rule cannot be used", zh: "报警规则无效" },
  "backtest.not-found": { status: 404, title: "No such back-test", zh: "回测不存在" },
  "backtest.busy": { status: 409, title: "Back-tests under way", zh: "已有回测正在运行" },
  "backtest.too-long": { status: 504, title: "Back-test took too long", zh: "回测超时" },
  "internal.unexpected": { status: 500, title: "Unexpected error", zh: "意外错误" },
};

/** One wrong field: where it stands, what was given (shortened) and what is allowed. */
export type FieldProblem = {
  readonly field: string;
  readonly value: string;
  readonly allowed: string;
  /** The same in Chinese, where people choose the words of the field: a password. */
  readonly allowedZh?: string;
};

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
/** What was given there stands in no answer. */
const SECRET_FIELDS = ["password", "current", "next", "code", "url"];
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
  return refuseFields("request.invalid", fields);
}

/**
 * @param detail instead of a line that is made of the fields
 * @throws {AppError} with this code, that names every wrong field
 */
export function refuseFields(code: ErrorCode, fields: readonly FieldProblem[], detail?: string): never {
  const lines = fields.map(({ field, value, allowed }) => `${field} is ${value}: ${allowed}`);
  const error: WithFields = new AppError(code, detail ?? lines.join("; "));
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
  const value = issue.path.some((key) => SECRET_FIELDS.includes(String(key)))
    ? "not shown"
    : show(valueAt(input, issue.path));
  return { field: shorten(field), value, allowed: shorten(issue.message) };
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
