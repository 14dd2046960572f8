import type { z } from "zod";
import { AppError } from "../errors.ts";
import { resolveTokens } from "./json-pointer.ts";
import { Profile } from "./profile.ts";

const MOST_PROBLEMS = 5;
const VALUE_CHARS = 60;

/**
 * Reads a profile as it stands in its file.
 *
 * @param file name of the file, for the message
 * @throws {AppError} `profile.invalid`: file, field, value (shortened) and what is allowed, for up to five problems
 */
export function parseProfile(file: string, json: unknown): Profile {
  const parsed = Profile.safeParse(json);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const lines = issues.slice(0, MOST_PROBLEMS).map((issue) => `${file}: ${describeIssue(issue, json)}`);
  const rest = issues.length - lines.length;
  const message = [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
  throw new AppError("profile.invalid", message, { context: { file, problems: issues.length } });
}

function describeIssue({ path, message }: z.core.$ZodIssue, json: unknown): string {
  const tokens = path.map(String).filter((token) => token !== "");
  const value = resolveTokens(json, tokens);
  const shown = value === undefined || typeof value === "object" ? "" : ` (is ${shorten(JSON.stringify(value))})`;
  return `${tokens.join(".") || "profile"}: ${message}${shown}`;
}

function shorten(text: string): string {
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)}…` : text;
}
