import fc from "fast-check";
import type { PointReading } from "../../../../domain/alarms/expression/point-reading.ts";
import type { PointName } from "../../../../domain/points/catalogue.ts";
import type { PointValue } from "../../../../domain/telemetry/snapshot.ts";

/** A random expression and, made beside it without parser or compiler, what it means. */
export type RandomExpression<Value> = {
  readonly text: string;
  readonly mean: (reading: PointReading, items: Items) => Value | null;
};
/** Names of the walks around, and the item each is at. */
type Items = Readonly<Record<string, PointValue>>;
type Entry = { readonly value: PointValue; readonly isMember: boolean | null };
type RandomList = { readonly text: string; readonly mean: (reading: PointReading, items: Items) => Entry[] };
type Family = "number" | "truth" | TextFamily;
type TextFamily = "mode" | "valve" | "firmware" | "fault";
/** What a walk calls its item, and what the item is. */
type Name = { readonly name: string; readonly family: Family };

/**
 * `isPortable`: nothing in which we differ from CEL. `isDefined`: nothing that has no result although all is known.
 * `asksHas`: with `has`, more knowledge may turn an answer round.
 */
export type Dialect = { readonly isPortable: boolean; readonly isDefined: boolean; readonly asksHas: boolean };

export const RANDOM_POINTS = {
  number: [
    "supply_temp_c",
    "return_temp_c",
    "phase_a_current_a",
    "phase_b_current_a",
    "phase_c_current_a",
    "box1_power_kw",
  ],
  truth: [
    "circulation_pump_running",
    "leak_detected",
    "tower_fan1_running",
    "tower_fan2_running",
    "tower_fan3_running",
  ],
  mode: ["running_mode"],
  valve: ["valve1_position", "valve2_position"],
  firmware: ["firmware_version"],
  fault: [],
} as const satisfies Record<Family, readonly PointName[]>;
export const RANDOM_WORDS: Readonly<Record<TextFamily, readonly string[]>> = {
  mode: ["auto", "manual"],
  valve: ["open", "closed", "moving", "unknown"],
  firmware: ["1.0", "2.4.1"],
  fault: ["power_fault", "phase_failure", "tower_fan1_fault", "smoke_sensor_fault"],
};
const LISTS: Readonly<Partial<Record<Family, Readonly<Record<string, readonly PointName[]>>>>> = {
  number: { phase_currents_a: ["phase_a_current_a", "phase_b_current_a", "phase_c_current_a"] },
  truth: { tower_fans_running: ["tower_fan1_running", "tower_fan2_running", "tower_fan3_running"] },
  valve: { valve_positions: ["valve1_position", "valve2_position"] },
};
const TEXT_FAMILIES: readonly TextFamily[] = ["mode", "valve", "firmware", "fault"];
const FAMILIES: readonly Family[] = ["number", "truth", ...TEXT_FAMILIES];

/** Random conditions of at most `depth` levels. */
export function randomConditions(dialect: Dialect, depth = 4): fc.Arbitrary<RandomExpression<boolean>> {
  return createGenerator(dialect).truth(depth, []);
}

