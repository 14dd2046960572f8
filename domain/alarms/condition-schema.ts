import { z } from "zod";
import type { Condition } from "./condition.ts";
import { CONDITION_KINDS } from "./condition-kinds.ts";

/** Deeper combinations than this are refused: nobody could read them. */
const DEEPEST = 8;

const nested: z.ZodType<Condition> = z.lazy(() => ConditionSchema);

const schemas = Object.values(CONDITION_KINDS).map(({ schema }) => schema(nested));
const [first, ...others] = schemas as [(typeof schemas)[0], ...typeof schemas];

/** A condition of any kind, with the conditions within it. */
export const ConditionSchema: z.ZodType<Condition> = z.discriminatedUnion("kind", [first, ...others]).meta({
  id: "AlarmCondition",
  description: "When a rule holds: a kind and what belongs to it",
}) as unknown as z.ZodType<Condition>;

/** True for JSON whose conditions are nested deeper than a rule may: look before checking, which goes as deep as the text. */
export function isTooDeep(value: unknown, left: number = 3 * DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}
