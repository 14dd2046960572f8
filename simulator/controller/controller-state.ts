import { NO_PART_ORDERS, type PartOrders } from "../plant/part-orders.ts";
import type { Command } from "./commands.ts";
import { applyPartCommand } from "./part-commands.ts";

/** What the controller remembers beside the plant. */
export type ControllerState = {
  readonly coolingOn: boolean;
  readonly setpointC: number;
  readonly pidMode: boolean;
  readonly parts: PartOrders;
  /** Plant time of the last start, ms. */
  readonly bootedAtMs: number;
};

/** What `setTemp&temp=pid` makes the set-point. */
const PID_SETPOINT_C = 38;
const DEFAULT_SETPOINT_C = 35;

/** The controller after power-up: cooling on, factory set-point. */
export function bootController(bootedAtMs: number): ControllerState {
  return { coolingOn: true, setpointC: DEFAULT_SETPOINT_C, pidMode: false, parts: NO_PART_ORDERS, bootedAtMs };
}

/** The state after a command took effect. `reset` changes nothing here: it ends faults whose cause is gone. */
export function applyCommand(state: ControllerState, command: Command): ControllerState {
  switch (command.kind) {
    case "open":
      return { ...state, coolingOn: true };
    case "close":
      return { ...state, coolingOn: false };
    case "set_temp":
      return { ...state, setpointC: command.tempC, pidMode: false };
    case "pid":
      return { ...state, setpointC: PID_SETPOINT_C, pidMode: true };
    case "reset":
      return state;
    default:
      return { ...state, parts: applyPartCommand(state.parts, command) };
  }
}