function createGenerator(dialect: Dialect) {
  const made = new Map<string, unknown>();
  const once = <Made>(key: string, depth: number, names: readonly Name[], make: () => Made): Made => {
    const whole = `${key} ${depth} ${names.map(({ name, family }) => name + family).join()}`;
    if (!made.has(whole)) made.set(whole, make());
    return made.get(whole) as Made;
  };
  const literal = fc
    .oneof(fc.integer({ min: -50, max: 120 }), fc.constantFrom(0.5, 36.6, 1e-3, 2.5e2))
    .map((value): RandomExpression<number> => ({ text: written(value, dialect), mean: () => value }));

  return { truth };

  function number(depth: number, names: readonly Name[]): fc.Arbitrary<RandomExpression<number>> {
    return once("number", depth, names, () => {
      const leaves = [literal, ...reads<number>("number", names, isFiniteNumber)];
      if (depth === 0) return fc.oneof(...leaves);
      const smaller = number(depth - 1, names);
      const sum = pairOf(smaller, smaller, fc.constantFrom("+", "-", "*"), compute);
      const choice = choiceOf(truth(depth - 1, names), smaller);
      const minus = smaller.map(({ text, mean }) => ({
        text: `-(${text})`,
        mean: (...at: At) => negative(mean(...at)),
      }));
      const divisors = fc.constantFrom(2.5, -4.5, 0.25).map((value) => ({ text: `${value}`, mean: () => value }));
      const share = pairOf(smaller, divisors, fc.constant("/"), compute);
      const ratio = pairOf(
        smaller,
        fc.oneof(...reads<number>("number", names, isFiniteNumber)),
        fc.constantFrom("/", "%"),
        compute,
      );
      return fc.oneof(
        ...leaves,
        sum,
        minus,
        choice,
        share,
        ...(dialect.isDefined ? [] : [ratio]),
        ...sizes(depth, names),
      );
    });
  }

  function truth(depth: number, names: readonly Name[]): fc.Arbitrary<RandomExpression<boolean>> {
    return once("truth", depth, names, () => {
      const constant = fc.boolean().map((value) => ({ text: `${value}`, mean: () => value }));
      const leaves = reads<boolean>("truth", names, (value) => typeof value === "boolean");
      if (depth === 0) return fc.oneof(...leaves, constant);
      const smaller = truth(depth - 1, names);
      const numbers = number(depth - 1, names);
      const negated = smaller.map(({ text, mean }) => ({
        text: `!(${text})`,
        mean: (...at: At) => truthOf(2 - rank(mean(...at))),
      }));
      const logic = fc.tuple(fc.constantFrom("&&", "||"), fc.array(smaller, { minLength: 2, maxLength: 4 })).map(
        ([operator, operands]): RandomExpression<boolean> => ({
          text: operands.map(({ text }) => `(${text})`).join(` ${operator} `),
          mean: (...at) => {
            const ranks = operands.map(({ mean }) => rank(mean(...at)));
            return truthOf(operator === "&&" ? Math.min(...ranks) : Math.max(...ranks));
          },
        }),
      );
      const compared = pairOf(numbers, numbers, fc.constantFrom("<", "<=", ">", ">=", "==", "!="), judge);
      const equals = FAMILIES.filter((family) => family !== "number").map((family) => {
        const values = scalar(family, depth - 1, names);
        return pairOf<PointValue, boolean>(values, values, fc.constantFrom("==", "!="), judge);
      });
      return fc.oneof(
        ...leaves,
        negated,
        { arbitrary: logic, weight: 3 },
        { arbitrary: compared, weight: 3 },
        fc.oneof(...equals),
        choiceOf(smaller, smaller),
        ...walks(depth, names),
        ...(dialect.asksHas ? [has(names)] : []),
      );
    });
  }

  function text(family: TextFamily, depth: number, names: readonly Name[]): fc.Arbitrary<RandomExpression<string>> {
    return once(family, depth, names, () => {
      const words = fc
        .constantFrom(...RANDOM_WORDS[family])
        .map((word) => ({ text: JSON.stringify(word), mean: () => word }));
      const leaves = fc.oneof(words, ...reads<string>(family, names, (value) => typeof value === "string"));
      return depth === 0 ? leaves : fc.oneof(leaves, choiceOf(truth(depth - 1, names), leaves));
    });
  }

  function scalar(family: Family, depth: number, names: readonly Name[]): fc.Arbitrary<RandomExpression<PointValue>> {
    if (family === "number") return number(depth, names);
    return family === "truth" ? truth(depth, names) : text(family, depth, names);
  }

  function list(family: Family, depth: number, names: readonly Name[]): fc.Arbitrary<RandomList> {
    return once(`list of ${family}`, depth, names, () => {
      const written = fc.array(scalar(family, 0, names), { minLength: 1, maxLength: 3 }).map(
        (items): RandomList => ({
          text: `[${items.map((item) => item.text).join(", ")}]`,
          mean: (...at) => items.map(({ mean }) => ({ value: mean(...at), isMember: true })),
        }),
      );
      const named = Object.entries(LISTS[family] ?? {}).map(([name, points]) =>
        fc.constant(pointList(name, points, family)),
      );
      const lists = fc.oneof(written, ...named, ...(family === "fault" ? [fc.constant(FAULTS)] : []));
      if (depth === 0 || names.length === 2) return lists;
      const filtered = withItem(list(family, depth - 1, names), family, depth, names).map(
        ({ of, item, body }): RandomList => ({
          text: `${of.text}.filter(${item}, ${body.text})`,
          mean: (reading, items) =>
            of.mean(reading, items).flatMap(({ value, isMember }) => {
              const keeps = truthOf(Math.min(rank(isMember), rank(body.mean(reading, { ...items, [item]: value }))));
              return keeps === false ? [] : [{ value, isMember: keeps }];
            }),
        }),
      );
      return fc.oneof(lists, filtered);
    });
  }

  function walks(depth: number, names: readonly Name[]): fc.Arbitrary<RandomExpression<boolean>>[] {
    return FAMILIES.flatMap((family) => {
      const lists = list(family, depth - 1, names);
      const within = fc.tuple(scalar(family, 0, names), lists).map(
        ([item, of]): RandomExpression<boolean> => ({
          text: `${item.text} in ${of.text}`,
          mean: (...at) =>
            truthOf(
              Math.max(
                0,
                ...of
                  .mean(...at)
                  .map(({ value, isMember }) => Math.min(rank(isMember), rank(judge("==", item.mean(...at), value)))),
              ),
            ),
        }),
      );
      if (names.length === 2) return [within];
      const folded = fc.tuple(fc.constantFrom("exists", "all"), withItem(lists, family, depth, names)).map(
        ([fold, { of, item, body }]): RandomExpression<boolean> => ({
          text: `${of.text}.${fold}(${item}, ${body.text})`,
          mean: (reading, items) => {
            const turns = of.mean(reading, items).map(({ value, isMember }) => {
              const holds = rank(body.mean(reading, { ...items, [item]: value }));
              return fold === "all" ? Math.max(2 - rank(isMember), holds) : Math.min(rank(isMember), holds);
            });
            return truthOf(fold === "all" ? Math.min(2, ...turns) : Math.max(0, ...turns));
          },
        }),
      );
      return [within, folded];
    });
  }

  function sizes(depth: number, names: readonly Name[]): fc.Arbitrary<RandomExpression<number>>[] {
    if (dialect.isPortable) return [];
    const lists = fc.oneof(...FAMILIES.map((family) => list(family, depth - 1, names)));
    return [
      fc.tuple(fc.boolean(), lists).map(([isMethod, { text, mean }]) => ({
        text: isMethod ? `${text}.size()` : `size(${text})`,
        mean: (...at: At) => {
          const entries = mean(...at);
          return entries.some(({ isMember }) => isMember === null) ? null : entries.length;
        },
      })),
    ];
  }

  function withItem(lists: fc.Arbitrary<RandomList>, family: Family, depth: number, names: readonly Name[]) {
    const item = names.length === 0 ? "x" : "y";
    const bodies = truth(Math.min(depth - 1, 1), [...names, { name: item, family }]);
    return fc.record({ of: lists, item: fc.constant(item), body: bodies });
  }
}

