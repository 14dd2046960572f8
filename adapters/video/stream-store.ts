import { isoOf } from "../../domain/iso-of.ts";
import type { RecordingSettings } from "../../domain/video/recording/recording-mode.ts";
import { STREAM_STATES, type StreamState } from "../../domain/video/stream-state.ts";
import { VIDEO_CAUSES, type VideoCause } from "../../domain/video/video-cause.ts";
import type { GatewaySettings } from "./gateway-protocol.ts";
import type { StreamRecord } from "./stream-board.ts";

/** The part of the database that video needs. `timestamptz` arrives as Date, `jsonb` parsed. */
export interface VideoDatabase {
  query(
    text: string,
    values?: readonly unknown[],
    options?: { readonly name?: string; readonly timeoutMs?: number; readonly lane?: "request" | "ingest" },
  ): Promise<Record<string, unknown>[]>;
}

// One statement whatever the number of cameras; sites that were removed meanwhile are left out by the join.
const WRITE = `
  insert into video_stream as v (site_id, state, since, cause, progressed_at, looked_at, codec, width, height, bitrate_kbps)
  select s.id, r.state, r.since::timestamptz, r.cause, r.progressed::timestamptz, r.looked::timestamptz, r.codec, r.width,
    r.height, r.kbps
  from jsonb_to_recordset($1::jsonb) as r (code text, state text, since text, cause text, progressed text, looked text,
    codec text, width int, height int, kbps int)
  join site s on s.code = r.code
  on conflict (site_id) do update set state = excluded.state, since = excluded.since, cause = excluded.cause,
    progressed_at = excluded.progressed_at, looked_at = excluded.looked_at, codec = excluded.codec, width = excluded.width,
    height = excluded.height, bitrate_kbps = excluded.bitrate_kbps, changed_at = clock_timestamp()
  where (v.looked_at, v.state, v.since) is distinct from (excluded.looked_at, excluded.state, excluded.since)`;
const READ = `
  select s.code, v.state, v.since, v.cause, v.progressed_at, v.looked_at, v.codec, v.width, v.height, v.bitrate_kbps
  from video_stream v join site s on s.id = v.site_id`;
const WIRE = `
  insert into video_gateway as g (settings, recording, recording_kept) values ($1::jsonb, $2::jsonb, $2::jsonb)
  on conflict (only_row) do update set settings = excluded.settings, recording = excluded.recording,
    recording_kept = coalesce(excluded.recording, g.recording_kept), changed_at = clock_timestamp()
  where (g.settings, g.recording) is distinct from (excluded.settings, excluded.recording)`;

/** @throws while the database is away */
export async function writeStreams(database: VideoDatabase, records: readonly StreamRecord[]): Promise<void> {
  const rows = records.map((record) => ({
    code: record.siteId,
    state: record.state,
    since: isoOf(record.sinceMs),
    cause: record.cause,
    progressed: timeText(record.progressedAtMs),
    looked: timeText(record.lookedAtMs),
    codec: record.codec,
    width: record.width,
    height: record.height,
    kbps: record.bitrateKbps,
  }));
  await database.query(WRITE, [JSON.stringify(rows)]);
}

/** @throws while the database is away */
export async function readStreams(database: VideoDatabase): Promise<StreamRecord[]> {
  const rows = await database.query(READ, [], { name: "video-streams" });
  return rows.map((row) => ({
    siteId: String(row["code"]),
    state: oneOf(STREAM_STATES, row["state"]) ?? ("unwatched" satisfies StreamState),
    sinceMs: msFrom(row["since"]) ?? 0,
    cause: oneOf(VIDEO_CAUSES, row["cause"]) satisfies VideoCause | null,
    progressedAtMs: msFrom(row["progressed_at"]),
    lookedAtMs: msFrom(row["looked_at"]),
    codec: typeof row["codec"] === "string" ? row["codec"] : null,
    width: numberFrom(row["width"]),
    height: numberFrom(row["height"]),
    bitrateKbps: numberFrom(row["bitrate_kbps"]),
  }));
}

/** What the flows of this process ask of the gateway; null: nothing. @throws while the database is away */
export async function writeWiring(
  database: VideoDatabase,
  settings: GatewaySettings | null,
  recording: RecordingSettings | null,
): Promise<void> {
  const textOf = (value: object | null) => (value === null ? null : JSON.stringify(value));
  await database.query(WIRE, [textOf(settings), textOf(recording)]);
}

/** @throws while the database is away */
export async function readWiring(database: VideoDatabase): Promise<unknown> {
  const [row] = await database.query("select settings from video_gateway", [], { name: "video-wiring" });
  return row?.["settings"] ?? null;
}

function timeText(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms);
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | null {
  return words.find((word) => word === value) ?? null;
}

function msFrom(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}

function numberFrom(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
