/**
 * Number fields as the editor saves them: text. A blank field, a word or an unset `${VAR}` becomes NaN, which every
 * schema refuses; `Number("")` alone would turn a cleared limit into 0.
 */
export function numbersFrom<K extends string>(
  config: Partial<Record<K, unknown>>,
  keys: readonly K[],
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, numberFrom(config[key])])) as Record<K, number>;
}

function numberFrom(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

/** `${VAR}` as a whole property: Node-RED has replaced it already where the variable is set. */
const UNSET = /^\$\{([^}]+)\}$/;

/** Environment variables that a node's settings name and that are not set: the node must not run with the literal text. */
export function unsetVariables(config: object): string[] {
  const names = Object.values(config).map((value) => (typeof value === "string" ? UNSET.exec(value)?.[1] : undefined));
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** @throws {Error} naming the variables that are not set */
export function refuseUnsetVariables(config: object): void {
  const names = unsetVariables(config);
  if (names.length > 0) throw new Error(`not set: ${names.map((name) => `\${${name}}`).join(", ")}`);
}
