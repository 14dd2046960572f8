import type { Command } from "../../domain/commands/command.ts";
import { type CommandDatabase, commandFrom, SELECT_MOVED, SYSTEM, told } from "./command-rows.ts";

/** After which a command does not stay as it is. */
export type CommandPatience = {
  /** From claimed to sent. It was not sent, so another one may. */
  readonly claimedMs: number;
  /** From sent to the answer: the time limit of the call and a margin [storage 12]. */
  readonly sentMs: number;
  /** Beyond the time in which the effect has to show: then nobody has looked, and nobody will. */
  readonly unseenMs: number;
};
export const COMMAND_PATIENCE: CommandPatience = { claimedMs: 10_000, sentMs: 15_000, unseenMs: 60_000 };

const MOST = 500;

// What somebody else is changing at this moment needs nobody: `skip locked`, without which claiming and reaping deadlock.
const REAP = `
  with due as (
    select id, case
      when state = 'sent' then 'unknown' when state = 'accepted' then 'no_effect'
      when expires_at <= clock_timestamp() then 'expired' else 'queued' end as next
    from command
    where ended_at is null and case state
      when 'claimed' then expires_at <= clock_timestamp() or claimed_at < clock_timestamp() - $1::float8 * interval '1 ms'
      when 'sent' then sent_at < clock_timestamp() - $2::float8 * interval '1 ms'
      when 'accepted' then verify_by < clock_timestamp() - $3::float8 * interval '1 ms'
      when 'queued' then expires_at <= clock_timestamp()
      when 'waiting_approval' then expires_at <= clock_timestamp()
      else false end
    order by seq limit ${MOST} for update skip locked
  ), moved as (
    update command c set
      state = due.next,
      state_reason = case due.next when 'unknown' then 'no-answer' when 'no_effect' then 'not-read-back' when 'queued' then 'not-sent'
        else case c.state when 'waiting_approval' then 'not-approved-in-time' else 'not-sent-in-time' end end,
      claimed_by = case when c.sent_at is not null then c.claimed_by end,
      token = case when c.sent_at is not null then c.token end,
      claimed_at = case when c.sent_at is not null then c.claimed_at end,
      ended_at = case when due.next in ('expired', 'no_effect') then clock_timestamp() end,
      evidence = null
    from due where c.id = due.id returning c.*
  ), ${told(`'${SYSTEM}'`)} ${SELECT_MOVED}`;

const FORGET = `
  delete from command c where c.ended_at < clock_timestamp() - $1::float8 * interval '1 day' and not exists (
    select from command_event e where e.command_id = c.id and e.at >= clock_timestamp() - $1::float8 * interval '1 day')
  returning 1`;

const FORGET_BATCHES = `
  delete from command_batch b where b.ended_at < clock_timestamp() - $1::float8 * interval '1 day'
    and not exists (select from command c where c.batch_id = b.id)`;

/**
 * Moves on what nobody has in hand any more: claimed and not sent → queued, sent without an answer → unknown,
 * accepted and not read back → no effect, too late → expired. Any number of processes may do it at once.
 *
 * @returns the commands that were moved, as they are now
 */
export async function reapCommands(
  database: CommandDatabase,
  { claimedMs, sentMs, unseenMs }: CommandPatience,
): Promise<Command[]> {
  return (await database.query(REAP, [claimedMs, sentMs, unseenMs])).map(commandFrom);
}

/** Deletes commands that ended so long ago, with their events, and the batches they were in. The database refuses less than 90 days. @returns how many */
export async function forgetCommands(database: CommandDatabase, keptDays: number): Promise<number> {
  const commands = await database.query(FORGET, [keptDays]);
  await database.query(FORGET_BATCHES, [keptDays]);
  return commands.length;
}
