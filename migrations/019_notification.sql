-- Up Migration
set local timezone = 'UTC';

create table notification_recipient (
  id          uuid        primary key,
  name        text        not null unique,
  language    text        not null check (language in ('zh-CN', 'en')),
  addresses   text        not null,
  is_enabled  boolean     not null,
  updated_by  text        not null,
  updated_at  timestamptz not null default clock_timestamp()
);
comment on table notification_recipient is 'Who is told of alarms';
comment on column notification_recipient.addresses is 'Sealed: addresses by channel, as JSON';

create table notification_channel (
  kind            text        primary key,
  settings        text        not null,
  is_enabled      boolean     not null,
  updated_by      text        not null,
  updated_at      timestamptz not null default clock_timestamp(),
  failures        int         not null default 0,
  last_ok_at      timestamptz,
  last_failed_at  timestamptz,
  last_reason     text
);
comment on table notification_channel is 'How each channel is set up, and how it does';
comment on column notification_channel.settings is 'Sealed: servers, accounts and keys, as JSON';
comment on column notification_channel.failures is 'Failed tries since the last one that was delivered';

create table notification_plan (
  name        text        primary key,
  document    jsonb       not null,
  revision    int         not null,
  updated_by  text        not null default '',
  updated_at  timestamptz not null default clock_timestamp()
);
comment on table notification_plan is 'Who is told of what: one row, NotificationPlan of domain/notification/plan.ts';
insert into notification_plan (name, document, revision) values ('plan', '{"routes": [], "schedules": []}', 0);

create table notification_state (
  name      text        primary key,
  state     jsonb       not null,
  revision  bigint      not null,
  saved_at  timestamptz not null default clock_timestamp()
);
comment on table notification_state is 'What deciding remembers: groups of alarms that were told, or wait to be told';
comment on column notification_state.revision is 'Counts the decisions: whoever has read an older one writes nothing';
insert into notification_state (name, state, revision) values ('groups', '{"groups": {}}', 0);

create table notification_intake (
  alarm_id    text        not null,
  revision    int         not null,
  document    jsonb       not null,
  taken_at    timestamptz not null default clock_timestamp(),
  decided_at  timestamptz,
  reasons     jsonb       not null default '{}',
  primary key (alarm_id, revision)
);
create index notification_intake_open on notification_intake (taken_at) where decided_at is null;
create index notification_intake_taken_at on notification_intake (taken_at desc, alarm_id, revision);
comment on table notification_intake is 'Changes of alarms that people are to be told of, and why they were told or not; kept 30 days';
comment on column notification_intake.reasons is 'By route: why it told, or did not';

create table notification_delivery (
  id               bigint      generated always as identity primary key,
  key              text        not null unique,
  subject          text        not null,
  transition       text        not null,
  channel          text        not null,
  recipient_id     uuid        not null,
  priority         smallint    not null check (priority between 1 and 4),
  fallbacks        text[]      not null,
  document         jsonb       not null,
  state            text        not null default 'waiting' check (state in ('waiting', 'delivering', 'delivered',
                                 'possibly_delivered', 'expired', 'failed')),
  attempts         int         not null default 0,
  created_at       timestamptz not null default clock_timestamp(),
  next_try_at      timestamptz default clock_timestamp(),
  last_try_at      timestamptz,
  settled_at       timestamptz,
  reason           text,
  provider_id      text,
  acknowledged_at  timestamptz,
  check ((state in ('waiting', 'delivering')) = (next_try_at is not null)),
  unique (subject, transition, channel, recipient_id)
);
create index notification_delivery_due on notification_delivery (channel, priority, next_try_at) where next_try_at is not null;
create index notification_delivery_created_at on notification_delivery (created_at);
comment on table notification_delivery is 'Outbox and log of the messages about alarms; kept 30 days';
comment on column notification_delivery.key is 'Short form of subject, transition, channel and recipient; sent along with every try';
comment on column notification_delivery.subject is 'The group of alarms that it tells of';
comment on column notification_delivery.next_try_at is 'While it is under way: when it counts as abandoned';
comment on column notification_delivery.document is 'Notice of domain/notification/notice.ts, without an address';
comment on column notification_delivery.acknowledged_at is 'When its acknowledge link was used: it works once';

-- Down Migration
drop table notification_delivery;
drop table notification_intake;
drop table notification_state;
drop table notification_plan;
drop table notification_channel;
drop table notification_recipient;
