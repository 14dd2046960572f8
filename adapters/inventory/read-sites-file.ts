import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { AppError } from "../../domain/errors.ts";
import type { Site } from "../../domain/sites/site.ts";
import { type SiteEntry, SitesFile, siteFromEntry } from "../../domain/sites/site.ts";

const MAX_FILE_BYTES = 128 * 1024 * 1024;
const MAX_PROBLEMS = 20;
const MAX_VALUE = 60;
/** Addresses are private: an error names the field, never the value. */
const PRIVATE_FIELDS = ["url"];

type Path = readonly PropertyKey[];
type Problem = { readonly path: Path; readonly key?: string; readonly text: string };

/**
 * Reads a sites file, YAML or JSON.
 *
 * @param hasProfile whether a device profile of that id exists
 * @returns the sites in order of the file
 * @throws {AppError} `inventory.invalid`; its message has one line per problem: file, line, field, what is allowed
 */
export function readSitesFile(file: string, hasProfile: (profileId: string) => boolean): Site[] {
  return parseSites(readText(file), basename(file), hasProfile);
}

/** @param name of the file, for the problems */
export function parseSites(text: string, name: string, hasProfile: (profileId: string) => boolean): Site[] {
  const content = parseJson(text) ?? parseYaml(text, name);
  const parsed = SitesFile.safeParse(content);
  const problems = parsed.success
    ? problemsAcross(parsed.data.sites, hasProfile)
    : parsed.error.issues.flatMap(problemFrom(content));
  if (problems.length > 0) throw invalid(name, problems, lineFinder(text));
  return parsed.success ? parsed.data.sites.map(siteFromEntry) : [];
}

function readText(file: string): string {
  try {
    if (statSync(file).size <= MAX_FILE_BYTES) return readFileSync(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    throw new AppError("inventory.invalid", `the sites file ${file} cannot be read: ${code}`, { cause });
  }
  throw new AppError("inventory.invalid", `the sites file ${file} is larger than ${MAX_FILE_BYTES} bytes`);
}

/** JSON is YAML too, but its own parser is a hundred times faster on large fleets. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string, name: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    const reason = error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "");
    throw new AppError("inventory.invalid", `${name}:${lines.linePos(error.pos[0]).line}: ${reason}`, {
      context: { file: name },
    });
  }
  try {
    return document.toJS();
  } catch (cause) {
    throw new AppError("inventory.invalid", `${name}:1: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function problemFrom(content: unknown): (issue: z.core.$ZodIssue) => Problem[] {
  return (issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: issue.path,
        key,
        text: `unknown key; allowed: ${allowedKeys(issue.path).join(", ")}`,
      }));
    }
    const value = valueAt(content, issue.path);
    const isShown = value !== undefined && !PRIVATE_FIELDS.includes(String(issue.path.at(-1)));
    return [{ path: issue.path, text: isShown ? `${issue.message}, got ${shorten(value)}` : issue.message }];
  };
}

function problemsAcross(entries: readonly SiteEntry[], hasProfile: (profileId: string) => boolean): Problem[] {
  const firstIndex = new Map<string, number>();
  return entries.flatMap(({ id, controller }, index) => {
    const problems: Problem[] = [];
    const before = firstIndex.get(id);
    if (before === undefined) firstIndex.set(id, index);
    else problems.push({ path: ["sites", index, "id"], text: `"${id}" is there twice, first as sites[${before}]` });
    if (!hasProfile(controller.profile)) {
      problems.push({
        path: ["sites", index, "controller", "profile"],
        text: `no profile "${controller.profile}" is installed`,
      });
    }
    return problems;
  });
}

/** The keys that the schema knows at that place. */
function allowedKeys(path: Path): string[] {
  let schema: unknown = SitesFile;
  for (const step of path) {
    while (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) schema = schema.unwrap();
    if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodObject) schema = schema.shape[String(step)];
  }
  while (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) schema = schema.unwrap();
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Parsed again, for the sake of line numbers only: the good case does not pay for them. */
function lineFinder(text: string): (problem: Problem) => number {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return ({ path, key }) => {
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const offset = offsetOf(document, path.slice(0, depth), depth === path.length ? key : undefined);
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return 1;
  };
}

function offsetOf(document: Document, path: Path, key: string | undefined): number | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (key === undefined || !isMap(node)) return isNode(node) ? node.range?.[0] : undefined;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

function invalid(name: string, problems: readonly Problem[], lineOf: (problem: Problem) => number): AppError {
  const shown = problems.slice(0, MAX_PROBLEMS).map((problem) => {
    const path = problem.key === undefined ? problem.path : [...problem.path, problem.key];
    return `${name}:${lineOf(problem)}: ${fieldName(path)}: ${problem.text}`;
  });
  if (problems.length > shown.length) shown.push(`${name}: and ${problems.length - shown.length} more`);
  return new AppError("inventory.invalid", shown.join("\n"), { context: { file: name, problems: problems.length } });
}

function fieldName(path: Path): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text.replace(/^\./, "") || "the file";
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    return typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }, content);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
