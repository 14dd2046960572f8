import { pointerTokens, resolveTokens } from "../profiles/json-pointer.ts";
import type { ProfileCommand } from "../profiles/profile.ts";
import { type ArgumentProblem, checkArgs } from "./check-args.ts";
import type { CommandArgs } from "./command.ts";
import type { CommandKind } from "./command-kind.ts";

/** The one HTTP call of a command. The path is appended to the site's address. */
export type CommandRequest = { readonly method: "GET" | "POST"; readonly path: string };

export type MadeRequest =
  | { readonly request: CommandRequest; readonly args: CommandArgs; readonly problems: null }
  | { readonly request: null; readonly args: null; readonly problems: readonly ArgumentProblem[] };

/**
 * The exact request of a command: the profile's template with the arguments in it. Arguments are checked here once more,
 * so that nothing but a number of the range or a word of the profile can get into a path.
 */
export function requestOf(kind: CommandKind, vendor: ProfileCommand, given: unknown): MadeRequest {
  const { args, problems } = checkArgs(kind, vendor, given);
  if (args === null) return { request: null, args: null, problems };
  const path = vendor.path.replace(/\{([a-z0-9_]+)\}/g, (_, name: string) =>
    encodeURIComponent(written(vendor, name, args)),
  );
  return { request: { method: vendor.method, path }, args, problems: null };
}

/** What a controller said to a command. `unclear`: neither yes nor no, so whether it acts is not known. */
export type CommandAnswer = "accepted" | "refused" | "unclear";

/**
 * @param body the parsed body of the answer; undefined where it could not be parsed
 * @returns `refused` only where the place that would say yes says something else: any other answer leaves the outcome open
 */
export function judgeAnswer({ accepted }: Pick<ProfileCommand, "accepted">, body: unknown): CommandAnswer {
  const said = resolveTokens(body, pointerTokens(accepted.pointer));
  if (said === undefined || said === null) return "unclear";
  return said === accepted.equals ? "accepted" : "refused";
}

/** Numbers as plain decimals, at most six places and never with an exponent; words as the vendor writes them. */
function written({ args: limits = {} }: ProfileCommand, name: string, args: CommandArgs): string {
  const value = args[name];
  const own = limits[name];
  if (own !== undefined && "words" in own) return own.words[String(value)] ?? "";
  return typeof value === "number" ? String(Number(value.toFixed(6))) : "";
}
