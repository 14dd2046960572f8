import { BUCKET_S, type RolledLevel } from "../../../domain/telemetry/history-level.ts";

type LevelDefinition = {
  readonly table: "rollup_5m" | "rollup_1h" | "rollup_1d";
  /** Length of a bucket. */
  readonly lengthMs: number;
  /** What its buckets are computed from. */
  readonly source: { readonly table: string; readonly time: "slot" | "bucket" };
  /** The level that has to be computed again after this one; null = the last. */
  readonly next: RolledLevel | null;
};

/** Where each level is stored, and how one follows from the other. */
export const ROLLUPS: Readonly<Record<RolledLevel, LevelDefinition>> = {
  "5m": { table: "rollup_5m", lengthMs: BUCKET_S["5m"] * 1000, source: { table: "sample", time: "slot" }, next: "1h" },
  "1h": {
    table: "rollup_1h",
    lengthMs: BUCKET_S["1h"] * 1000,
    source: { table: "rollup_5m", time: "bucket" },
    next: "1d",
  },
  "1d": {
    table: "rollup_1d",
    lengthMs: BUCKET_S["1d"] * 1000,
    source: { table: "rollup_1h", time: "bucket" },
    next: null,
  },
};