type At = Parameters<RandomExpression<PointValue>["mean"]>;

const FAULTS: RandomList = {
  text: "faults",
  mean: ({ faults, unknownFaults }) => [
    ...faults.map((value) => ({ value, isMember: true })),
    ...unknownFaults.map((value) => ({ value, isMember: null })),
  ],
};

function pointList(text: string, points: readonly PointName[], family: Family): RandomList {
  return {
    text,
    mean: ({ values }) => points.map((point) => ({ value: trusted(values[point], family), isMember: true })),
  };
}

/** Points of a family, and the items of walks over it. */
function reads<Value extends PointValue>(family: Family, names: readonly Name[], isSound: (value: Value) => boolean) {
  const points = RANDOM_POINTS[family].map((point): RandomExpression<Value> => {
    return { text: point, mean: ({ values }) => sound(values[point] as Value, isSound) };
  });
  const items = names
    .filter((name) => name.family === family)
    .map(({ name }): RandomExpression<Value> => ({ text: name, mean: (_, at) => sound(at[name] as Value, isSound) }));
  const all = [...points, ...items];
  return all.length === 0 ? [] : [fc.constantFrom(...all)];
}

function has(names: readonly Name[]): fc.Arbitrary<RandomExpression<boolean>> {
  const asked = [
    ...RANDOM_POINTS.number.map((name) => ({ name, family: "number" as Family })),
    ...RANDOM_POINTS.truth.map((name) => ({ name, family: "truth" as Family })),
    ...names,
  ];
  return fc.constantFrom(...asked).map(({ name, family }) => ({
    text: `has(${name})`,
    mean: ({ values }, items) =>
      trusted(Object.hasOwn(items, name) ? items[name] : values[name as PointName], family) !== null,
  }));
}

