-- Up Migration
set local timezone = 'UTC';

-- One order for several sites, wave after wave. The ledger makes one command of it for each site, whoever asks for it.
create table command_batch (
  id           uuid             primary key default gen_random_uuid(),
  seq          bigint           not null generated always as identity unique,
  kind         text             not null check (char_length(kind) between 1 and 60),
  args         jsonb            not null check (jsonb_typeof(args) = 'object'),
  waves        jsonb            not null check (jsonb_typeof(waves) = 'array'),
  pause_s      double precision not null check (pause_s >= 0 and pause_s <= 3600),
  reason       text             check (char_length(reason) <= 1000),
  requested_by text             not null check (char_length(requested_by) between 1 and 120),
  confirmation text             not null,
  expires_in_s double precision not null check (expires_in_s > 0 and expires_in_s <= 3600),
  state        text             not null check (state in ('running', 'stopped', 'done')),
  because      jsonb            not null default '[]' check (jsonb_typeof(because) = 'array'),
  stopped_by   text,
  created_at   timestamptz      not null default clock_timestamp(),
  ended_at     timestamptz,
  unique (requested_by, confirmation),
  check ((ended_at is null) = (state = 'running')),
  check ((stopped_by is not null) = (state = 'stopped'))
);
create index command_batch_running on command_batch (seq) where ended_at is null;
create index command_batch_ended_at on command_batch (ended_at);
comment on table command_batch is 'Orders for several sites at once: a few first, then more, then the rest';
comment on column command_batch.waves is 'Ids of sites by wave, in order';
comment on column command_batch.pause_s is 'From the last effect of a wave to the next wave: alarms have time to come';
comment on column command_batch.confirmation is 'Name of the confirmation that it was given with: once for each';
comment on column command_batch.because is 'Sites at which it stopped, and why';
comment on column command_batch.stopped_by is 'Name of a person, or system';

alter table command add column batch_id uuid references command_batch;
create unique index command_of_batch on command (batch_id, site_id) where batch_id is not null;
comment on column command.batch_id is 'The order for several sites that it is a part of: not sent once that is stopped';

create function command_batch_keep() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.ended_at is not null
    or (new.id, new.seq, new.kind, new.args, new.waves, new.pause_s, new.reason, new.requested_by, new.confirmation,
        new.expires_in_s, new.created_at)
      is distinct from
       (old.id, old.seq, old.kind, old.args, old.waves, old.pause_s, old.reason, old.requested_by, old.confirmation,
        old.expires_in_s, old.created_at)
  then
    raise exception 'commands are evidence: this change of batch % is refused', old.id using errcode = '42501';
  end if;
  return new;
end $$;

create function command_keep_batch() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.batch_id is distinct from old.batch_id then
    raise exception 'commands are evidence: this change of command % is refused', old.id using errcode = '42501';
  end if;
  return new;
end $$;

create trigger keep before update on command_batch for each row execute function command_batch_keep();
create trigger forget before delete on command_batch for each row execute function command_forget('ended_at');
create trigger refuse before truncate on command_batch for each statement execute function command_refuse();
create trigger keep_batch before update on command for each row execute function command_keep_batch();

-- Down Migration
drop trigger keep_batch on command;
alter table command drop column batch_id;
drop table command_batch;
drop function command_keep_batch();
drop function command_batch_keep();
