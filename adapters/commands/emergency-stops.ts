import type { CommandState } from "../../domain/commands/command.ts";
import {
  EMERGENCY_KIND,
  type EmergencyState,
  type EmergencyStop,
  type OrderedStep,
  SLEEP_KIND,
} from "../../domain/commands/emergency-stop.ts";
import { COMMAND_KINDS } from "../../domain/commands/kinds/index.ts";
import { AppError } from "../../domain/errors.ts";
import { type CommandDatabase, textOf, timeOf, told } from "./command-rows.ts";

export type NewEmergencyStop = Pick<EmergencyStop, "siteId" | "reason" | "overrides"> & { readonly by: string };

/** `isRepeated`: the site was being stopped already, and nothing was made. */
export type BegunEmergencyStop = { readonly emergency: EmergencyStop; readonly isRepeated: boolean };

/** A stop that goes on, with what became of its newest commands. */
export type RunningEmergencyStop = {
  readonly emergency: EmergencyStop;
  readonly stop: OrderedStep | null;
  readonly sleep: OrderedStep | null;
};

/**
 * Emergency stops as the database has them: who looks next goes on where another was killed. Each call rejects while it is
 * away; then nothing, or the whole change, was made.
 */
export interface EmergencyStops {
  /**
   * Latches the site, and takes back what is queued there or waits for a second person.
   *
   * @throws {AppError} `site.not-found`
   */
  begin(stop: NewEmergencyStop): Promise<BegunEmergencyStop>;
  /** Not reset, oldest first. @param siteIds null = all sites */
  inForce(siteIds: readonly string[] | null): Promise<EmergencyStop[]>;
  /** Those that go on, of the sites whose lease this holder has now. */
  runningOf(holder: string): Promise<RunningEmergencyStop[]>;
  /** What the stop waits for. */
  note(id: string, findings: EmergencyStop["findings"]): Promise<void>;
  /** The stop that was ordered was never sent: another one may be. */
  nextAttempt(id: string, attempt: number): Promise<void>;
  countSleep(id: string, batches: number): Promise<void>;
  end(id: string, attempt: number, state: "stopped" | "needs_person", reason: string | null): Promise<void>;
  /** A person has looked, and wants it to be sent once more. @returns null when it does not wait for a person any more */
  retry(siteId: string): Promise<EmergencyStop | null>;
  /** A person has looked on site: other commands may go there again. @returns null when there is none in force */
  reset(siteId: string, by: string, reason: string): Promise<EmergencyStop | null>;
}

/** A condition on a site `s`. */
const IS_STOPPED = "exists (select from emergency_stop m where m.site_id = s.id and m.reset_at is null)";
const FOR_EMERGENCY = Object.entries(COMMAND_KINDS).filter(([, { isForEmergency }]) => isForEmergency);
/** A condition on a command `c` to a site `s`: what makes it safer may be sent, and the stop itself while it is in force. */
export const FITS_EMERGENCY = `(case c.kind when '${EMERGENCY_KIND}' then ${IS_STOPPED}
  else c.kind in (${FOR_EMERGENCY.map(([kind]) => `'${kind}'`).join(", ")}) or not ${IS_STOPPED} end)`;

/** No requester can give a key with a blank in it. */
export const stopKey = (id: string, attempt: number): string => `emergency ${id} stop ${attempt}`;
export const sleepKey = (id: string, batch: number): string => `emergency ${id} sleep ${batch}`;

const COLUMNS = `e.id::text as id, s.code, e.state, e.state_reason, e.reason, to_jsonb(e.overrides) as overrides, e.requested_by,
  e.requested_at, e.attempt, e.sleep_batches, e.findings, e.looked_at, e.ended_at, e.reset_by, e.reset_at, e.reset_reason,
  stop.id::text as stop_id, stop.state as stop_state, stop.state_reason as stop_reason`;
const FROM = `from e join site s on s.id = e.site_id
  left join command stop on stop.requested_by = e.requested_by
    and stop.idempotency_key = 'emergency ' || e.id || ' stop ' || e.attempt`;
const IN_FORCE = `
  with e as (select * from emergency_stop where reset_at is null)
  select ${COLUMNS} ${FROM} where $1::text[] is null or s.code = any($1) order by e.seq`;
const RUNNING = `
  with e as (select * from emergency_stop where reset_at is null and state = 'running')
  select ${COLUMNS}, sleep.state as sleep_state, sleep.state_reason as sleep_reason ${FROM}
  join lease l on l.name = s.lease_name and l.holder = $1::text and l.expires_at > clock_timestamp()
  left join command sleep on sleep.requested_by = e.requested_by
    and sleep.idempotency_key = 'emergency ' || e.id || ' sleep ' || e.sleep_batches
  order by e.seq`;
