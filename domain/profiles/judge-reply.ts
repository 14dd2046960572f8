import type { FailureCause } from "../collection/failure-cause.ts";
import { pointerTokens, resolveTokens } from "./json-pointer.ts";
import type { ProfileCondition, ProfileRequest } from "./profile.ts";

type Judge = (json: unknown) => FailureCause | null;

/**
 * The conditions of a profile, by request.
 *
 * @returns for parsed JSON the cause of failure, or null for a good reply: `bad_json` when it is no object, `not_ok`
 * when a value differs (the controller says no, or answers another operation), `empty` when the content is not there
 */
export function compileJudges(
  requests: readonly ProfileRequest[],
  conditions: readonly ProfileCondition[],
): (requestName: string, json: unknown) => FailureCause | null {
  const judges = new Map(
    requests.map(({ name }) => [name, conditions.filter((each) => requestOf(each) === name).map(compileCondition)]),
  );
  return (requestName, json) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return "bad_json";
    for (const judge of judges.get(requestName) ?? []) {
      const cause = judge(json);
      if (cause !== null) return cause;
    }
    return null;
  };
}

function requestOf(condition: ProfileCondition): string | undefined {
  const pointer = "any_of" in condition ? condition.any_of[0] : condition.pointer;
  return pointer === undefined ? undefined : pointerTokens(pointer)[0];
}

function compileCondition(condition: ProfileCondition): Judge {
  if ("any_of" in condition) {
    const paths = condition.any_of.map(tokensInBody);
    return (json) => (paths.some((tokens) => isPresent(resolveTokens(json, tokens))) ? null : "empty");
  }
  const tokens = tokensInBody(condition.pointer);
  if ("is" in condition) {
    return (json) => {
      const value = resolveTokens(json, tokens);
      return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "empty";
    };
  }
  const accepted: readonly unknown[] = [condition.equals].flat();
  return (json) => (accepted.includes(resolveTokens(json, tokens)) ? null : "not_ok");
}

/** A pointer starts with the request's name; the body starts after it. */
function tokensInBody(pointer: string): string[] {
  return pointerTokens(pointer).slice(1);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
