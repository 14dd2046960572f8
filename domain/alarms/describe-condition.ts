import type { Condition } from "./condition.ts";

/**
 * A condition as one line for people, in signs and catalogue names that no language changes:
 * `supply_temp_c >= setpoint + 2 (deadband 0.5) and circulation_pump_running = true`. A kind without a form of its own
 * stands there with its fields: `rate(supply_temp_c, rising, perMinute 1, windowS 120)`.
 */
export function describeCondition(condition: Condition): string {
  const own = Object.hasOwn(FORMS, condition.kind) ? FORMS[condition.kind] : undefined;
  return own ? own(condition) : call(condition);
}

const FORMS: Readonly<Record<string, (condition: Condition) => string>> = {
  all: ({ of }) => join(of, " and "),
  any: ({ of }) => join(of, " or "),
  not: ({ of }) => `not ${bracketed(of)}`,
  fitted: ({ of }) => nested(of),
  "n-of": ({ n, of }) => `${String(n)} of (${conditionsOf(of).map(describeCondition).join("; ")})`,
  expression: ({ text }) => String(text),
  fault: ({ fault }) => String(fault),
  flag: ({ point, is }) => `${String(point)} = ${String(is)}`,
  limit({ point, op, limit, clearAt, deadband }) {
    const end = clearAt === undefined ? withDeadband(deadband) : ` (ends at ${limitText(clearAt)})`;
    return `${String(point)} ${String(op)} ${limitText(limit)}${end}`;
  },
  deviation({ point, from, by, side, deadband }) {
    const difference = `${String(point)} − ${limitText(from)}`;
    const shown = side === "both" ? `|${difference}|` : difference;
    const limit = side === "below" ? `< −${String(by)}` : `> ${String(by)}`;
    return `${shown} ${limit}${withDeadband(deadband)}`;
  },
};

function conditionsOf(value: unknown): readonly Condition[] {
  return Array.isArray(value) ? (value as readonly Condition[]) : [];
}

function nested(value: unknown): string {
  return describeCondition(value as Condition);
}

/** In brackets where the reader would otherwise not know what belongs together. */
function bracketed(value: unknown): string {
  const { kind } = value as Condition;
  const text = nested(value);
  return ["all", "any", "expression", "deviation"].includes(kind) ? `(${text})` : text;
}

function join(parts: unknown, word: string): string {
  const conditions = conditionsOf(parts);
  return conditions.length === 1 ? nested(conditions[0]) : conditions.map(bracketed).join(word);
}

function withDeadband(deadband: unknown): string {
  return typeof deadband === "number" && deadband > 0 ? ` (deadband ${deadband})` : "";
}

/** `40`, or `setpoint × 0.9 + 2`. */
function limitText(limit: unknown): string {
  if (typeof limit !== "object" || limit === null) return String(limit);
  const { relativeTo, baseline, fallback, factor, offset } = limit as Readonly<Record<string, unknown>>;
  const name = relativeTo === "baseline" ? `baseline ${String(baseline)}` : String(relativeTo);
  const otherwise = fallback === undefined ? "" : ` (else ${String(fallback)})`;
  const times = typeof factor === "number" && factor !== 1 ? ` × ${factor}` : "";
  return `${name}${otherwise}${times}${signed(offset)}`;
}

function signed(offset: unknown): string {
  if (typeof offset !== "number" || offset === 0) return "";
  return offset > 0 ? ` + ${offset}` : ` − ${-offset}`;
}

function call({ kind, ...fields }: Condition): string {
  return `${kind}(${Object.entries(fields).map(fieldText).join(", ")})`;
}

/** What says by itself what it is comes without its name: points, words, conditions. */
function fieldText([name, value]: [string, unknown]): string {
  if (typeof value === "string") return value;
  if (isCondition(value)) return nested(value);
  if (Array.isArray(value)) return value.map((one) => (isCondition(one) ? nested(one) : String(one))).join(" + ");
  if (typeof value === "object" && value !== null) {
    return `${name} ${Object.entries(value).map(fieldText).join(" ")}`;
  }
  return `${name} ${String(value)}`;
}

function isCondition(value: unknown): value is Condition {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}
