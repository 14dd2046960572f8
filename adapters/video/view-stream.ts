import { isoOf } from "../../domain/iso-of.ts";
import type { StreamMessage } from "../../domain/video/stream-message.ts";
import type { StreamRecord } from "./stream-board.ts";

/** A camera as people are told of it; one that nobody has looked at is `unwatched`. @param nowMs since the Unix epoch */
export function viewStream(siteId: string, record: StreamRecord | undefined, nowMs: number): StreamMessage {
  const progressedAtMs = record?.progressedAtMs ?? null;
  return {
    streamId: siteId,
    siteId,
    state: record?.state ?? "unwatched",
    since: record ? isoOf(record.sinceMs) : null,
    ageS: progressedAtMs === null ? null : Math.max(0, Math.round((nowMs - progressedAtMs) / 100) / 10),
    cause: record?.cause ?? null,
    codec: record?.codec ?? null,
    width: record?.width ?? null,
    height: record?.height ?? null,
    bitrateKbps: record?.bitrateKbps ?? null,
  };
}
