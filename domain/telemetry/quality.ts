import { z } from "zod";

/** Marks with which a value is not to be trusted; rules treat the point as missing. The first three go with a `null` value. */
const DOUBTFUL_MARKS = ["missing", "bad_type", "out_of_range", "stale", "frozen", "jump"] as const;
/** Marks with which a value is usable, and lowers the grade of every figure made from it. */
const USABLE_MARKS = ["estimated", "manual"] as const;

/** Why a point is not simply good. A good point has no mark. */
export const QualityMark = z.enum([...DOUBTFUL_MARKS, ...USABLE_MARKS]);
export type QualityMark = z.infer<typeof QualityMark>;

/** True when a rule or a figure must treat the point as if there were no reading. */
export function isDoubtful(mark: QualityMark | undefined): boolean {
  return DOUBTFUL_MARKS.some((doubtful) => doubtful === mark);
}
