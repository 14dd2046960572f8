-- Up Migration
set local timezone = 'UTC';

create table emergency_stop (
  id            uuid        primary key default gen_random_uuid(),
  seq           bigint      not null generated always as identity unique,
  site_id       int         not null references site,
  state         text        not null default 'running' check (state in ('running', 'needs_person', 'stopped')),
  state_reason  text,
  reason        text        not null check (char_length(reason) between 1 and 1000),
  overrides     text[]      not null default '{}',
  requested_by  text        not null check (char_length(requested_by) between 1 and 120 and requested_by <> 'system'),
  requested_at  timestamptz not null default clock_timestamp(),
  attempt       int         not null default 1 check (attempt >= 1),
  sleep_batches int         not null default 0 check (sleep_batches >= 0),
  findings      jsonb       check (jsonb_typeof(findings) = 'array'),
  looked_at     timestamptz,
  ended_at      timestamptz,
  reset_by      text        check (reset_by <> 'system'),
  reset_at      timestamptz,
  reset_reason  text        check (char_length(reset_reason) between 1 and 1000),
  check ((ended_at is null) = (state = 'running')),
  check ((reset_at is null) = (reset_by is null) and (reset_at is null) = (reset_reason is null))
);
create unique index emergency_stop_in_force on emergency_stop (site_id) where reset_at is null;
comment on table emergency_stop is 'Sites that are stopped as an emergency: latched until a person resets them';
comment on column emergency_stop.state is 'running: waits for what the stop has to wait for; needs_person: it was sent and has not come out as it should';
comment on column emergency_stop.overrides is 'Interlocks that do not hold the stop back';
comment on column emergency_stop.attempt is 'The stop that is ordered under this number is sent once at most; a next one only where that is certain, or a person wants it';
comment on column emergency_stop.sleep_batches is 'So many batches of miners were told to sleep';
comment on column emergency_stop.findings is 'What the stop waited for when it was looked at last';

-- Who stopped what, and why, never changes, and neither does what was reset.
create function emergency_stop_keep() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.reset_at is not null
    or (new.id, new.seq, new.site_id, new.reason, new.overrides, new.requested_by, new.requested_at)
      is distinct from (old.id, old.seq, old.site_id, old.reason, old.overrides, old.requested_by, old.requested_at)
  then
    raise exception 'commands are evidence: this change of emergency stop % is refused', old.id using errcode = '42501';
  end if;
  return new;
end $$;
create trigger keep before update on emergency_stop for each row execute function emergency_stop_keep();
create trigger refuse before delete or truncate on emergency_stop for each statement execute function command_refuse();

-- Down Migration
drop table emergency_stop;
drop function emergency_stop_keep();