function pairOf<Value, Result>(
  lefts: fc.Arbitrary<RandomExpression<Value>>,
  rights: fc.Arbitrary<RandomExpression<Value>>,
  operators: fc.Arbitrary<string>,
  apply: (operator: string, left: Value | null, right: Value | null) => Result | null,
): fc.Arbitrary<RandomExpression<Result>> {
  return fc.tuple(lefts, operators, rights).map(([left, operator, right]) => ({
    text: `(${left.text}) ${operator} (${right.text})`,
    mean: (...at) => apply(operator, left.mean(...at), right.mean(...at)),
  }));
}

function choiceOf<Value>(
  conditions: fc.Arbitrary<RandomExpression<boolean>>,
  values: fc.Arbitrary<RandomExpression<Value>>,
) {
  return fc.tuple(conditions, values, values).map(
    ([condition, yes, no]): RandomExpression<Value> => ({
      text: `((${condition.text}) ? (${yes.text}) : (${no.text}))`,
      mean: (...at) => {
        const truth = condition.mean(...at);
        return truth === null ? null : (truth ? yes : no).mean(...at);
      },
    }),
  );
}

function compute(operator: string, left: number | null, right: number | null): number | null {
  if (left === null || right === null) return null;
  const results: Record<string, number> = {
    "+": left + right,
    "-": left - right,
    "*": left * right,
    "/": left / right,
    "%": left % right,
  };
  return sound(results[operator], Number.isFinite);
}

function judge(operator: string, left: PointValue, right: PointValue): boolean | null {
  if (left === null || right === null) return null;
  if (operator === "==" || operator === "!=") return Object.is(left === right, operator === "==");
  const order = Math.sign(Number(left) - Number(right));
  return { "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0 }[operator] ?? null;
}

function trusted(value: PointValue | undefined, family: Family): PointValue {
  if (family === "number") return typeof value === "number" && Number.isFinite(value) ? value : null;
  return typeof value === (family === "truth" ? "boolean" : "string") ? (value ?? null) : null;
}

function sound<Value>(value: Value | null | undefined, isSound: (value: Value) => boolean): Value | null {
  return value !== null && value !== undefined && isSound(value) ? value : null;
}

function isFiniteNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}

/** false, unknown, true as 0, 1, 2: and is the least, or the greatest. */
function rank(truth: boolean | null): number {
  return truth === null ? 1 : Number(truth) * 2;
}

function truthOf(rank: number): boolean | null {
  return [false, null, true][rank] ?? null;
}

/** CEL's doubles need a point; ours may stand without. */
function written(value: number, { isPortable }: Dialect): string {
  const text = `${value}`;
  return isPortable && Number.isInteger(value) ? `${text}.0` : text;
}
