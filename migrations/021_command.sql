-- Up Migration
set local timezone = 'UTC';

-- The id begins with its time (UUID version 7), by the clock of the database like every time beside it.
create table command (
  id              uuid             primary key default encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                                     placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
                                     from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid,
  seq             bigint           not null generated always as identity unique,
  site_id         int              not null references site,
  kind            text             not null check (char_length(kind) between 1 and 60),
  args            jsonb            not null check (jsonb_typeof(args) = 'object'),
  overrides       text[]           not null default '{}',
  reason          text             check (char_length(reason) <= 1000),
  requested_by    text             not null check (char_length(requested_by) between 1 and 120),
  idempotency_key text             check (char_length(idempotency_key) between 1 and 200),
  expires_in_s    double precision not null check (expires_in_s > 0 and expires_in_s <= 86400),
  state           text             not null check (state in ('waiting_approval', 'queued', 'claimed', 'sent', 'accepted',
                                     'verified', 'no_effect', 'failed', 'expired', 'cancelled', 'unknown')),
  state_reason    text,
  approved_by     text             check (approved_by <> requested_by),
  created_at      timestamptz      not null default clock_timestamp(),
  expires_at      timestamptz      not null,
  claimed_by      text,
  token           bigint,
  claimed_at      timestamptz,
  sent_at         timestamptz,
  verify_by       timestamptz,
  ended_at        timestamptz,
  effect_after_s  double precision check (effect_after_s >= 0),
  evidence        jsonb            check (jsonb_typeof(evidence) = 'object'),
  unique (requested_by, idempotency_key),
  check ((claimed_by is null) = (token is null) and (claimed_by is null) = (claimed_at is null)),
  check (claimed_by is null or state not in ('waiting_approval', 'queued', 'expired', 'cancelled')),
  check (claimed_by is not null or state not in ('claimed', 'sent', 'accepted', 'unknown', 'verified', 'no_effect')),
  check (sent_at is null or state not in ('waiting_approval', 'queued', 'claimed', 'expired', 'cancelled')),
  check (sent_at is not null or state not in ('sent', 'accepted', 'unknown', 'verified', 'no_effect')),
  check (verify_by is not null or state not in ('accepted', 'no_effect')),
  check ((ended_at is not null) = (state in ('verified', 'no_effect', 'failed', 'expired', 'cancelled')))
);
create unique index command_one_in_flight on command (site_id) where state in ('claimed', 'sent', 'accepted', 'unknown');
create index command_queue on command (site_id, seq) where state = 'queued';
create index command_open on command (seq) where ended_at is null;
create index command_site on command (site_id, seq desc);
create index command_ended_at on command (ended_at);
comment on table command is 'Commands to controllers: each is sent once at most, and ends in a state that has a name';
comment on column command.seq is 'Order within a site';
comment on column command.overrides is 'Interlocks that the requester overrode';
comment on column command.idempotency_key is 'The same key of the same requester is the same command';
comment on column command.expires_at is 'Not sent after this, whatever happens';
comment on column command.claimed_by is 'Holder of the lease of the site, with its token: only they send it, and only they report the answer';
comment on column command.sent_at is 'Committed before the one call that there ever is';
comment on column command.verify_by is 'When the effect has to be seen at the latest';
comment on column command.evidence is 'What the last change was based on; the whole story is in command_event';

create table command_event (
  id         bigint      generated always as identity primary key,
  command_id uuid        not null references command on delete cascade,
  at         timestamptz not null default clock_timestamp(),
  state      text        not null,
  made_by    text        not null,
  reason     text,
  evidence   jsonb       check (jsonb_typeof(evidence) = 'object')
);
create index command_event_command on command_event (command_id, id);
comment on table command_event is 'Every change of every command, in the transaction of the change; append-only';
comment on column command_event.state is 'State after it; a late answer changes none';
comment on column command_event.made_by is 'Name of a person, or system';

create table command_writes (
  id         bigint      generated always as identity primary key,
  profile_id text        not null,
  site_id    int         references site,
  is_enabled boolean     not null,
  reason     text        not null check (char_length(reason) <= 1000),
  set_by     text        not null,
  set_at     timestamptz not null default clock_timestamp(),
  check (site_id is not null or not is_enabled)
);
create index command_writes_newest on command_writes (profile_id, site_id, id desc);
comment on table command_writes is 'Whether commands may be sent: the newest row of profile and site counts, and without one they may not; append-only';
comment on column command_writes.site_id is 'Null: all sites of the profile, those to come as well; so they can be switched off, never on';

create table site_lock (
  id             uuid        primary key default gen_random_uuid(),
  site_id        int         not null references site,
  until          timestamptz not null,
  reason         text        not null check (char_length(reason) between 1 and 1000),
  set_by         text        not null check (set_by <> 'system'),
  set_at         timestamptz not null default clock_timestamp(),
  removed_by     text        check (removed_by <> 'system'),
  removed_at     timestamptz,
  removed_reason text        check (char_length(removed_reason) <= 1000),
  check ((removed_at is null) = (removed_by is null))
);
create unique index site_lock_in_force on site_lock (site_id, set_by) where removed_at is null;
comment on table site_lock is 'Maintenance lock-out: while a site has one in force, no command goes to it. Each person hangs an own one';
comment on column site_lock.until is 'When the work is expected to be over. Nothing happens then: only a person removes a lock';

create function command_refuse() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'commands are evidence: % on % is refused', tg_op, tg_table_name using errcode = '42501';
end $$;

-- What was ordered never changes, and neither does what has ended.
create function command_keep() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.ended_at is not null
    or (new.id, new.seq, new.site_id, new.kind, new.args, new.overrides, new.reason, new.requested_by, new.idempotency_key,
        new.expires_in_s, new.created_at, new.expires_at)
      is distinct from
       (old.id, old.seq, old.site_id, old.kind, old.args, old.overrides, old.reason, old.requested_by, old.idempotency_key,
        old.expires_in_s, old.created_at, old.expires_at)
  then
    raise exception 'commands are evidence: this change of command % is refused', old.id using errcode = '42501';
  end if;
  return new;
end $$;

-- What is young stays. The time is the first argument of the trigger.
create function command_forget() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce((to_jsonb(old) ->> tg_argv[0])::timestamptz, 'infinity') < clock_timestamp() - interval '90 days' then
    return old;
  end if;
  raise exception 'commands are evidence: DELETE on % is refused', tg_table_name using errcode = '42501';
end $$;

create trigger keep before update on command for each row execute function command_keep();
create trigger forget before delete on command for each row execute function command_forget('ended_at');
create trigger refuse before truncate on command for each statement execute function command_refuse();
create trigger refuse before update or truncate on command_event for each statement execute function command_refuse();
create trigger forget before delete on command_event for each row execute function command_forget('at');
create trigger refuse before update or delete or truncate on command_writes for each statement execute function command_refuse();
create trigger refuse before delete or truncate on site_lock for each statement execute function command_refuse();

-- Down Migration
drop table site_lock;
drop table command_writes;
drop table command_event;
drop table command;
drop function command_forget();
drop function command_keep();
drop function command_refuse();
