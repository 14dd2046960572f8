import { z } from "zod";
import type { Condition, ConditionKind } from "./condition.ts";
import * as kinds from "./kinds/index.ts";

const NOTHING_NESTED = z.never() as z.ZodType<Condition>;

/** Every kind of condition, by the word that rules use. */
export const CONDITION_KINDS: Readonly<Record<string, ConditionKind>> = Object.fromEntries(
  Object.values(kinds).map((kind: ConditionKind) => [kind.schema(NOTHING_NESTED).shape.kind.value, kind]),
);
