import antboxHk3 from "./bitmain-antbox-hk3.json" with { type: "json" };
import antspaceImmersion from "./bitmain-antspace-immersion.json" with { type: "json" };
import { type CompiledProfile, compileProfile } from "./compile-profile.ts";
import { parseProfile } from "./parse-profile.ts";
import type { Profile } from "./profile.ts";
import flatStrings from "./x-flat-strings.json" with { type: "json" };
import labParts from "./x-lab-parts.json" with { type: "json" };
import nestedX10 from "./x-nested-x10.json" with { type: "json" };

/** Every profile that the platform ships; a new one is a file beside this and a line here. */
export const PROFILES: readonly Profile[] = [
  parseProfile("bitmain-antbox-hk3.json", antboxHk3),
  parseProfile("bitmain-antspace-immersion.json", antspaceImmersion),
  parseProfile("x-nested-x10.json", nestedX10),
  parseProfile("x-flat-strings.json", flatStrings),
  parseProfile("x-lab-parts.json", labParts),
];

const compiled = new Map<string, CompiledProfile>();

export function findProfile(id: string): Profile | undefined {
  return PROFILES.find((profile) => profile.id === id);
}

/** The shipped profile, compiled once per process; undefined when there is none of that id. */
export function findCompiledProfile(id: string): CompiledProfile | undefined {
  const known = compiled.get(id);
  const profile = known ? undefined : findProfile(id);
  if (!profile) return known;
  const fresh = compileProfile(profile);
  compiled.set(id, fresh);
  return fresh;
}
