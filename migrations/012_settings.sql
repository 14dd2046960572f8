-- Up Migration
set local timezone = 'UTC';

create table setting (
  key        text        primary key,
  value      jsonb       not null,
  updated_by text        not null default '',
  updated_at timestamptz not null default now()
);
comment on table setting is 'What people set for the whole installation; a key that is not here has its default';
comment on column setting.key is 'A field of PlatformSettings; revision counts the changes';
insert into setting (key, value) values ('revision', '0');

create table webhook (
  id           uuid        primary key,
  name         text        not null unique,
  url          text        not null,
  events       text[]      not null,
  enabled      boolean     not null default true,
  secret       text        not null,
  created_by   text        not null,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  failures     int         not null default 0,
  last_try_at  timestamptz,
  last_outcome text,
  last_status  int
);
comment on table webhook is 'Where others are told of events';
comment on column webhook.url is 'Sealed: it may carry a token, or a private address';
comment on column webhook.secret is 'Sealed: the key of the signatures';
comment on column webhook.failures is 'Failed tries since the last one that was delivered';

create table webhook_delivery (
  id           bigint      generated always as identity primary key,
  webhook_id   uuid        not null references webhook on delete cascade,
  event_id     uuid        not null,
  event        text        not null,
  body         text        not null,
  created_at   timestamptz not null default clock_timestamp(),
  state        text        not null default 'waiting' check (state in ('waiting', 'delivered', 'expired')),
  attempts     int         not null default 0,
  last_try_at  timestamptz,
  next_try_at  timestamptz default clock_timestamp(),
  outcome      text,
  status       int,
  duration_ms  int,
  check ((state = 'waiting') = (next_try_at is not null)),
  unique (webhook_id, event_id)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, next_try_at) where state = 'waiting';
create index webhook_delivery_newest on webhook_delivery (webhook_id, id desc);
create index webhook_delivery_created_at on webhook_delivery (created_at);
comment on table webhook_delivery is 'Outbox and log of the webhooks; kept 30 days';
comment on column webhook_delivery.event_id is 'The same for every webhook and every try: receivers tell repetitions by it';
comment on column webhook_delivery.body is 'What is sent and signed, byte for byte';
comment on column webhook_delivery.outcome is 'Of the last try; null before the first one';

create table webhook_source (
  name text   primary key,
  seq  bigint
);
comment on table webhook_source is 'How far the events of a source have been taken into the outbox';
comment on column webhook_source.seq is 'Null: nothing yet; it begins with what comes next';
insert into webhook_source (name) values ('audit');

-- Down Migration
drop table webhook_source;
drop table webhook_delivery;
drop table webhook;
drop table setting;
