import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { commandAlarmEvents, conditionKey, type SiteCondition } from "../../domain/commands/command-alarms.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import type { CommandDatabase } from "./command-rows.ts";
import { lookForWork } from "./look-for-work.ts";

/**
 * Raises the alarms of commands: where one had no effect, and where a site was stopped as an emergency. All of it is in the
 * database, whichever process has sent it.
 */
export interface CommandAlarms {
  /** Takes what is found, to be stored. The first call comes with everything that is known. @returns unsubscribe */
  onFound(listener: (events: readonly ConditionEvent[]) => void): () => void;
  stop(): void;
}

export type CommandAlarmsOptions = {
  readonly database: CommandDatabase;
  /** The segment of a site, as alarms name it. */
  readonly segmentOf: (siteId: string) => string | null;
  /** Another number for each time that this process judges; null while it does not: then nothing is told. */
  readonly reign: () => number | null;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Tells when something has happened to a command or an emergency stop, in whichever process. */
  readonly work: WorkSignal;
  readonly log: Log;
};

/** How often it sees that this process has begun to judge. */
const REIGN_MS = 1_000;
const COMPLAIN_MS = 60_000;
// Of the sites that had one lately, so that the end of an alarm is told, too.
const READ = `
  select s.code, 'noEffect' as rule, coalesce((
      select n.state = 'no_effect' and n.ended_at > clock_timestamp() - interval '1 day'
      from command n where n.site_id = s.id and n.state in ('verified', 'no_effect') order by n.seq desc limit 1), false) as is_active
  from site s where s.id in (
    select c.site_id from command c where c.state = 'no_effect' and c.ended_at > clock_timestamp() - interval '7 days')
  union all
  select s.code, 'emergency' as rule, bool_or(m.reset_at is null) as is_active
  from emergency_stop m join site s on s.id = m.site_id
  where m.reset_at is null or m.reset_at > clock_timestamp() - interval '7 days' group by s.code`;

export function createCommandAlarms(options: CommandAlarmsOptions): CommandAlarms {
  const { database, segmentOf, reign, clock, work, log } = options;
  let listener: ((events: readonly ConditionEvent[]) => void) | null = null;
  let told: { readonly reign: number; readonly active: ReadonlyMap<string, SiteCondition> } | null = null;
  const mayComplain = seldom(COMPLAIN_MS, clock);

  async function look(): Promise<void> {
    const now = reign();
    if (listener === null || now === null) {
      told = null;
      return;
    }
    const rows = await database.query(READ);
    const found = rows.map((row): SiteCondition => {
      const siteId = String(row["code"]);
      const rule = row["rule"] === "emergency" ? "emergency" : "noEffect";
      return { siteId, segmentId: segmentOf(siteId), rule, isActive: row["is_active"] === true };
    });
    if (listener === null || reign() !== now) return;
    const events = commandAlarmEvents(told?.reign === now ? told.active : null, found, clock());
    const active = found.filter(({ isActive }) => isActive).map((one) => [conditionKey(one), one] as const);
    told = { reign: now, active: new Map(active) };
    if (events.length > 0) listener(events);
  }

  // A database that is away changes nothing: what it says afterwards is told then.
  const { lookOnce, stop } = lookForWork(work, look, (error) => {
    if (mayComplain()) log.warn({ reason: String(error) }, "alarms of commands cannot be looked for now");
  });
  const timer = setInterval(() => {
    if (reign() !== (told?.reign ?? null)) lookOnce();
  }, REIGN_MS);
  timer.unref();
  return {
    onFound(given) {
      listener = given;
      told = null;
      lookOnce();
      return () => {
        if (listener === given) listener = null;
      };
    },
    stop() {
      void stop();
      clearInterval(timer);
    },
  };
}
