import type { FailureCause } from "../collection/failure-cause.ts";
import { POINTS, type PointName } from "../points/catalogue.ts";
import { type DerivedRule, derivableFrom } from "../telemetry/derived-points.ts";
import type { QualityMark } from "../telemetry/quality.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import { compileDerived, type Readings } from "./compile-derived.ts";
import { createSourceCompiler, limitsOf, type Reader } from "./compile-source.ts";
import { compileJudges } from "./judge-reply.ts";
import type { PointMapping, Profile } from "./profile.ts";
import { isNoReading, MISSING, markOf, type NoReading } from "./reading.ts";
import { createReplyTrie, type ReplyTrie } from "./reply-trie.ts";

/** What a profile reads out of one controller's replies. Nothing in it is NaN, infinite or undefined. */
export type MappedReply = {
  /** Mapped points, and what follows from them by formula. */
  readonly values: Partial<Record<PointName, PointValue>>;
  /** Only what is not good; also `fault.<name>`: `missing` or `bad_type` for an unreadable bit, `stale` for an old one. */
  readonly quality: Record<string, QualityMark>;
  /** Canonical faults that are active, in the order of the profile. */
  readonly faults: string[];
  /** Pointers of fields that the profile does not know, at most 100. */
  readonly unmapped: string[];
  /** The device's own clock in ms since the Unix epoch; null when it sends none, or no sensible one. */
  readonly deviceTimeMs: number | null;
  readonly matchesFingerprint: boolean;
};

/** A profile made ready for the hot path. */
export type CompiledProfile = {
  readonly profile: Profile;
  /** `id@version`, as snapshots carry it. */
  readonly tag: string;
  /**
   * The cause for which a reply is no good, or null: `bad_json` (no object), `not_ok` (the controller says no, or
   * answers another operation), `empty` (no content). For the parsed JSON of one request.
   */
  judge(requestName: string, json: unknown): FailureCause | null;
  /** Replies by request name to canonical points. Without a reply the points of a request are `missing`. Never throws. */
  map(replies: Readonly<Record<string, unknown>>): MappedReply;
};

/** `ignoresLimits` leaves out hard limits and ranges: the doctor asks what a value out of range would have been. */
export type CompileOptions = { readonly ignoresLimits?: boolean };

type Values = Partial<Record<PointName, PointValue>>;
type Quality = Record<string, QualityMark>;
/** One point. `initial` is what the template holds: a value that equals it need not be written. */
type PointRow = {
  readonly name: PointName;
  readonly isOptional: boolean;
  readonly initial: PointValue;
  readonly read: (raws: readonly unknown[], readings: Readings) => unknown;
  /** The mark of a value that is there; null = good. */
  readonly markOfValue: ((readings: Readings) => QualityMark | null) | null;
};
type FaultRow = { readonly name: string; readonly mark: string; readonly read: Reader; readonly isOptional: boolean };

/** Compiles a profile once: pointers to a tree, operators to closures. No code is generated. */
export function compileProfile(profile: Profile, { ignoresLimits = false }: CompileOptions = {}): CompiledProfile {
  const trie = createReplyTrie(pointersRead(profile), pointersJudged(profile), profile.ignore);
  const compile = createSourceCompiler(profile, trie);
  const mapped = (Object.entries(profile.map) as [PointName, PointMapping][]).map(([name, mapping]): PointRow => {
    const read = compile(mapping, ignoresLimits ? null : limitsOf(name, mapping));
    const markOfValue = mapping.estimated ? () => "estimated" as const : null;
    return { name, isOptional: mapping.optional, initial: initialOf(name), read, markOfValue };
  });
  const points = withDerived(mapped, !ignoresLimits);
  const faults = Object.entries(profile.faults).map(([name, mapping]): FaultRow => {
    return { name, mark: `fault.${name}`, read: compile(mapping), isOptional: mapping.optional };
  });
  const readDeviceTime = profile.device_time ? compile(profile.device_time) : null;
  const matches = compileFingerprint(profile, trie);
  const firm = points.filter((row) => !row.isOptional);
  const template: Values = Object.fromEntries(firm.map(({ name, initial }) => [name, initial]));
  const raws: unknown[] = new Array(trie.size).fill(undefined);
  const readings: Readings = new Array(points.length).fill(undefined);

  return {
    profile,
    tag: `${profile.id}@${profile.version}`,
    judge: compileJudges(profile.requests, profile.ok),
    map(replies) {
      const unmapped = trie.collect(replies, raws);
      const values: Values = { ...template };
      const quality: Quality = {};
      readPoints(points, raws, readings, values, quality);
      const active = readFaults(faults, raws, quality);
      if (values.plc_disconnect === true) distrust(points.slice(mapped.length), values, active, quality);
      const deviceTime = readDeviceTime?.(raws);
      const deviceTimeMs = typeof deviceTime === "number" ? deviceTime : null;
      return { values, quality, faults: active, unmapped, deviceTimeMs, matchesFingerprint: matches(raws) };
    },
  };
}

