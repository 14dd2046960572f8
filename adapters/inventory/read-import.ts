import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { AppError } from "../../domain/errors.ts";
import { type Site, SiteEntry, siteFromEntry } from "../../domain/sites/site.ts";
import { isTakenId, type RowProblem } from "../../domain/sites/site-import.ts";

const MAX_ROWS = 20_000;
const MAX_PROBLEMS = 10;
const MAX_VALUE = 60;
const MAX_ID = 80;

/** A row of an upload: a site, or what is wrong with it. */
export type UploadedRow = {
  readonly line: number | null;
  /** As it stands there, shortened. */
  readonly id: string | null;
  readonly site: Site | null;
  readonly problems: readonly RowProblem[];
};

/**
 * Reads an inventory, YAML or JSON, row by row. A hostile file can keep it busy for minutes: it runs in a thread of its
 * own (read-upload.ts).
 *
 * @throws {AppError} `inventory.invalid` when there are no rows to speak of: the line and the reason are in the message
 */
export function readUploadedSites(text: string, hasProfile: (profileId: string) => boolean): UploadedRow[] {
  const { content, lineOf } = parseText(text);
  const entries = entriesOf(content);
  const seen = new Map<string, number>();
  return entries.map((entry, index) => {
    const parsed = SiteEntry.safeParse(entry);
    const problems = parsed.success
      ? problemsAcross(parsed.data, index, seen, hasProfile)
      : parsed.error.issues.flatMap((issue) => problemsFrom(issue, entry));
    return {
      line: lineOf(index),
      id: idOf(entry),
      site: parsed.success && problems.length === 0 ? siteFromEntry(parsed.data) : null,
      problems: problems.slice(0, MAX_PROBLEMS),
    };
  });
}

type Parsed = { readonly content: unknown; lineOf(row: number): number | null };

function parseText(text: string): Parsed {
  if (text.includes("\0")) throw invalid("there is a zero byte in it: save the file as UTF-8");
  const json = parseJson(text);
  if (json !== undefined) return { content: json, lineOf: () => null };
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const [error] = document.errors;
  if (error) {
    const reason = error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "";
    throw invalid(`line ${lines.linePos(error.pos[0]).line}: ${reason}`);
  }
  return {
    content: contentOf(document),
    lineOf(row) {
      const node = document.getIn(["sites", row], true);
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : null;
    },
  };
}

/** @returns undefined for what is no JSON: it may be YAML */
function parseJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: true });
  } catch (cause) {
    throw invalid("it cannot be read as YAML", cause);
  }
}

/** Also where many aliases would blow the file up: the parser counts them. */
function contentOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw invalid(cause instanceof ReferenceError ? cause.message : "it cannot be read as YAML", cause);
  }
}

function entriesOf(content: unknown): unknown[] {
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw invalid("it must hold one key, sites, with a list of sites");
  }
  const others = Object.keys(content).filter((key) => key !== "sites");
  if (others.length > 0) throw invalid(`unknown key ${shorten(others[0])}; allowed: sites`);
  const { sites } = content as { sites?: unknown };
  if (!Array.isArray(sites)) throw invalid("sites must be a list");
  if (sites.length === 0) throw invalid("sites is empty");
  if (sites.length > MAX_ROWS) throw invalid(`sites has ${sites.length} rows; at most ${MAX_ROWS} at once`);
  return sites;
}

function problemsAcross(
  { id, controller }: SiteEntry,
  index: number,
  seen: Map<string, number>,
  hasProfile: (profileId: string) => boolean,
): RowProblem[] {
  const problems: RowProblem[] = [];
  const before = seen.get(id);
  if (before === undefined) seen.set(id, index);
  else problems.push(problem("id", id, `第 ${before + 1} 行已使用此编号`, `row ${before + 1} has this id already`));
  if (isTakenId(id)) problems.push(problem("id", id, "此编号已被系统占用", "this id is taken by the platform"));
  if (!hasProfile(controller.profile)) {
    const { profile } = controller;
    problems.push(problem("controller.profile", profile, "没有此设备档案", "no such profile is installed"));
  }
  return problems;
}

function problemsFrom(issue: z.core.$ZodIssue, entry: unknown): RowProblem[] {
  const field = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      problem([field, shorten(key).slice(1, -1)].filter(Boolean).join("."), null, "未知字段", "unknown key"),
    );
  }
  const value = valueAt(entry, issue.path);
  const isPrivate = issue.path.at(-1) === "url";
  const [zh, en] = allowedBy(issue, value === undefined);
  return [problem(field || "(row)", isPrivate || value === undefined ? null : shorten(value), zh, en)];
}

const TYPES: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  string: ["应为文本", "must be a text"],
  number: ["应为数字", "must be a number"],
  int: ["应为整数", "must be a whole number"],
  boolean: ["应为 true 或 false", "must be true or false"],
  object: ["应为一组字段", "must be a group of fields"],
};

function allowedBy(issue: z.core.$ZodIssue, isMissing: boolean): readonly [zh: string, en: string] {
  if (isMissing) return ["缺少此字段", "is missing"];
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? ["类型错误", issue.message];
    case "too_small":
      return issue.origin === "string" ? ["不能为空", "must not be empty"] : atLeast(Number(issue.minimum));
    case "too_big":
      return issue.origin === "string" ? tooLong(Number(issue.maximum)) : atMost(Number(issue.maximum));
    case "invalid_format":
      return formatOf(issue.path.at(-1));
    case "custom":
      return issue.path.at(-1) === "url" ? [BAD_ADDRESS, issue.message] : formatOf(issue.path.at(-1));
    default:
      return ["不允许的值", issue.message];
  }
}

const atLeast = (n: number) => [`不得小于 ${n}`, `must be at least ${n}`] as const;
const atMost = (n: number) => [`不得大于 ${n}`, `must be at most ${n}`] as const;
const tooLong = (n: number) => [`最多 ${n} 个字符`, `at most ${n} characters`] as const;

const BAD_ADDRESS = "不得含用户名、密码、参数，也不得为链路本地或组播地址";

function formatOf(field: PropertyKey | undefined): readonly [zh: string, en: string] {
  if (field === "id") return ["小写字母、数字，以 - 连接", "lower-case words and digits joined by -"];
  if (field === "url") return ["应为 http 或 https 地址", "must be an http or https address"];
  if (field === "profile") return ["应为设备档案编号", "must be the id of a profile"];
  return ["应为单行文本，无控制字符", "must be one line without control characters"];
}

function problem(field: string, value: string | null, zh: string, en: string): RowProblem {
  return { field: field.slice(0, MAX_VALUE), value, allowed: { "zh-CN": zh, en } };
}

function idOf(entry: unknown): string | null {
  if (typeof entry !== "object" || entry === null || !Object.hasOwn(entry, "id")) return null;
  const { id } = entry as { id: unknown };
  return typeof id === "string" ? id.slice(0, MAX_ID) : shorten(id);
}

function valueAt(entry: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => {
    const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, step);
    return isThere ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }, entry);
}

function shorten(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

function invalid(reason: string, cause?: unknown): AppError {
  return new AppError("inventory.invalid", reason, { cause });
}
