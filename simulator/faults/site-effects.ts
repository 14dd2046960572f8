import { NO_PLANT_FAULTS, type PlantFaults } from "../plant/plant-state.ts";
import { type ActiveFault, numberOf, textOf } from "./active-fault.ts";
import { FAULT_KINDS } from "./fault-kinds.ts";

/** How far a site can be reached by new connections. */
type Reach = "open" | "refused" | "connect_hang";

/** All faults of one site, sorted to where they act. */
export type SiteEffects = {
  readonly plant: PlantFaults;
  readonly sensors: readonly ActiveFault[];
  readonly leaks: readonly ActiveFault[];
  readonly freezeContact: boolean;
  readonly plcLoss: ActiveFault | null;
  readonly clockSkewMs: number;
  readonly firmwareChanges: readonly ActiveFault[];
  readonly commands: CommandEffects;
  readonly transport: ActiveFault | null;
  readonly replies: readonly ActiveFault[];
  readonly camera: readonly ActiveFault[];
  /** What the camera answers at paths of their own. */
  readonly cameraFiles: readonly ActiveFault[];
  readonly reach: Reach;
};

type CommandEffects = {
  readonly lagS: number | null;
  readonly noEffect: boolean;
  readonly refused: boolean;
  readonly answerLost: "hang" | "reset" | null;
};

export function effectsOf(faults: readonly ActiveFault[]): SiteEffects {
  const transport = faults.findLast((fault) => FAULT_KINDS[fault.kind].layer === "transport") ?? null;
  return {
    plant: plantFaults(faults),
    sensors: faults.filter((fault) => FAULT_KINDS[fault.kind].layer === "sensor"),
    leaks: faults.filter((fault) => fault.kind === "leak" || fault.kind === "leak_contact"),
    freezeContact: faults.some((fault) => fault.kind === "freeze"),
    plcLoss: faults.find((fault) => fault.kind === "plc_disconnect") ?? null,
    clockSkewMs: sumOf(faults, "clock_skew", "byS") * 1000,
    firmwareChanges: faults.filter((fault) => fault.kind === "firmware_change"),
    commands: commandEffects(faults),
    transport,
    replies: faults.filter((fault) => FAULT_KINDS[fault.kind].layer === "reply"),
    camera: faults.filter((fault) => FAULT_KINDS[fault.kind].layer === "camera"),
    cameraFiles: faults.filter((fault) => fault.kind === "camera_file"),
    reach: faults.some((fault) => fault.kind === "reboot") ? "refused" : reachOf(transport),
  };
}

export const NO_EFFECTS = effectsOf([]);

function plantFaults(faults: readonly ActiveFault[]): PlantFaults {
  if (faults.length === 0) return NO_PLANT_FAULTS;
  const has = (kind: ActiveFault["kind"]) => faults.some((fault) => fault.kind === kind);
  const fanIsTripped = (fan: string) =>
    faults.some((fault) => fault.kind === "fan_trip" && [fan, "all"].includes(textOf(fault, "fan")));
  const curtailments = faults.filter((fault) => fault.kind === "curtailment");
  return {
    powerFailed: has("power_fault"),
    pumpTripped: has("pump_trip"),
    fansTripped: [fanIsTripped("1"), fanIsTripped("2"), fanIsTripped("3")],
    sprayFailed: has("spray_fail"),
    leakLPerH: sumOf(faults, "leak", "lPerH"),
    cloggingPerDay: sumOf(faults, "clogging", "perDayPct") / 100,
    towerDry: has("tower_dry"),
    isFreezing: has("freeze"),
    powerShare: Math.min(1, ...curtailments.map((fault) => numberOf(fault, "powerShare"))),
  };
}

function sumOf(faults: readonly ActiveFault[], kind: ActiveFault["kind"], name: string): number {
  return faults.reduce((sum, fault) => sum + (fault.kind === kind ? numberOf(fault, name) : 0), 0);
}

function commandEffects(faults: readonly ActiveFault[]): CommandEffects {
  const lag = faults.findLast((fault) => fault.kind === "command_lag");
  const lost = faults.findLast((fault) => fault.kind === "answer_lost");
  return {
    lagS: lag === undefined ? null : numberOf(lag, "lagS"),
    noEffect: faults.some((fault) => fault.kind === "no_effect"),
    refused: faults.some((fault) => fault.kind === "command_refused"),
    answerLost: lost === undefined ? null : textOf(lost, "how") === "reset" ? "reset" : "hang",
  };
}

function reachOf(transport: ActiveFault | null): Reach {
  if (transport === null) return "open";
  const { kind } = transport;
  if (kind === "refused" || kind === "connect_hang") return kind;
  if (kind !== "segment_loss" && kind !== "all_silent") return "open";
  const how = textOf(transport, "how");
  return how === "refused" || how === "connect_hang" ? how : "open";
}
