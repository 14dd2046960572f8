import type { Command } from "../controller/commands.ts";
import { applyCommand, bootController, type ControllerState } from "../controller/controller-state.ts";
import { type ControllerView, makeView } from "../controller/controller-view.ts";
import { REBOOT_S } from "../controller/part-commands.ts";
import { type ActiveFault, isSet, numberOf } from "../faults/active-fault.ts";
import { applySensorFaults } from "../faults/sensor-faults.ts";
import { effectsOf, NO_EFFECTS, type SiteEffects } from "../faults/site-effects.ts";
import { measure, type Readings } from "../plant/measure.ts";
import { makeParameters, type PlantParameters } from "../plant/parameters.ts";
import { type PlantState, startState } from "../plant/plant-state.ts";
import { type PlantSetting, stepPlant } from "../plant/step.ts";
import type { Climate } from "../plant/weather.ts";
import type { SiteSpec } from "./layout.ts";

/** A command on its way from the controller to the plant. */
type PendingCommand = {
  readonly command: Command;
  /** Plant time of its effect, ms. */
  readonly dueMs: number;
  /** Called when it takes effect. */
  readonly onEffect: () => void;
};

/** One site at run time. Its plant is advanced only when somebody looks, in steps that do not depend on who looked. */
export type SimulatedSite = {
  readonly spec: SiteSpec;
  readonly parameters: PlantParameters;
  climate: Climate;
  plant: PlantState;
  controller: ControllerState;
  pending: PendingCommand[];
  faults: readonly ActiveFault[];
  effects: SiteEffects;
  setting: PlantSetting;
  /** Grows whenever a reply could change; replies are kept by it. */
  revision: number;
  /** What the controller last knew of its PLC. */
  heldView: ControllerView | null;
  /** State replies given a sequence number so far. */
  stateReplies: number;
};

/** Above this arrears the plant is stepped by 10 s: an advance by hours must not take minutes. */
const COARSE_ABOVE_MS = 600_000;
const COARSE_STEP_S = 10;
const WARM_UP_STEP_S = 30;
/** With 30 s steps the fan control swings by some kelvin: the last minutes are stepped finer, so that no site is first seen hot. */
const SETTLING_S = 900;

/**
 * @param plantMs plant time now; the site has run `warmUpS` until then, mostly by the longest step the model allows,
 * so that the first look sees a settled plant and costs nothing
 */
export function createSite(spec: SiteSpec, plantMs: number, warmUpS: number): SimulatedSite {
  const parameters = makeParameters(spec.seed);
  const startMs = Math.floor(plantMs / 1000) * 1000 - warmUpS * 1000;
  const controller = bootController(startMs);
  const { climate } = spec;
  const setting = settingOf(spec, parameters, climate, controller, NO_EFFECTS);
  let plant = startState(spec.seed, startMs);
  for (let leftS = warmUpS; leftS >= COARSE_STEP_S; ) {
    const stepS = leftS > SETTLING_S ? WARM_UP_STEP_S : COARSE_STEP_S;
    plant = stepPlant(setting, plant, stepS);
    leftS -= stepS;
  }
  return {
    spec,
    parameters,
    climate,
    plant,
    controller,
    pending: [],
    faults: [],
    effects: NO_EFFECTS,
    setting,
    revision: 0,
    heldView: null,
    stateReplies: 0,
  };
}

/** Brings the plant to `plantMs`, commands included. */
export function advanceSite(site: SimulatedSite, plantMs: number, stepS: number): void {
  for (;;) {
    applyDueCommands(site);
    const arrearsMs = plantMs - site.plant.timeMs;
    const dtS = arrearsMs > COARSE_ABOVE_MS ? Math.max(COARSE_STEP_S, stepS) : stepS;
    if (arrearsMs < dtS * 1000) return;
    site.plant = stepPlant(site.setting, site.plant, dtS);
    site.revision += 1;
  }
}

function applyDueCommands(site: SimulatedSite): void {
  if (site.pending.length === 0) return;
  const due = site.pending.filter(({ dueMs }) => dueMs <= site.plant.timeMs);
  if (due.length === 0) return;
  site.pending = site.pending.filter(({ dueMs }) => dueMs > site.plant.timeMs);
  for (const { command, onEffect } of due) {
    site.controller = applyCommand(site.controller, command);
    if (command.kind === "reset")
      setFaults(
        site,
        site.faults.filter((fault) => !isSet(fault, "untilReset")),
      );
    if (command.kind === "miners" && command.act === "reboot") {
      const back: Command = { kind: "miners", act: "wake", count: command.count };
      const dueMs = site.plant.timeMs + REBOOT_S * 1000;
      site.pending = [...site.pending, { command: back, dueMs, onEffect: () => undefined }];
    }
    refreshSetting(site);
    onEffect();
  }
}

/** Replaces the site's faults. The plant must have been advanced before. */
export function setFaults(site: SimulatedSite, faults: readonly ActiveFault[]): void {
  const hadPlcLoss = site.effects.plcLoss !== null;
  const effects = effectsOf(faults);
  if (effects.plcLoss !== null && !hadPlcLoss) site.heldView = viewOf(site, Date.now());
  site.faults = faults;
  site.effects = effects;
  refreshSetting(site);
}

export function setClimate(site: SimulatedSite, climate: Climate): void {
  site.climate = climate;
  refreshSetting(site);
}

export function setPlant(site: SimulatedSite, change: Partial<PlantState>): void {
  site.plant = { ...site.plant, ...change };
  site.revision += 1;
}

/** The controller after a restart: factory settings, commands on their way forgotten. */
export function rebootSite(site: SimulatedSite): void {
  site.controller = bootController(site.plant.timeMs);
  site.pending = [];
  refreshSetting(site);
}

function refreshSetting(site: SimulatedSite): void {
  site.setting = settingOf(site.spec, site.parameters, site.climate, site.controller, site.effects);
  site.revision += 1;
}

function settingOf(
  spec: SiteSpec,
  parameters: PlantParameters,
  climate: Climate,
  controller: ControllerState,
  effects: SiteEffects,
): PlantSetting {
  const { coolingOn, setpointC, parts } = controller;
  const orders = { coolingOn, setpointC, parts };
  return { parameters, climate, longitudeDeg: spec.lon, orders, faults: effects.plant };
}

/** What the sensors say now, without sensor faults. */
export function readingsOf(site: SimulatedSite): Readings {
  return measure(site.parameters, site.plant, site.spec.seed);
}

/** What the controller knows now. */
export function viewOf(site: SimulatedSite, wallMs: number): ControllerView {
  const { effects, plant, spec } = site;
  if (effects.plcLoss !== null && site.heldView !== null) return { ...site.heldView, plcLost: true };
  return makeView({
    parameters: site.parameters,
    plant,
    controller: site.controller,
    plantFaults: effects.plant,
    readings: applySensorFaults(readingsOf(site), effects.sensors, plant.timeMs, spec.dialect),
    leakContact: effects.leaks.some((fault) => contactIsWet(fault, plant.timeMs)),
    freezeContact: effects.freezeContact,
    // an ordinary clock is a second or two off
    deviceTimeMs: wallMs + ((spec.seed % 4001) - 2000) + effects.clockSkewMs,
  });
}

function contactIsWet(fault: ActiveFault, plantMs: number): boolean {
  const elapsedS = (plantMs - fault.sinceMs) / 1000;
  if (fault.kind === "leak") return (elapsedS / 3600) * numberOf(fault, "lPerH") >= numberOf(fault, "contactAfterL");
  const periodS = numberOf(fault, "blinkS");
  return periodS === 0 || elapsedS % periodS < periodS / 2;
}