// What is queued would be refused when its turn comes, and stand in the way of the stop until then.
const BEGIN = `
  with e as (
    insert into emergency_stop (site_id, reason, overrides, requested_by)
    select id, $2::text, $3::text[], $4::text from site where code = $1::text
    on conflict (site_id) where reset_at is null do nothing returning *
  ), moved as (
    update command c set state = 'cancelled', state_reason = 'emergency-stop', ended_at = clock_timestamp(), evidence = null
    from e where c.site_id = e.site_id and c.state in ('waiting_approval', 'queued') returning c.*
  ), ${told("$4::text")}
  select ${COLUMNS} ${FROM}`;
const NOTE = `
  update emergency_stop set findings = $2::text::jsonb, looked_at = clock_timestamp()
  where id = $1::uuid and reset_at is null and state = 'running'`;
const NEXT = `
  update emergency_stop set attempt = attempt + 1
  where id = $1::uuid and attempt = $2::int and reset_at is null and state = 'running'`;
const SLEEP = `
  update emergency_stop set sleep_batches = $2::int
  where id = $1::uuid and sleep_batches = $2::int - 1 and reset_at is null and state = 'running'`;
const END = `
  update emergency_stop set state = $3::text, state_reason = $4::text, ended_at = clock_timestamp()
  where id = $1::uuid and attempt = $2::int and reset_at is null and state = 'running'`;
const RETRY = `
  with e as (
    update emergency_stop set state = 'running', state_reason = null, ended_at = null, attempt = attempt + 1,
      findings = null, looked_at = null
    where site_id = (select id from site where code = $1::text) and reset_at is null and state = 'needs_person' returning *)
  select ${COLUMNS} ${FROM}`;
const RESET = `
  with e as (
    update emergency_stop set reset_at = clock_timestamp(), reset_by = $2::text, reset_reason = $3::text
    where site_id = (select id from site where code = $1::text) and reset_at is null returning *
  ), moved as (
    update command c set state = 'cancelled', state_reason = 'emergency-reset', ended_at = clock_timestamp(), evidence = null
    from e where c.site_id = e.site_id and c.kind in ('${EMERGENCY_KIND}', '${SLEEP_KIND}') and c.state = 'queued'
      and c.idempotency_key like 'emergency ' || e.id || ' %'
    returning c.*
  ), ${told("$2::text")}
  select ${COLUMNS} ${FROM}`;

export function createEmergencyStops(database: CommandDatabase): EmergencyStops {
  async function inForce(siteIds: readonly string[] | null): Promise<EmergencyStop[]> {
    return (await database.query(IN_FORCE, [siteIds])).map(emergencyFrom);
  }
  async function change(statement: string, values: readonly unknown[]): Promise<void> {
    await database.query(statement, values);
  }
  return {
    inForce,
    async begin({ siteId, reason, overrides, by }) {
      const [made] = await database.query(BEGIN, [siteId, reason, overrides, by]);
      if (made) return { emergency: emergencyFrom(made), isRepeated: false };
      const [known] = await inForce([siteId]);
      if (known === undefined) throw new AppError("site.not-found", `there is no site ${siteId}`);
      return { emergency: known, isRepeated: true };
    },
    async runningOf(holder) {
      const rows = await database.query(RUNNING, [holder]);
      return rows.map((row) => ({
        emergency: emergencyFrom(row),
        stop: stepFrom(row, "stop"),
        sleep: stepFrom(row, "sleep"),
      }));
    },
    note: (id, findings) => change(NOTE, [id, JSON.stringify(findings)]),
    nextAttempt: (id, attempt) => change(NEXT, [id, attempt]),
    countSleep: (id, batches) => change(SLEEP, [id, batches]),
    end: (id, attempt, state, reason) => change(END, [id, attempt, state, reason]),
    async retry(siteId) {
      const [row] = await database.query(RETRY, [siteId]);
      return row ? emergencyFrom(row) : null;
    },
    async reset(siteId, by, reason) {
      const [row] = await database.query(RESET, [siteId, by, reason]);
      return row ? emergencyFrom(row) : null;
    },
  };
}

function stepFrom(row: Record<string, unknown>, name: "stop" | "sleep"): OrderedStep | null {
  const state = row[`${name}_state`];
  return typeof state === "string"
    ? { state: state as CommandState, stateReason: textOf(row[`${name}_reason`]) }
    : null;
}

function emergencyFrom(row: Record<string, unknown>): EmergencyStop {
  return {
    id: String(row["id"]),
    siteId: String(row["code"]),
    state: row["state"] as EmergencyState,
    stateReason: textOf(row["state_reason"]),
    reason: String(row["reason"]),
    overrides: row["overrides"] as string[],
    requestedBy: String(row["requested_by"]),
    requestedAt: timeOf(row["requested_at"]) ?? "",
    attempt: Number(row["attempt"]),
    sleepBatches: Number(row["sleep_batches"]),
    findings: row["findings"] as EmergencyStop["findings"],
    lookedAt: timeOf(row["looked_at"]),
    stopState: textOf(row["stop_state"]) as CommandState | null,
    stopId: textOf(row["stop_id"]),
    endedAt: timeOf(row["ended_at"]),
    resetBy: textOf(row["reset_by"]),
    resetAt: timeOf(row["reset_at"]),
    resetReason: textOf(row["reset_reason"]),
  };
}
