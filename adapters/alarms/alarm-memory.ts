import type { Alarm } from "../../domain/alarms/alarm.ts";
import { FleetState } from "../../domain/alarms/fleet-state.ts";
import type { AlarmDatabase } from "./alarm-database.ts";
import { type Fence, LostLeaseError } from "./write-alarms.ts";

/** What the rules remember, as it is stored: delays that run, samples of a window, what hides what. */
export interface AlarmMemory {
  /**
   * @returns `state` null when nothing was stored, or what is there has another form by now: then the rules begin anew;
   *   `alarms`: all whose condition holds, of the same moment
   */
  read(): Promise<{ readonly state: FleetState | null; readonly alarms: readonly Alarm[] }>;
  /** @throws {LostLeaseError} when another process judges by now */
  write(state: FleetState, fence: Fence): Promise<void>;
}

const NAME = "fleet";
const READ = `
  select (select state from alarm_memory where name = $1) as state,
    (select jsonb_agg(document order by id) from alarm where is_active) as alarms`;

/** @param fenceSql `fence as materialized (…)` with the parameters $1 to $3 */
export function createAlarmMemory(database: AlarmDatabase, fenceSql: string): AlarmMemory {
  return {
    async read() {
      const [row] = await database.query(READ, [NAME]);
      const found = FleetState.safeParse(row?.["state"]);
      return {
        state: found.success ? (found.data as FleetState) : null,
        alarms: (row?.["alarms"] ?? []) as Alarm[],
      };
    },
    async write(state, { name, holder, token }) {
      const written = await database.query(
        `with ${fenceSql} insert into alarm_memory (name, state) select $4, $5::text::jsonb from fence
         on conflict (name) do update set state = excluded.state, saved_at = clock_timestamp() returning name`,
        [name, holder, token, NAME, JSON.stringify(state)],
      );
      if (written.length === 0) throw new LostLeaseError(name);
    },
  };
}
