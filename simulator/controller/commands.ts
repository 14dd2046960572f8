import { type PartCommand, parsePartCommand } from "./part-commands.ts";

/** A command of the vendor's protocol, or one of those that only dialect D has. */
export type Command =
  | PartCommand
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  | { readonly kind: "reset" }
  | { readonly kind: "pid" }
  | { readonly kind: "set_temp"; readonly tempC: number };

const COMMAND_OPERATIONS = ["open", "close", "reset", "setTemp"] as const;
type CommandOperation = (typeof COMMAND_OPERATIONS)[number];

/** Set-points the controller takes, °C. */
const SETPOINT_MIN_C = 5;
const SETPOINT_MAX_C = 60;

/** A command as it came. `command` null: the controller refuses it (`ok: false`). */
export type Order = {
  /** How the ledger calls it: the operation and its arguments as they were sent, shortened. */
  readonly written: string;
  readonly command: Command | null;
};

/** An operation of the vendor's protocol. @returns null when it is none that commands */
export function parseOrder(operation: string, query: URLSearchParams): Order | null {
  const known = COMMAND_OPERATIONS.find((each) => each === operation);
  if (known === undefined) return null;
  const temp = query.get("temp");
  return {
    written: temp === null ? known : `${known}&temp=${temp.slice(0, 40)}`,
    command: parseCommand(known, temp),
  };
}

/** The same of dialect D, which also takes orders for single parts. */
export function parsePartOrder(operation: string, query: URLSearchParams): Order | null {
  const command = parsePartCommand(operation, query);
  if (command === undefined) return parseOrder(operation, query);
  const given = [...query].filter(([name]) => name !== "operation").map(([name, value]) => `&${name}=${value}`);
  return { written: `${operation}${given.join("")}`.slice(0, 80), command };
}

/** @returns null for no number, or one outside 5 … 60 °C */
function parseCommand(operation: CommandOperation, temp: string | null): Command | null {
  if (operation !== "setTemp") return { kind: operation };
  if (temp === "pid") return { kind: "pid" };
  if (temp === null || !/^\d{1,3}(\.\d{1,3})?$/.test(temp)) return null;
  const tempC = Number(temp);
  return tempC >= SETPOINT_MIN_C && tempC <= SETPOINT_MAX_C ? { kind: "set_temp", tempC } : null;
}
