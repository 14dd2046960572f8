import type { QueuedAlarm } from "../../domain/alarms/queued-alarm.ts";
import type { AlarmDatabase } from "./alarm-database.ts";

/** Hidden ones and what is over and seen ask nobody for anything: their urgency is higher. */
const READ = `
  select id, priority, urgency, (extract(epoch from raised_at) * 1000)::float8 as raised_ms from alarm
  where urgency <= 3 and ($1::text[] is null or id = any($1))`;

/** The alarms that want somebody; of these ids only, or (null) all. */
export async function readQueue(database: AlarmDatabase, ids: readonly string[] | null): Promise<QueuedAlarm[]> {
  const rows = await database.query(READ, [ids]);
  return rows.map((row) => ({
    id: String(row["id"]),
    priority: Number(row["priority"]),
    urgency: Number(row["urgency"]),
    raisedMs: Math.round(Number(row["raised_ms"])),
  }));
}
