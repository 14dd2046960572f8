import type { ControllerView } from "../controller/controller-view.ts";

export const DIALECTS = ["a", "b", "c", "d", "immersion"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The device profile that reads each dialect: what the sites file names. */
export const PROFILE_OF: Readonly<Record<Dialect, string>> = {
  a: "bitmain-antbox-hk3",
  b: "x-nested-x10",
  c: "x-flat-strings",
  d: "x-lab-parts",
  immersion: "bitmain-antspace-immersion",
};

/** Firmwares of dialect A: `extra` sends keys nobody knows, `extended` the fields seen on some devices, `strings` everything as text. */
export type Firmware = "base" | "extra" | "extended" | "strings";

/** What an encoder may use beside the view. */
export type EncodeContext = {
  readonly siteNumber: number;
  readonly firmware: Firmware;
  /** Miners listed one by one in `miner_info`. */
  readonly minerDetails: number;
  /** The site's reply sequence number, or null outside witness mode. */
  readonly witness: number | null;
};

export type JsonObject = { [key: string]: unknown };
export type Encoder = (view: ControllerView, context: EncodeContext) => JsonObject;

/** Rounds as a controller with so many decimals does. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
