/** What a condition says: true, false, or `null` = unknown (Kleene's strong three-valued logic). */
export type Truth = boolean | null;

/** False as soon as one side is false; otherwise unknown as soon as one side is unknown. */
export function and(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === null || right === null ? null : true;
}

/** True as soon as one side is true; otherwise unknown as soon as one side is unknown. */
export function or(left: Truth, right: Truth): Truth {
  if (left === true || right === true) return true;
  return left === null || right === null ? null : false;
}

/** The contrary; of what is unknown the contrary is unknown too. */
export function not(truth: Truth): Truth {
  return truth === null ? null : !truth;
}
