import { z } from "zod";

const Finite = z.number();
const Words = z.array(z.string().trim().toLowerCase().min(1)).min(1).max(32);
const Unit = z.union([z.string().min(1).max(16), z.array(z.string().min(1).max(16)).min(1).max(8)]);

/** Values that mean "no data" on a controller. */
export const Sentinel = z.union([
  z.strictObject({ below: Finite }),
  z.strictObject({ equals: z.union([Finite, z.string()]) }),
]);
export type Sentinel = z.infer<typeof Sentinel>;

export const BoolWords = z.strictObject({ true: Words, false: Words });
export type BoolWords = z.infer<typeof BoolWords>;

const Num = z.union([z.tuple([z.literal("num")]), z.tuple([z.literal("num"), Unit])]);
const Bool = z.union([z.tuple([z.literal("bool")]), z.tuple([z.literal("bool"), BoolWords])]);

/**
 * One operator of a profile, as `[name, argument]`.
 *
 * - `num [unit]`: a finite number, or text of digits with a suffix; with a unit, another suffix is refused
 * - `scale k`, `offset d`: v·k, v + d, rounded to 6 decimals
 * - `bool [{true, false}]`: words, not truthiness
 * - `enum {raw: word}`: trimmed, case-insensitive; an unknown word is refused
 * - `each op`: applies `num` or `bool` to every element of an array (of pointers, or in the reply)
 * - `sum`, `min`, `any`: of such an array; one missing element makes the whole missing
 * - `idx i`: element of an array or of a comma list; `has code`: the comma list holds the code
 * - `bit i`: of an integer, or of hex (`0x…`) or decimal text
 * - `sentinel {below | equals}`: means "no data"; stands before `scale`
 * - `text`: text, trimmed, without control characters, at most 200 characters; `concat sep` joins an array to text
 * - `epoch s | ms`: a device's Unix time, in milliseconds; for `device_time` only
 */
export const Operator = z.union(
  [
    ...Num.options,
    ...Bool.options,
    z.tuple([z.literal("scale"), Finite]),
    z.tuple([z.literal("offset"), Finite]),
    z.tuple([z.literal("enum"), z.record(z.string(), z.string())]),
    z.tuple([z.literal("each"), z.enum(["num", "bool"])]),
    z.tuple([z.literal("each"), z.literal("num"), Unit]),
    z.tuple([z.literal("each"), z.literal("bool"), BoolWords]),
    z.tuple([z.literal("sum")]),
    z.tuple([z.literal("min")]),
    z.tuple([z.literal("any")]),
    z.tuple([z.literal("idx"), z.int().min(0).max(255)]),
    z.tuple([z.literal("bit"), z.int().min(0).max(127)]),
    z.tuple([z.literal("has"), z.string().min(1).max(64)]),
    z.tuple([z.literal("sentinel"), Sentinel]),
    z.tuple([z.literal("concat"), z.string().max(8)]),
    z.tuple([z.literal("text")]),
    z.tuple([z.literal("epoch"), z.enum(["s", "ms"])]),
  ],
  { error: "must be [operator, argument] with an operator of docs/profiles.md and an argument of its kind" },
);
export type Operator = z.infer<typeof Operator>;
