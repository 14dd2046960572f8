-- Up Migration
set local timezone = 'UTC';

-- A schema of its own: whoever owns `public` could drop a table in it. An owner may give schema and objects to a role that
-- nobody signs in with (docs/security.md); without that, triggers and checkpoints protect.
create schema audit;

create table audit.entry (
  seq        bigint      primary key,
  at         timestamptz not null,
  actor_kind text        not null check (actor_kind in ('user', 'token', 'platform', 'anonymous')),
  actor      text        not null check (char_length(actor) <= 120),
  action     text        not null check (action ~ '^[a-z-]+:[a-z-]+$'),
  outcome    text        not null check (outcome in ('done', 'refused', 'failed')),
  target     text        not null default '' check (char_length(target) <= 200),
  address    text        not null default '' check (char_length(address) <= 64),
  detail     text        not null default '{}' check (octet_length(detail) <= 65536 and jsonb_typeof(detail::jsonb) = 'object'),
  prev       bytea       not null,
  hash       bytea       not null
);
create index entry_actor on audit.entry (actor, seq desc);
create index entry_action on audit.entry (action, seq desc);
create index entry_target on audit.entry (target, seq desc);
create index entry_at on audit.entry (at);
comment on table audit.entry is 'Who did what: append-only, each row sealed by the hash of the one before';
comment on column audit.entry.seq is 'From 1, without gaps; set by the trigger, like at, prev and hash';
comment on column audit.entry.detail is 'A JSON object, as the text that was hashed';
comment on column audit.entry.hash is 'SHA-256 of the canonical text: domain/access/audit-chain.ts';

-- Written with every append: room on the page keeps it where it is.
create table audit.head (
  is_only       boolean primary key default true check (is_only),
  seq           bigint  not null,
  hash          bytea   not null,
  first_seq     bigint  not null,
  first_prev    bytea   not null,
  cut_signed_at text,
  cut_signature text
) with (fillfactor = 50);
comment on table audit.head is 'The newest row of the trail, and where it begins';
comment on column audit.head.first_seq is 'The oldest row that is kept; everything before was cut when its time was over';
comment on column audit.head.first_prev is 'The hash of the row before it: the chain verifies from there';
comment on column audit.head.cut_signature is 'Ed25519 over first_seq, first_prev and cut_signed_at by the platform''s key; null while nothing was cut';
insert into audit.head (seq, hash, first_seq, first_prev)
values (0, decode(repeat('00', 32), 'hex'), 1, decode(repeat('00', 32), 'hex'));

-- Length in bytes, a colon, the text, a comma: no text can look like the border between two.
create function audit.field(content text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$ select octet_length(convert_to(content, 'UTF8'))::text || ':' || content || ',' $$;

create function audit.canonical(e audit.entry) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select audit.field('antbox-audit-1') || audit.field(e.seq::text)
    || audit.field(to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit.field(e.actor_kind) || audit.field(e.actor) || audit.field(e.action) || audit.field(e.outcome)
    || audit.field(e.target) || audit.field(e.address) || audit.field(e.detail) || audit.field(encode(e.prev, 'hex'))
$$;

-- What the caller gives for these four columns counts for nothing. The lock on the head lets one append run at a time, so
-- an append belongs at the end of a short transaction.
create function audit.append() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  last audit.head;
begin
  select * into strict last from audit.head for update;
  new.seq := last.seq + 1;
  new.at := clock_timestamp();
  new.prev := last.hash;
  new.hash := sha256(convert_to(audit.canonical(new), 'UTF8'));
  update audit.head set seq = new.seq, hash = new.hash;
  return new;
end $$;
create trigger append before insert on audit.entry for each row execute function audit.append();

create function audit.refuse() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'the audit trail is append-only: % on % is refused', tg_op, tg_table_name using errcode = '42501';
end $$;
create trigger refuse before update or truncate on audit.entry for each statement execute function audit.refuse();
create trigger refuse before insert or delete or truncate on audit.head for each statement execute function audit.refuse();

-- Only what lies before the beginning of the trail may go.
create function audit.keep() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.seq < (select first_seq from audit.head) then
    return old;
  end if;
  raise exception 'the audit trail is append-only: DELETE of row % is refused', old.seq using errcode = '42501';
end $$;
create trigger keep before delete on audit.entry for each row execute function audit.keep();

-- The head moves forward by one row, or the beginning does.
create function audit.advance() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if (new.seq = old.seq + 1 and new.first_seq = old.first_seq and new.first_prev = old.first_prev)
    or (new.seq = old.seq and new.hash = old.hash and new.first_seq > old.first_seq and new.first_seq <= new.seq)
  then
    return new;
  end if;
  raise exception 'the head of the audit trail only moves forward' using errcode = '42501';
end $$;
create trigger advance before update on audit.head for each row execute function audit.advance();

-- The only way in which rows leave: whole oldest ones, older than 90 days at least, with a marker that the platform signed
-- for the new first row. The database cannot check the signature; every verification does.
create function audit.cut(new_first bigint, expected_prev bytea, before timestamptz, signed_at text, signature text)
returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  last audit.head;
  removed bigint;
begin
  select * into strict last from audit.head for update;
  if new_first <= last.first_seq then
    return 0;
  end if;
  if before > clock_timestamp() - interval '90 days' then
    raise exception 'rows of the audit trail are kept for 90 days at least' using errcode = '42501';
  end if;
  if not exists (select from audit.entry where seq = new_first and prev = expected_prev) then
    raise exception 'row % of the audit trail is not as it was signed', new_first using errcode = '42501';
  end if;
  if exists (select from audit.entry where seq < new_first and at >= before) then
    raise exception 'there are younger rows before row % of the audit trail', new_first using errcode = '42501';
  end if;
  update audit.head set first_seq = new_first, first_prev = expected_prev, cut_signed_at = signed_at, cut_signature = signature;
  delete from audit.entry where seq < new_first;
  get diagnostics removed = row_count;
  return removed;
end $$;

revoke all on function audit.append(), audit.refuse(), audit.keep(), audit.advance(),
  audit.cut(bigint, bytea, timestamptz, text, text) from public;

-- Down Migration
drop schema audit cascade;
