import { parseArgs } from "node:util";
import { LAYOUTS, type LayoutName } from "./cameras/layouts/layouts.ts";
import { DIALECTS, type Dialect } from "./dialects/dialect.ts";
import { CLIMATES, type ClimateName } from "./plant/weather.ts";

/**
 * `shared`: no site has its id in the picture, so that FFmpeg runs for some seconds only. `small`: it never runs, all show the
 * small loop.
 */
const CAMERAS = ["on", "shared", "small", "off"] as const;
export type CamerasOption = (typeof CAMERAS)[number];

/** How a simulated fleet is started. */
export type SimulatorOptions = {
  /** 1 … 150,000; more than 1,000 need `addressing: "address"`. */
  readonly sites: number;
  /** Control endpoint; the sites follow (port + 1 …). 0 takes free ports everywhere. */
  readonly port: number;
  readonly seed: number;
  /** Range of the time a controller takes for one answer, ms. */
  readonly latencyMs: readonly [number, number];
  /** Where the matching sites file is written; null = nowhere. */
  readonly sitesFile: string | null;
  /** `port`: a port per site on 127.0.0.1. `address`: an address per site (127.1.x.y), one port; Linux only. */
  readonly addressing: "port" | "address";
  /** Written into the sites file; null = the platform's default. */
  readonly intervalS: number | null;
  readonly dialects: readonly (readonly [Dialect, number])[];
  /** Plant time against real time, 0.1 … 3600. */
  readonly speed: number;
  /** Every state reply carries its own sequence number in `power_a_distribution`; all sites speak dialect A. */
  readonly witness: boolean;
  /** Faults by themselves, at random times. */
  readonly faultRates: boolean;
  readonly climate: ClimateName | "by-region";
  /** Miners listed one by one in `minerInfo`, 0 … 189. A real controller lists all (about 35 KB). */
  readonly minerDetails: number;
  /** Replies the ledger keeps before it forgets the oldest. */
  readonly ledgerRows: number;
  /** Plant time at start, ms since the Unix epoch; null = now. With it and a seed a run can be repeated. */
  readonly startMs: number | null;
  /** Plant time every site has behind it when it is first looked at, s. */
  readonly warmUpS: number;
  /** A camera per site, named in the sites file. */
  readonly cameras: CamerasOption;
  /** What the cameras show at `/stream.m3u8`; `mixed` gives the sites one layout after the other. */
  readonly cameraLayout: LayoutName | "mixed";
  /** Where the pictures are kept; null = below `.runtime/` of the repository. */
  readonly cameraFolder: string | null;
};

export const DEFAULT_OPTIONS: SimulatorOptions = {
  sites: 150,
  port: 8000,
  seed: 1,
  latencyMs: [20, 80],
  sitesFile: null,
  addressing: "port",
  intervalS: null,
  dialects: [
    ["a", 12],
    ["immersion", 1],
    ["b", 1],
    ["c", 1],
  ],
  speed: 1,
  witness: false,
  faultRates: false,
  climate: "by-region",
  minerDetails: 2,
  ledgerRows: 1_200_000,
  startMs: null,
  warmUpS: 7200,
  cameras: "on",
  cameraLayout: "media",
  cameraFolder: null,
};

