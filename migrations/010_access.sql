-- Up Migration
set local timezone = 'UTC';

alter table user_account
  add column scope               jsonb,
  add column is_external         boolean     not null default false,
  add column external_subject    text        unique,
  add column totp_secret         text,
  add column totp_confirmed_at   timestamptz,
  add column totp_last_step      bigint,
  add column recovery_hashes     text[]      not null default '{}',
  add column failed_attempts     int         not null default 0,
  add column locked_until        timestamptz,
  add column last_sign_in_at     timestamptz,
  add column password_changed_at timestamptz,
  add column previous_hashes     text[]      not null default '{}';
comment on column user_account.scope is 'The regions, zones and sites that count for this person; null = the whole fleet';
comment on column user_account.is_external is 'Signs in with an identity provider, and has no password of ours';
comment on column user_account.external_subject is 'Issuer and subject as the identity provider names them';
comment on column user_account.totp_secret is 'Sealed; bound to this row and column';
comment on column user_account.totp_last_step is 'The newest time step that was accepted: a code counts once';
comment on column user_account.recovery_hashes is 'Codes for a lost second factor, hashed; each counts once';
comment on column user_account.previous_hashes is 'Former passwords in PHC form, newest first: they are not taken again';

alter table session
  add column previous_hash bytea,
  add column rotated_at    timestamptz,
  add column address       text,
  add column user_agent    text,
  add column ended_reason  text;
comment on column session.refresh_hash is 'SHA-256 of the newest refresh token; the session is the family of all its tokens';
comment on column session.previous_hash is 'SHA-256 of the token before it, which gives the same successor again for some seconds';
comment on column session.rotated_at is 'When the token before it was first used';
comment on column session.ended_reason is 'Why it was ended before its time, such as signed-out, reuse, password-changed';

create table service_token (
  id           uuid        primary key,
  name         text        not null,
  token_hash   bytea       not null unique,
  permissions  text[]      not null,
  scope        jsonb,
  created_by   text        not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
create unique index service_token_live_name on service_token (name) where revoked_at is null;
comment on table service_token is 'Access for programs of third parties';
comment on column service_token.token_hash is 'SHA-256 of the token, which is shown once and kept nowhere';
comment on column service_token.permissions is 'What it may do, and nothing else';
comment on column service_token.last_used_at is 'To the minute';

-- Down Migration
drop table service_token;

comment on column session.refresh_hash is 'SHA-256 of the refresh token';
alter table session
  drop column previous_hash,
  drop column rotated_at,
  drop column address,
  drop column user_agent,
  drop column ended_reason;

alter table user_account
  drop column scope,
  drop column is_external,
  drop column external_subject,
  drop column totp_secret,
  drop column totp_confirmed_at,
  drop column totp_last_step,
  drop column recovery_hashes,
  drop column failed_attempts,
  drop column locked_until,
  drop column last_sign_in_at,
  drop column password_changed_at,
  drop column previous_hashes;
