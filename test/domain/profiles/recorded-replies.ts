import { readFileSync } from "node:fs";
import type { CompiledProfile, MappedReply } from "../../../domain/profiles/compile-profile.ts";
import { findCompiledProfile } from "../../../domain/profiles/index.ts";

export type Json = Record<string, unknown>;
export type RecordedCase = {
  readonly name: string;
  readonly replies: Record<string, Json>;
  readonly snapshot: Pick<MappedReply, "values" | "quality" | "faults" | "unmapped">;
};

/** The replies recorded beside a profile, fresh at every call. */
export function recorded(id: string): { readonly collectedAt: string; readonly cases: RecordedCase[] } {
  const file = new URL(`../../../domain/profiles/recorded/${id}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The first recorded replies of a profile: a plant in order. */
export function healthy(id: string): Record<string, Json> {
  const [first] = recorded(id).cases;
  if (!first) throw new Error(`nothing is recorded for ${id}`);
  return first.replies;
}

export function compiled(id: string): CompiledProfile {
  const profile = findCompiledProfile(id);
  if (!profile) throw new Error(`no profile ${id}`);
  return profile;
}

/** A deep copy with the value at a path replaced; `undefined` deletes the key. */
export function changed<Value>(json: Value, path: readonly (string | number)[], value: unknown): Value {
  const copy = structuredClone(json);
  let parent: unknown = copy;
  for (const key of path.slice(0, -1)) parent = (parent as Record<string, unknown>)[String(key)];
  const key = String(path.at(-1));
  if (value === undefined) delete (parent as Record<string, unknown>)[key];
  else (parent as Record<string, unknown>)[key] = value;
  return copy;
}

/** Every leaf of parsed JSON through `change`. */
export function withLeaves(json: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(json)) return json.map((element) => withLeaves(element, change));
  if (typeof json !== "object" || json === null) return change(json);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withLeaves(value, change)]));
}

/** The paths of all object keys, deepest last. */
export function pathsOf(json: unknown, prefix: readonly string[] = []): string[][] {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return [];
  return Object.entries(json).flatMap(([key, value]) => [[...prefix, key], ...pathsOf(value, [...prefix, key])]);
}
