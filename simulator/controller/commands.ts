/** A command of the vendor's protocol. */
export type Command =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  | { readonly kind: "reset" }
  | { readonly kind: "pid" }
  | { readonly kind: "set_temp"; readonly tempC: number };

export const COMMAND_OPERATIONS = ["open", "close", "reset", "setTemp"] as const;
export type CommandOperation = (typeof COMMAND_OPERATIONS)[number];

/** Set-points the controller takes, °C. */
const SETPOINT_MIN_C = 5;
const SETPOINT_MAX_C = 60;

/** @returns null when the controller would refuse it (`ok: false`): no number, or one outside 5 … 60 °C */
export function parseCommand(operation: CommandOperation, temp: string | null): Command | null {
  if (operation !== "setTemp") return { kind: operation };
  if (temp === "pid") return { kind: "pid" };
  if (temp === null || !/^\d{1,3}(\.\d{1,3})?$/.test(temp)) return null;
  const tempC = Number(temp);
  return tempC >= SETPOINT_MIN_C && tempC <= SETPOINT_MAX_C ? { kind: "set_temp", tempC } : null;
}
