import type { PartOrders } from "../plant/part-orders.ts";

/** An order for one part of the plant; only controllers of dialect D take them. */
export type PartCommand =
  | { readonly kind: "pump"; readonly running: boolean; readonly hz: number }
  | { readonly kind: "fan"; readonly fans: readonly number[]; readonly hz: number }
  | { readonly kind: "spray"; readonly mode: PartOrders["spray"] }
  | { readonly kind: "refill"; readonly running: boolean }
  | { readonly kind: "mode"; readonly isAutomatic: boolean }
  | { readonly kind: "miners"; readonly act: "sleep" | "wake" | "reboot"; readonly count: number }
  | { readonly kind: "outlet"; readonly outlet: number; readonly on: boolean };

/** A miner that reboots is back after so long, s [J]. */
export const REBOOT_S = 180;

const FANS: Readonly<Record<string, readonly number[]>> = { "1": [0], "2": [1], "3": [2], all: [0, 1, 2] };
const SPRAY = ["on", "off", "auto"] as const;

const PARSERS: Readonly<Record<string, (query: URLSearchParams) => PartCommand | null>> = {
  pump(query) {
    const [running, hz] = [flagOf(query, "running"), numberOf(query, "hz", 30, 50)];
    return running === null || hz === null ? null : { kind: "pump", running, hz };
  },
  fan(query) {
    const fan = query.get("fan") ?? "";
    const fans = Object.hasOwn(FANS, fan) ? FANS[fan] : undefined;
    const hz = numberOf(query, "hz", 0, 50);
    return fans === undefined || hz === null || (hz > 0 && hz < 15) ? null : { kind: "fan", fans, hz };
  },
  spray(query) {
    const mode = SPRAY.find((known) => known === query.get("mode"));
    return mode === undefined ? null : { kind: "spray", mode };
  },
  refill(query) {
    const running = flagOf(query, "running");
    return running === null ? null : { kind: "refill", running };
  },
  mode(query) {
    const mode = query.get("mode");
    return mode === "auto" || mode === "manual" ? { kind: "mode", isAutomatic: mode === "auto" } : null;
  },
  sleep: (query) => minersOf(query, "sleep"),
  wake: (query) => minersOf(query, "wake"),
  reboot: (query) => minersOf(query, "reboot"),
  outlet(query) {
    const [outlet, on] = [numberOf(query, "outlet", 1, 64), flagOf(query, "on")];
    return outlet === null || on === null ? null : { kind: "outlet", outlet, on };
  },
};

/** @returns undefined when there is no such operation, null when the controller would refuse it */
export function parsePartCommand(operation: string, query: URLSearchParams): PartCommand | null | undefined {
  return Object.hasOwn(PARSERS, operation) ? PARSERS[operation]?.(query) : undefined;
}

function minersOf(query: URLSearchParams, act: "sleep" | "wake" | "reboot"): PartCommand | null {
  const count = numberOf(query, "miners", 1, 30);
  return count === null ? null : { kind: "miners", act, count };
}

function flagOf(query: URLSearchParams, name: string): boolean | null {
  const word = query.get(name);
  return word === "true" ? true : word === "false" ? false : null;
}

function numberOf(query: URLSearchParams, name: string, min: number, max: number): number | null {
  const word = query.get(name) ?? "";
  const value = /^\d{1,3}$/.test(word) ? Number(word) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

/** What is ordered of the parts after a command took effect. */
export function applyPartCommand(orders: PartOrders, command: PartCommand): PartOrders {
  switch (command.kind) {
    case "pump":
      return { ...orders, pumpOn: command.running, pumpHz: command.hz };
    case "fan": {
      const [first, second, third] = orders.fansHz.map((hz, fan) => (command.fans.includes(fan) ? command.hz : hz));
      return { ...orders, fansHz: [first ?? null, second ?? null, third ?? null] };
    }
    case "spray":
      return { ...orders, spray: command.mode };
    case "refill":
      return { ...orders, refilling: command.running };
    case "mode":
      return { ...orders, isAutomatic: command.isAutomatic };
    case "miners": {
      const change = command.act === "wake" ? -command.count : command.count;
      return { ...orders, minersAsleep: Math.max(0, orders.minersAsleep + change) };
    }
    case "outlet": {
      const others = orders.outletsOff.filter((outlet) => outlet !== command.outlet);
      return { ...orders, outletsOff: command.on ? others : [...others, command.outlet] };
    }
  }
}
