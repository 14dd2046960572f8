import { z } from "zod";
import { PointName } from "../points/catalogue.ts";
import { FaultName } from "../points/faults.ts";
import { Pointer } from "./json-pointer.ts";
import { Operator, Sentinel } from "./operator.ts";
import { profileProblems } from "./profile-problems.ts";

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One read of a controller. The path is appended to the site's address, whose own path prefix stays in front. */
export const ProfileRequest = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/),
  method: z.literal("GET"),
  path: z
    .string()
    .max(300)
    .regex(/^\/[\x21-\x7e]*$/, "must start with / and hold no blanks"),
  /** Total time of one try in ms. Controllers ask their PLC: give at least 1,500 [AM]. */
  timeout_ms: z.int().min(100).max(30_000).default(2000),
  /** When false, a failure of this request makes its points `missing` and the snapshot still counts. */
  required: z.boolean().default(true),
});
export type ProfileRequest = z.infer<typeof ProfileRequest>;

/**
 * A condition for a good reply: the value at the pointer equals (one of) these, else the poll failed as `not_ok`; or it
 * is a JSON object, or one of the pointers leads to a value, else the poll failed as `empty`.
 */
export const ProfileCondition = z.union([
  z.strictObject({ pointer: Pointer, equals: z.union([Scalar, z.array(Scalar).min(1)]) }),
  z.strictObject({ pointer: Pointer, is: z.literal("object") }),
  z.strictObject({ any_of: z.array(Pointer).min(1) }),
]);
export type ProfileCondition = z.infer<typeof ProfileCondition>;

const Source = z.union([Pointer, z.array(Pointer).min(1).max(16)]);
const Ops = z.array(Operator).min(1).max(8);
const note = z.string().max(300).optional();

/** How one point is read. No `ops` means `[["num"]]`. */
export const PointMapping = z.strictObject({
  from: Source,
  ops: Ops.default([["num"]]),
  /** Applied after `ops`; may only tighten the catalogue's hard limits. */
  range: z.tuple([z.number().nullable(), z.number().nullable()]).optional(),
  /** Some firmwares lack it: when absent, the snapshot does not have the point at all. */
  optional: z.boolean().default(false),
  /** The value is not confirmed for this model: it is marked `estimated`. */
  estimated: z.boolean().default(false),
  note,
});
export type PointMapping = z.infer<typeof PointMapping>;

const FaultMapping = z.strictObject({
  from: Source,
  ops: Ops.default([["bool"]]),
  /** Some firmwares lack it: when absent, it is not listed as `fault.<name>: missing`. */
  optional: z.boolean().default(false),
  note,
});
export type FaultMapping = z.infer<typeof FaultMapping>;

const CommandArgument = z.union([
  z.strictObject({ min: z.number(), max: z.number(), step: z.number().positive().optional() }),
  z.strictObject({ words: z.record(z.string(), z.string().regex(/^[A-Za-z0-9_.-]+$/)) }),
]);

/** A command as the vendor takes it: data only. `{name}` in the path is an argument; `words` says how a word is written. */
const ProfileCommand = z.strictObject({
  method: z.enum(["GET", "POST"]),
  path: z
    .string()
    .max(300)
    .regex(/^\/[\x21-\x7e]*$/),
  args: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), CommandArgument).optional(),
  /** What the answer's body must say; the pointer starts at the body. */
  accepted: z.strictObject({ pointer: Pointer, equals: Scalar }),
  note,
});
export type ProfileCommand = z.infer<typeof ProfileCommand>;

/** A controller model or dialect as data: what to ask, when a reply is good, and where each point stands in it. */
export const Profile = z
  .strictObject({
    id: z
      .string()
      .max(64)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    version: z.int().min(1).max(32_767),
    label: z.strictObject({ "zh-CN": z.string().min(1), en: z.string().min(1) }),
    /** `vendor`: a real controller; `constructed`: a dialect for tests and for the simulator. */
    origin: z.enum(["vendor", "constructed"]),
    note,
    /** Fingerprint; a mismatch is advice and never swaps a profile. */
    match: z.strictObject({
      exists: z.array(Pointer).default([]),
      equals: z.array(z.strictObject({ pointer: Pointer, value: Scalar })).default([]),
    }),
    requests: z.array(ProfileRequest).min(1).max(8),
    ok: z.array(ProfileCondition),
    map: z.partialRecord(PointName, PointMapping),
    faults: z.partialRecord(FaultName, FaultMapping),
    /** Applied to every value before its own operators. */
    sentinels: z.array(Sentinel).max(16).default([]),
    /** Core points that this model does not have; `faults` when it reports none. */
    absent: z.array(z.union([PointName, z.literal("faults")])),
    /** Fields that are known and deliberately not mapped, with all below them. */
    ignore: z.array(Pointer).default([]),
    /** The device's own clock, where it sends one; must end in `epoch`. */
    device_time: z.strictObject({ from: Pointer, ops: Ops }).optional(),
    commands: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), ProfileCommand).default({}),
  })
  .superRefine((profile, context) => {
    for (const { path, message } of profileProblems(profile)) context.addIssue({ code: "custom", path, message });
  })
  .meta({ id: "Profile", description: "A controller model or dialect as data" });
export type Profile = z.infer<typeof Profile>;
