import { POINTS, type PointName } from "../points/catalogue.ts";
import { CORE_POINTS } from "../points/core-points.ts";
import type { PointDefinition } from "../points/point.ts";
import { pointerTokens } from "./json-pointer.ts";
import type { Operator } from "./operator.ts";
import { chainKind, KIND_OF_TYPE } from "./operator-kinds.ts";
import type { PointMapping, Profile } from "./profile.ts";

/** A contradiction inside a profile that has the right shape. */
export type ProfileProblem = { readonly path: (string | number)[]; readonly message: string };

type Draft = Omit<Profile, "id" | "version">;

/** Everything wrong with a profile beyond its shape: every problem, so that an author sees all of them at once. */
export function profileProblems(profile: Draft): ProfileProblem[] {
  return [
    ...requestProblems(profile),
    ...pointerProblems(profile),
    ...coreProblems(profile),
    ...mapProblems(profile),
    ...faultProblems(profile),
    ...deviceTimeProblems(profile),
    ...commandProblems(profile),
  ];
}

function requestProblems({ requests }: Draft): ProfileProblem[] {
  const names = requests.map(({ name }) => name);
  return names.flatMap((name, i) =>
    names.indexOf(name) === i ? [] : [{ path: ["requests", i, "name"], message: `"${name}" is used twice` }],
  );
}

/** Every pointer starts with the name of a request, because replies are kept by request name. */
function pointerProblems(profile: Draft): ProfileProblem[] {
  const names = profile.requests.map(({ name }) => name);
  return pointersOf(profile).flatMap(({ path, pointer }) => {
    const [request] = pointerTokens(pointer);
    if (request !== undefined && names.includes(request)) return [];
    return [{ path, message: `"${pointer}" must start with the name of a request: ${names.join(", ")}` }];
  });
}

function pointersOf({ match, ok, map, faults, ignore, device_time }: Draft): { path: string[]; pointer: string }[] {
  const at = (path: string[], from: string | readonly string[]) =>
    [from].flat().map((pointer) => ({ path, pointer: String(pointer) }));
  return [
    ...at(["match", "exists"], match.exists),
    ...match.equals.flatMap(({ pointer }) => at(["match", "equals"], pointer)),
    ...ok.flatMap((condition) => at(["ok"], "any_of" in condition ? condition.any_of : condition.pointer)),
    ...Object.entries(map).flatMap(([point, { from }]) => at(["map", point, "from"], from)),
    ...Object.entries(faults).flatMap(([fault, { from }]) => at(["faults", fault, "from"], from)),
    ...at(["ignore"], ignore),
    ...(device_time ? at(["device_time", "from"], device_time.from) : []),
  ];
}

function coreProblems({ map, faults, absent }: Draft): ProfileProblem[] {
  const problems = CORE_POINTS.filter((point) => !(point in map) && !absent.includes(point)).map((point) => ({
    path: ["map", point],
    message: "core point is neither mapped nor listed under absent",
  }));
  const optional = CORE_POINTS.filter((point) => map[point]?.optional === true).map((point) => ({
    path: ["map", point, "optional"],
    message: "a core point cannot be optional: list it under absent, or make a profile of this variant",
  }));
  const both = absent.flatMap((name, i) =>
    name in map ? [{ path: ["absent", i], message: `"${name}" is mapped and absent at once` }] : [],
  );
  const hasFaults = Object.keys(faults).length > 0;
  if (hasFaults === absent.includes("faults")) {
    problems.push({ path: ["faults", ""], message: 'map at least one fault, or list "faults" under absent' });
  }
  return [...problems, ...optional, ...both];
}

function mapProblems({ map }: Draft): ProfileProblem[] {
  return (Object.entries(map) as [PointName, PointMapping][]).flatMap(([point, mapping]) => {
    const definition = POINTS[point];
    const path = ["map", point];
    if (definition.origin === "collector") return [{ path, message: "the collector fills this point, no controller" }];
    if (definition.origin === "video") return [{ path, message: "the video gateway knows this, no controller" }];
    return [
      ...opsProblems([...path, "ops"], mapping, KIND_OF_TYPE[definition.type]),
      ...wordProblems([...path, "ops"], mapping.ops, definition),
      ...rangeProblems([...path, "range"], mapping.range, definition),
    ];
  });
}

function faultProblems({ faults }: Draft): ProfileProblem[] {
  return Object.entries(faults).flatMap(([fault, mapping]) => opsProblems(["faults", fault, "ops"], mapping, "bool"));
}

function deviceTimeProblems({ device_time }: Draft): ProfileProblem[] {
  return device_time ? opsProblems(["device_time", "ops"], device_time, "epoch") : [];
}

function opsProblems(
  path: string[],
  { from, ops }: { readonly from: string | readonly string[]; readonly ops: readonly Operator[] },
  needed: string,
): ProfileProblem[] {
  const end = chainKind(ops, typeof from === "string" ? "raw" : "raw list");
  if ("problem" in end) return [{ path, message: end.problem }];
  return end.kind === needed ? [] : [{ path, message: `must end in a ${needed}, ends in a ${end.kind}` }];
}

function wordProblems(path: string[], ops: readonly Operator[], { words }: PointDefinition): ProfileProblem[] {
  if (!words) return [];
  const used = ops.flatMap((op) => (op[0] === "enum" ? Object.values(op[1]) : []));
  return used
    .filter((word) => !words.includes(word))
    .map((word) => ({ path, message: `"${word}" is not one of ${words.join(", ")}` }));
}

function rangeProblems(path: string[], range: PointMapping["range"], definition: PointDefinition): ProfileProblem[] {
  if (!range) return [];
  if (definition.type !== "num") return [{ path, message: "only a number has a range" }];
  const [low, high] = range;
  const [hardLow, hardHigh] = definition.limits ?? [null, null];
  const isWider = (low ?? -Infinity) < (hardLow ?? -Infinity) || (high ?? Infinity) > (hardHigh ?? Infinity);
  if (isWider) {
    return [
      { path, message: `may only tighten the hard limits ${hardLow ?? "−∞"}…${hardHigh ?? "∞"}; write them out` },
    ];
  }
  return low !== null && high !== null && low >= high ? [{ path, message: "low must be below high" }] : [];
}

function commandProblems({ commands }: Draft): ProfileProblem[] {
  return Object.entries(commands).flatMap(([kind, { path, args }]) => {
    const holes = [...path.matchAll(/\{([a-z0-9_]+)\}/g)].map(([, name]) => String(name));
    const names = Object.keys(args ?? {});
    const unfilled = holes.filter((name) => !names.includes(name));
    const unused = names.filter((name) => !holes.includes(name));
    return [
      ...unfilled.map((name) => ({ path: ["commands", kind, "path"], message: `{${name}} is no argument` })),
      ...unused.map((name) => ({ path: ["commands", kind, "args", name], message: "does not stand in the path" })),
    ];
  });
}
