import { z } from "zod";
import { AlarmSummary } from "../alarms/alarm-summary.ts";
import { Command } from "../commands/command.ts";
import { QualityMark } from "../telemetry/quality.ts";
import { PointValue } from "../telemetry/snapshot.ts";
import { StreamMessage } from "../video/stream-message.ts";

/**
 * The messages of `/api/v1/live`, all JSON text. A view is a fixed list of points: `overview` for all sites,
 * `site` for every point of the sites named. Frames are columnar: one array of site indices, then one array per point
 * in the same order, so that a round of 150 sites stays below 11 KB and is serialised once for all clients of a view.
 * A column of a single element stands for all sites of its frame (pumps running, no leak, one slot).
 * `encode-frame.ts` writes them, `live-table.ts` reads them.
 */
export const OVERVIEW_POINTS = [
  "supply_temp_c",
  "return_temp_c",
  "supply_temp_setpoint_c",
  "supply_pressure_kpa",
  "return_pressure_kpa",
  "supply_flow_m3h",
  "container_temp_c",
  "total_power_kw",
  "hashrate_th",
  "miners_online",
  "chip_temp_max_c",
  "circulation_pump_running",
  "leak_detected",
  "tank_level_low",
  "tower_level_low",
  "freeze_alarm",
  "plc_disconnect",
] as const;

const Column = z.array(PointValue);

/** What a client may be told of beside rounds and heartbeats: rows of sites, alarms in numbers, commands, cameras. */
export const LIVE_TOPICS = ["snapshots", "alarms", "commands", "streams"] as const;
/** What comes where a client names none: how each camera is matters to pages that show cameras, and those say so. */
export const USUAL_TOPICS = ["snapshots", "alarms", "commands"] as const satisfies readonly LiveTopic[];
export type LiveTopic = (typeof LIVE_TOPICS)[number];

/**
 * Client → server. Without `sites`, rows of all; with an empty list of none: rounds and heartbeats come all the same. Commands
 * are those of the sites that are named, and of all where none is. A new subscribe replaces the old one.
 */
export const Subscribe = z.strictObject({
  type: z.literal("subscribe"),
  view: z.enum(["overview", "site"]),
  sites: z.array(z.string().max(64)).max(1000).optional(),
  /** `USUAL_TOPICS` when absent; what the client may not see is left out. */
  topics: z.array(z.enum(LIVE_TOPICS)).max(LIVE_TOPICS.length).optional(),
  /** Resume after a lost connection: the epoch and sequence number of the last frame seen. */
  epoch: z.string().max(64).optional(),
  after: z.int().min(0).optional(),
});
export type Subscribe = z.infer<typeof Subscribe>;

/** Everything: what a client needs to draw from nothing. `sites` is the index table that later deltas use. */
export const FullFrame = z.strictObject({
  type: z.literal("full"),
  epoch: z.string(),
  seq: z.int(),
  at: z.iso.datetime().describe("Server time, so that a browser with a wrong clock still shows the right age"),
  view: z.enum(["overview", "site"]),
  sites: z.array(z.string()),
  points: z.array(z.string()),
  /** Milliseconds since the epoch of `collectedAt`, per site; null = no snapshot yet. */
  collectedAtMs: z.array(z.number().nullable()),
  slotMs: z.array(z.number().nullable()),
  columns: z.array(Column).describe("One array per point of `points`, in order of `sites`"),
  /** By site index: marks of the view's points; only what is not good. */
  quality: z.record(z.string(), z.record(z.string(), QualityMark)),
  /** By site index: active faults; only sites that have some. */
  faults: z.record(z.string(), z.array(z.string())),
});
export type FullFrame = z.infer<typeof FullFrame>;

/** What changed since frame `seq - 1`. Every array runs over `index`, the changed sites' places in `sites`. */
export const DeltaFrame = z.strictObject({
  type: z.literal("delta"),
  epoch: z.string(),
  seq: z.int(),
  at: z.iso.datetime(),
  index: z.array(z.int()),
  /** Against `baseMs`, to keep the numbers short. */
  baseMs: z.number(),
  collectedAtMs: z.array(z.number()),
  slotMs: z.array(z.number()),
  columns: z.array(Column).describe("One array per point of the view, in order of `index`"),
  /** By site index, for every site of `index` whose marks are not empty; absent = all good now. */
  quality: z.record(z.string(), z.record(z.string(), QualityMark)),
  faults: z.record(z.string(), z.array(z.string())),
});
export type DeltaFrame = z.infer<typeof DeltaFrame>;

/** Every 2 s. A client that misses two says that it is blind. */
const Heartbeat = z.strictObject({
  type: z.literal("heartbeat"),
  epoch: z.string(),
  seq: z.int(),
  at: z.iso.datetime(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** A round has ended; goes to every client. */
export const RoundFrame = z.strictObject({
  type: z.literal("round"),
  at: z.iso.datetime(),
  round: z.strictObject({
    slot: z.iso.datetime(),
    durationMs: z.number(),
    sites: z.int(),
    ok: z.int(),
    late: z.int(),
    failed: z.record(z.string(), z.int()),
  }),
});
export type RoundFrame = z.infer<typeof RoundFrame>;

/** Alarms of the client's sites in numbers: at its first subscribe and after a change, once a second at most. */
export const AlarmFrame = z.strictObject({ type: z.literal("alarms"), at: z.iso.datetime(), summary: AlarmSummary });
export type AlarmFrame = z.infer<typeof AlarmFrame>;

/** A command as it is now; what a change was based on is in REST. */
export const LiveCommand = Command.omit({ evidence: true }).extend({
  change: z.int().describe("Greater after each change: what has a smaller one is older"),
});
export type LiveCommand = z.infer<typeof LiveCommand>;

/**
 * Commands of the client's sites that have changed. After a subscribe those that are not over, or have been for a few minutes
 * only: then `wholeTo` is the newest change that counts, and what a client knows beyond the list and not beyond that change is
 * to be forgotten. `live-commands.ts` does that.
 */
export const CommandFrame = z.strictObject({
  type: z.literal("commands"),
  at: z.iso.datetime(),
  wholeTo: z.int().nullable(),
  commands: z.array(LiveCommand),
});
export type CommandFrame = z.infer<typeof CommandFrame>;

/** Cameras of the client's sites: all of them after a subscribe that names the topic, later those that have changed. */
export const StreamFrame = z.strictObject({
  type: z.literal("streams"),
  at: z.iso.datetime(),
  isWhole: z.boolean(),
  streams: z.array(StreamMessage),
});
export type StreamFrame = z.infer<typeof StreamFrame>;

/** The request was wrong; the connection stays. */
export const LiveError = z.strictObject({ type: z.literal("error"), code: z.string(), detail: z.string() });
export type LiveError = z.infer<typeof LiveError>;

export const ServerFrame = z.discriminatedUnion("type", [
  FullFrame,
  DeltaFrame,
  Heartbeat,
  RoundFrame,
  AlarmFrame,
  CommandFrame,
  StreamFrame,
  LiveError,
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

export const HEARTBEAT_MS = 2000;