/** Rows for the points that follow from the mapped ones, behind them. */
function withDerived(mapped: readonly PointRow[], isLimited: boolean): PointRow[] {
  const rows = [...mapped];
  for (const rule of derivableFrom(mapped.map(({ name }) => name))) {
    const [first, second] = rule.inputs.map((input) => rows.findIndex(({ name }) => name === input));
    if (first === undefined || second === undefined) continue;
    const compute = compileDerived(rule, [first, second], isLimited);
    rows.push({
      name: rule.point,
      isOptional: [first, second].some((place) => rows[place]?.isOptional === true),
      initial: null,
      read: (_raws, readings) => compute(readings),
      markOfValue: markOfDerived(rule, [first, second], rows),
    });
  }
  return rows;
}

/** A result is an estimate when an input is one, or when the formula is used outside its range. */
function markOfDerived(
  { isEstimate }: DerivedRule,
  places: readonly [number, number],
  rows: readonly PointRow[],
): PointRow["markOfValue"] {
  const inputs = places.flatMap((place) => rows[place]?.markOfValue ?? []);
  if (inputs.length === 0 && !isEstimate) return null;
  return (readings) => {
    const [first, second] = places.map((place) => Number(readings[place]));
    const isOff = isEstimate?.(first ?? Number.NaN, second ?? Number.NaN) === true;
    return isOff || inputs.some((mark) => mark(readings) !== null) ? "estimated" : null;
  };
}

/** Most sites are in their usual state most of the time, so the template starts from it. */
function initialOf(point: PointName): PointValue {
  const { type, normal } = POINTS[point];
  return normal ?? (type === "bool" ? false : null);
}

function readPoints(
  rows: readonly PointRow[],
  raws: readonly unknown[],
  readings: Readings,
  values: Values,
  quality: Quality,
): void {
  let place = 0;
  for (const row of rows) {
    const reading = row.read(raws, readings);
    readings[place] = reading;
    place += 1;
    if (reading === undefined || isNoReading(reading)) keepReason(row, reading, values, quality);
    else {
      if (reading !== row.initial || row.isOptional) values[row.name] = reading as PointValue;
      if (row.markOfValue !== null) markValue(row, readings, quality);
    }
  }
}

function keepReason(row: PointRow, reason: NoReading | undefined, values: Values, quality: Quality): void {
  if (reason === undefined && row.isOptional) return;
  values[row.name] = null;
  quality[row.name] = reason === undefined ? "missing" : markOf(reason);
}

function markValue({ name, markOfValue }: PointRow, readings: Readings, quality: Quality): void {
  const mark = markOfValue?.(readings) ?? null;
  if (mark !== null) quality[name] = mark;
}

/** An absent bit is not a bit that is off: it is marked, unless the profile says that some firmwares lack it. */
function readFaults(rows: readonly FaultRow[], raws: readonly unknown[], quality: Quality): string[] {
  const active: string[] = [];
  for (const { name, mark, read, isOptional } of rows) {
    const reading = read(raws);
    if (reading === true) active.push(name);
    else if (isNoReading(reading)) quality[mark] = markOf(reading);
    else if (reading === undefined && !isOptional) quality[mark] = "missing";
  }
  return active;
}

/**
 * A controller that has lost its PLC repeats old values [J]: they stay, for the screen, and are marked; what would be
 * computed from them is not there.
 */
function distrust(derived: readonly PointRow[], values: Values, faults: readonly string[], quality: Quality): void {
  for (const { name } of derived) {
    if (name in values) values[name] = null;
    if (name in values) quality[name] = markOf(MISSING);
  }
  for (const [point, value] of Object.entries(values)) {
    if (value !== null && point !== "plc_disconnect") quality[point] = "stale";
  }
  for (const fault of faults) quality[`fault.${fault}`] = "stale";
}

function pointersRead({ map, faults, match, device_time }: Profile): string[] {
  const sources = [...Object.values(map), ...Object.values(faults), ...(device_time ? [device_time] : [])];
  const fingerprint = [...match.exists, ...match.equals.map(({ pointer }) => pointer)];
  return [...sources.flatMap(({ from }) => from), ...fingerprint];
}

function pointersJudged({ ok }: Profile): string[] {
  return ok.flatMap((condition) => ("any_of" in condition ? condition.any_of : condition.pointer));
}

function compileFingerprint({ match }: Profile, trie: ReplyTrie): (raws: readonly unknown[]) => boolean {
  const places = match.exists.map(trie.placeOf);
  const equals = match.equals.map(({ pointer, value }) => ({ place: trie.placeOf(pointer), value }));
  return (raws) =>
    places.every((place) => raws[place] !== undefined) && equals.every(({ place, value }) => raws[place] === value);
}
