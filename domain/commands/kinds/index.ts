import type { CommandKind } from "../command-kind.ts";
import { emergencyStop } from "./emergency-stop.ts";
import { minerReboot, minerSleep, minerWake } from "./miners.ts";
import { pduOutlet } from "./pdu-outlet.ts";
import { refill } from "./refill.ts";
import { resetAlarm } from "./reset-alarm.ts";
import { setCirculationPump } from "./set-circulation-pump.ts";
import { setMode } from "./set-mode.ts";
import { setSprayPump } from "./set-spray-pump.ts";
import { setSupplyTemp } from "./set-supply-temp.ts";
import { setTempMode } from "./set-temp-mode.ts";
import { setTowerFan } from "./set-tower-fan.ts";
import { startCooling } from "./start-cooling.ts";
import { stopCooling } from "./stop-cooling.ts";

/** Every kind of command, by the word that requests and profiles use. A new kind is its file and one line here. */
export const COMMAND_KINDS: Readonly<Record<string, CommandKind>> = {
  start_cooling: startCooling,
  stop_cooling: stopCooling,
  set_supply_temp: setSupplyTemp,
  set_temp_mode: setTempMode,
  reset_alarm: resetAlarm,
  set_circulation_pump: setCirculationPump,
  set_tower_fan: setTowerFan,
  set_spray_pump: setSprayPump,
  refill,
  set_mode: setMode,
  miner_sleep: minerSleep,
  miner_wake: minerWake,
  miner_reboot: minerReboot,
  pdu_outlet: pduOutlet,
  emergency_stop: emergencyStop,
};

/** Own names only: `constructor` is no kind. */
export function findCommandKind(kind: string): CommandKind | undefined {
  return Object.hasOwn(COMMAND_KINDS, kind) ? COMMAND_KINDS[kind] : undefined;
}
