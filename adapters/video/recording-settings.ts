import { isoOf } from "../../domain/iso-of.ts";
import { RecordingSettings } from "../../domain/video/recording/recording-mode.ts";
import type { RecordingReport } from "./recording-protocol.ts";
import type { VideoDatabase } from "./stream-store.ts";

const STATE = `
  insert into video_recorder as r (state, cause, since) values ($1, $2, $3::timestamptz)
  on conflict (only_row) do update set state = excluded.state, cause = excluded.cause, since = excluded.since,
    changed_at = clock_timestamp()`;

/** What the flows ask to be recorded; null: nothing. @throws while the database is away */
export async function readRecording(database: VideoDatabase): Promise<unknown> {
  const [row] = await database.query("select recording from video_gateway", [], { name: "video-recording" });
  return row?.["recording"] ?? null;
}

/** By which recordings go: what a flow asked for last, also when none does now; null: never. @throws while the database is away */
export async function readKeptSettings(database: VideoDatabase): Promise<RecordingSettings | null> {
  const [row] = await database.query("select recording_kept from video_gateway", [], { name: "video-recording-kept" });
  return RecordingSettings.safeParse(row?.["recording_kept"]).data ?? null;
}

/** @throws while the database is away */
export async function writeRecorderState(
  database: VideoDatabase,
  { state, cause, sinceMs }: Pick<RecordingReport, "state" | "cause" | "sinceMs">,
): Promise<void> {
  await database.query(STATE, [state, cause, isoOf(sinceMs)]);
}

/** Since when the recorder cannot do what it is to do, ms since the epoch; null: it can, or there is none. @throws while the database is away */
export async function readStoppedSince(database: VideoDatabase): Promise<number | null> {
  const [row] = await database.query("select since from video_recorder where state = 'stopped'", [], {
    name: "video-recorder-stopped",
  });
  return row?.["since"] instanceof Date ? row["since"].getTime() : null;
}