/** A wrong option; the message names it, its value and what is allowed. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

const FLAGS = {
  sites: { type: "string" },
  port: { type: "string" },
  seed: { type: "string" },
  latency: { type: "string" },
  "sites-file": { type: "string" },
  addressing: { type: "string" },
  "interval-s": { type: "string" },
  dialects: { type: "string" },
  speed: { type: "string" },
  witness: { type: "boolean" },
  "fault-rates": { type: "string" },
  climate: { type: "string" },
  "miner-details": { type: "string" },
  "ledger-rows": { type: "string" },
  "start-at": { type: "string" },
  "warm-up-s": { type: "string" },
  cameras: { type: "string" },
  "camera-layout": { type: "string" },
  "camera-folder": { type: "string" },
  help: { type: "boolean" },
} as const;

export const USAGE = `node simulator/main.ts [options]
  --sites 150             how many sites, 1 … 150000 (more than 1000 need --addressing address)
  --port 8000             control endpoint; the sites take the ports after it
  --addressing port       port: 127.0.0.1:8001 … ; address: http://127.1.x.y:8001, one listener (Linux)
  --sites-file <path>     writes the matching sites file (YAML)
  --interval-s <s>        polling interval written into the sites file, 1 … 3600
  --seed 1                same seed, same fleet
  --latency 20-80         milliseconds a controller takes for an answer
  --dialects a:12,immersion:1,b:1,c:1   shares of ${DIALECTS.join(", ")}
  --climate by-region     ${Object.keys(CLIMATES).join(", ")} or by-region
  --speed 1               plant time against real time, 0.1 … 3600
  --witness               state replies carry their sequence number; all sites speak dialect A
  --fault-rates off       on: random faults by themselves
  --miner-details 2       miners listed one by one in minerInfo, 0 … 189
  --ledger-rows 1200000   replies kept in the ledger
  --start-at <ISO time>   plant time at start (default: now)
  --warm-up-s 7200        plant time behind every site at start
  --cameras on            shared: no site's id in the picture, which takes FFmpeg half a second a site; small: FFmpeg is
                          never run, all show a small loop; off: no cameras, and none in the sites file
  --camera-layout media   what they show at /stream.m3u8: ${Object.keys(LAYOUTS).join(", ")} or mixed
  --camera-folder <path>  where the pictures are kept that FFmpeg makes (default: below .runtime)`;

/** @returns null when help is asked for; @throws {OptionError} on an unknown or wrong option */
export function parseCommandLine(argv: readonly string[]): SimulatorOptions | null {
  const values = readFlags(argv);
  if (values.help === true) return null;
  const addressing = oneOf("addressing", values.addressing ?? "port", ["port", "address"]);
  const witness = values.witness ?? false;
  const options: SimulatorOptions = {
    sites: whole("sites", values.sites, DEFAULT_OPTIONS.sites, 1, addressing === "address" ? 150_000 : 1000),
    port: whole("port", values.port, DEFAULT_OPTIONS.port, 0, 64_000),
    seed: whole("seed", values.seed, DEFAULT_OPTIONS.seed, 0, 4_294_967_295),
    latencyMs: range("latency", values.latency, DEFAULT_OPTIONS.latencyMs),
    sitesFile: values["sites-file"] ?? null,
    addressing,
    intervalS: values["interval-s"] === undefined ? null : whole("interval-s", values["interval-s"], 60, 1, 3600),
    dialects: witness ? [["a", 1]] : shares(values.dialects),
    speed: decimal("speed", values.speed, DEFAULT_OPTIONS.speed, 0.1, 3600),
    witness,
    faultRates: oneOf("fault-rates", values["fault-rates"] ?? "off", ["on", "off"]) === "on",
    climate: oneOf("climate", values.climate ?? "by-region", [...climateNames(), "by-region"]),
    minerDetails: whole("miner-details", values["miner-details"], DEFAULT_OPTIONS.minerDetails, 0, 189),
    ledgerRows: whole("ledger-rows", values["ledger-rows"], DEFAULT_OPTIONS.ledgerRows, 1000, 50_000_000),
    startMs: time("start-at", values["start-at"]),
    warmUpS: whole("warm-up-s", values["warm-up-s"], DEFAULT_OPTIONS.warmUpS, 0, 86_400),
    cameras: oneOf("cameras", values.cameras ?? DEFAULT_OPTIONS.cameras, CAMERAS),
    cameraLayout: oneOf("camera-layout", values["camera-layout"] ?? DEFAULT_OPTIONS.cameraLayout, [
      ...layoutNames(),
      "mixed",
    ]),
    cameraFolder: values["camera-folder"] ?? null,
  };
  if (witness && values.dialects !== undefined) {
    throw new OptionError("--dialects cannot go with --witness: the witness number needs dialect A on every site");
  }
  return options;
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const [firstSentence] = cause instanceof Error ? cause.message.split(". ") : [];
    throw new OptionError(`${firstSentence ?? "wrong options"}; --help lists what is allowed`, { cause });
  }
}

function climateNames(): ClimateName[] {
  return Object.keys(CLIMATES) as ClimateName[];
}

function layoutNames(): LayoutName[] {
  return Object.keys(LAYOUTS) as LayoutName[];
}

function wrong(name: string, value: string, allowed: string): OptionError {
  return new OptionError(`--${name} ${JSON.stringify(value.slice(0, 60))} is not allowed: ${allowed}`);
}

function oneOf<Word extends string>(name: string, value: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw wrong(name, value, words.join(" or "));
  return found;
}

function whole(name: string, value: string | undefined, fallback: number, low: number, high: number): number {
  if (value === undefined) return fallback;
  const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= low && number <= high)) throw wrong(name, value, `a whole number ${low} … ${high}`);
  return number;
}

function decimal(name: string, value: string | undefined, fallback: number, low: number, high: number): number {
  if (value === undefined) return fallback;
  const number = /^\d{1,6}(\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= low && number <= high)) throw wrong(name, value, `a number ${low} … ${high}`);
  return number;
}

function range(
  name: string,
  value: string | undefined,
  fallback: readonly [number, number],
): readonly [number, number] {
  if (value === undefined) return fallback;
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(value);
  const low = Number(match?.[1]);
  const high = Number(match?.[2] ?? match?.[1]);
  if (match === null || low > high) throw wrong(name, value, "milliseconds such as 20-80 or 0");
  return [low, high];
}

function shares(value: string | undefined): SimulatorOptions["dialects"] {
  if (value === undefined) return DEFAULT_OPTIONS.dialects;
  return value.split(",").map((part) => {
    const match = /^([a-z]+)(?::(\d{1,4}))?$/.exec(part.trim());
    const dialect = DIALECTS.find((known) => known === match?.[1]);
    const share = Number(match?.[2] ?? 1);
    if (dialect === undefined || share < 1)
      throw wrong("dialects", part, `${DIALECTS.join(", ")}, each with :share of 1 or more`);
    return [dialect, share] as const;
  });
}

function time(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw wrong(name, value, "an ISO-8601 time such as 2026-07-01T12:00:00Z");
  return ms;
}
