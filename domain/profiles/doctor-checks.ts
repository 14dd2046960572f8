import { isPointName, POINTS, type PointName } from "../points/catalogue.ts";
import { CORE_POINTS } from "../points/core-points.ts";
import type { QualityMark } from "../telemetry/quality.ts";
import type { CompiledProfile, MappedReply } from "./compile-profile.ts";
import { type Remark, remark, shown } from "./doctor-remark.ts";

/** Names in one sentence; the rest is counted. */
const MOST_NAMES = 12;
const POWERS_OF_TEN = [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6];

type Bounds = readonly [number | null, number | null];

/** Checks on the reading itself: right reply, right profile, nothing missing, mistyped, out of range or unknown. */
export function readingChecks(
  compiled: CompiledProfile,
  replies: Readonly<Record<string, unknown>>,
  mapped: MappedReply,
  unlimited: MappedReply["values"],
): Remark[] {
  return [
    ...replyChecks(compiled, replies),
    fingerprintCheck(mapped),
    coreCheck(compiled, replies, mapped),
    typesCheck(mapped),
    faultBitsCheck(mapped),
    rangeCheck(mapped, unlimited),
    unmappedCheck(mapped),
  ];
}

/**
 * The power of ten that would bring a number into the usual band of its point, or else inside the hard limits.
 *
 * @returns the exponent, or null when none from −6 to 6 fits
 */
export function fittingPowerOfTen(point: PointName, value: number): number | null {
  const { band, limits } = POINTS[point];
  const fits = (bounds: Bounds | undefined) =>
    bounds === undefined ? undefined : POWERS_OF_TEN.find((power) => isInside(value * 10 ** power, bounds));
  return fits(band) ?? fits(limits) ?? null;
}

function replyChecks({ profile, judge }: CompiledProfile, replies: Readonly<Record<string, unknown>>): Remark[] {
  return profile.requests.map(({ name, required }) => {
    if (!Object.hasOwn(replies, name)) {
      const zh = `没有请求 ${name} 的应答`;
      return remark("reply", required ? "fail" : "not_checked", zh, `there is no reply to the request ${name}`);
    }
    const cause = judge(name, replies[name]);
    if (cause === null) return remark("reply", true, `${name}:应答有效`, `${name} is a good reply`);
    return remark("reply", false, `${name}:应答无效(${cause})`, `${name} is no good reply: ${cause}`);
  });
}

function fingerprintCheck({ matchesFingerprint }: MappedReply): Remark {
  return matchesFingerprint
    ? remark("fingerprint", true, "应答与此配置的特征一致", "the reply has the marks of this profile")
    : remark(
        "fingerprint",
        false,
        "应答没有此配置的特征:可能选错了配置",
        "the reply lacks the marks of this profile: probably the wrong profile",
      );
}

/** Points of an optional request that was not pasted are no fault of the profile: the check on replies says so. */
function coreCheck(
  { profile: { map, requests } }: CompiledProfile,
  replies: Readonly<Record<string, unknown>>,
  { values, quality }: MappedReply,
): Remark {
  const notAsked = requests.filter(({ name, required }) => !required && !Object.hasOwn(replies, name));
  const isAsked = (pointer: string) => !notAsked.some(({ name }) => pointer.startsWith(`/${name}/`));
  const empty = CORE_POINTS.filter((point) => {
    const isOwn = [map[point]?.from ?? []].flat().some(isAsked);
    return isOwn && values[point] === null && quality[point] !== "out_of_range";
  });
  if (empty.length === 0) {
    return remark("core_points", true, "核心点位均已取值或声明不存在", "every core point is filled or declared absent");
  }
  const list = listed(empty.map((point) => `${point} (${quality[point] ?? "missing"})`));
  return remark("core_points", false, `核心点位没有取值:${list}`, `core points without a value: ${list}`, empty);
}

function typesCheck({ quality }: MappedReply): Remark {
  const names = markedWith(quality, "bad_type");
  if (names.length === 0) return remark("types", true, "没有类型错误", "no value of a wrong type");
  const list = listed(names);
  return remark(
    "types",
    false,
    `值的类型、单位或用词不符:${list}`,
    `wrong type, unit or word: ${list}`,
    names.filter(isPointName),
  );
}

function faultBitsCheck({ quality }: MappedReply): Remark {
  const names = markedWith(quality, "missing").filter((name) => name.startsWith("fault."));
  if (names.length === 0) return remark("fault_bits", true, "故障位齐全", "every expected fault bit is there");
  const list = listed(names.map((name) => name.slice("fault.".length)));
  return remark("fault_bits", false, `缺少故障位:${list}`, `fault bits that the reply lacks: ${list}`);
}

function rangeCheck({ quality }: MappedReply, unlimited: MappedReply["values"]): Remark {
  const points = markedWith(quality, "out_of_range").filter(isPointName);
  if (points.length === 0) return remark("range", true, "没有超出极限的值", "nothing is out of range");
  const describe = (by: (point: PointName, value: number) => string) =>
    listed(
      points.map((point) => {
        const value = unlimited[point];
        return typeof value === "number" ? by(point, value) : point;
      }),
    );
  const zh = `超出极限:${describe((point, value) => outside(point, value, "应在", "若", "则为"))}`;
  return remark(
    "range",
    false,
    zh,
    `out of range: ${describe((point, value) => outside(point, value, "outside", "with", "it is"))}`,
    points,
  );
}

function outside(point: PointName, value: number, outsideWord: string, withWord: string, isWord: string): string {
  const { unit = "", limits } = POINTS[point];
  const [low, high] = limits ?? [null, null];
  const power = fittingPowerOfTen(point, value);
  const hint = power === null ? "" : `; ${withWord} × 10^${power} ${isWord} ${shown(value * 10 ** power)} ${unit}`;
  return `${point} ${shown(value)} ${unit}, ${outsideWord} ${low ?? "−∞"}…${high ?? "∞"}${hint}`;
}

function unmappedCheck({ unmapped }: MappedReply): Remark {
  if (unmapped.length === 0) return remark("unmapped", true, "没有未知字段", "no field is unknown to the profile");
  const list = listed(unmapped);
  return remark(
    "unmapped",
    false,
    `配置不认识 ${unmapped.length} 个字段(新固件?应映射或列入 ignore):${list}`,
    `${unmapped.length} fields unknown to the profile (new firmware? map them, or list them under ignore): ${list}`,
  );
}

function markedWith(quality: Readonly<Record<string, QualityMark>>, mark: QualityMark): string[] {
  return Object.keys(quality).filter((name) => quality[name] === mark);
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` … +${more}` : "");
}

function isInside(value: number, [low, high]: Bounds): boolean {
  return (low === null || value >= low) && (high === null || value <= high);
}
