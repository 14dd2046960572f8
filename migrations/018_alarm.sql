-- Up Migration
set local timezone = 'UTC';

-- One row for each (site, segment or fleet) and rule, whatever happens: what it is now. The columns are what lists filter
-- and sort by; the alarm itself is the document.
create table alarm (
  id              text        primary key,
  site_id         int         references site on delete cascade,
  rule_id         text        not null,
  state           text        not null check (state in ('normal', 'unacknowledged', 'acknowledged', 'returned_unacknowledged',
                                'latched', 'shelved', 'suppressed', 'out_of_service')),
  priority        smallint    not null check (priority between 1 and 4),
  is_active       boolean     not null,
  raised_at       timestamptz not null,
  last_change_at  timestamptz not null,
  suppressed_by   text,
  shelved_until   timestamptz,
  revision        int         not null,
  document        jsonb       not null,
  urgency         smallint    not null generated always as (case state
                                when 'unacknowledged' then 1 when 'latched' then 2 when 'returned_unacknowledged' then 2
                                when 'acknowledged' then 3 when 'normal' then 5 else 4 end) stored
);
create index alarm_worst_first on alarm (priority, urgency, raised_at desc, id);
create index alarm_site on alarm (site_id);
create index alarm_parent on alarm (suppressed_by) where suppressed_by is not null;
create index alarm_shelved on alarm (shelved_until) where shelved_until is not null;
comment on table alarm is 'Alarms as they are: one for each subject and rule';
comment on column alarm.site_id is 'Null: about a segment or the whole fleet';
comment on column alarm.priority is '1 critical, 2 high, 3 medium, 4 low';
comment on column alarm.urgency is 'Within a priority: what asks for somebody comes first, what is hidden late, what is over last';
comment on column alarm.revision is 'Counts the changes: a writer that has read an older one changes nothing';
comment on column alarm.document is 'Alarm of domain/alarms/alarm.ts; the columns beside it are copies';

create table alarm_transition (
  alarm_id text        not null references alarm on delete cascade,
  revision int         not null,
  site_id  int         references site on delete cascade,
  rule_id  text        not null,
  kind     text        not null,
  at       timestamptz not null,
  document jsonb       not null,
  primary key (alarm_id, revision)
);
create index alarm_transition_at on alarm_transition (at desc, alarm_id, revision);
create index alarm_transition_site on alarm_transition (site_id, at desc);
create index alarm_transition_rule on alarm_transition (rule_id, at desc);
comment on table alarm_transition is 'Every change of every alarm, once';
comment on column alarm_transition.document is 'AlarmTransition of domain/alarms/alarm.ts';

create table alarm_memory (
  name       text        primary key,
  state      jsonb       not null,
  saved_at   timestamptz not null default clock_timestamp()
);
comment on table alarm_memory is 'What the rule engine remembers, by site: delays that run, samples of a window';

create table site_flag (
  id         uuid        primary key,
  kind       text        not null check (kind in ('maintenance', 'curtailment')),
  site_id    int         not null references site on delete cascade,
  begins_at  timestamptz not null,
  ends_at    timestamptz not null check (ends_at > begins_at),
  reason     text        not null,
  set_by     text        not null,
  set_at     timestamptz not null default clock_timestamp(),
  ended_at   timestamptz,
  ended_by   text
);
create index site_flag_present on site_flag (ends_at) where ended_at is null;
comment on table site_flag is 'Sites that are under maintenance or curtailed, for a time, with who and why';

-- Whoever holds it judges the rules.
insert into lease (name) values ('alarms');

-- Down Migration
delete from lease where name = 'alarms';
drop table site_flag;
drop table alarm_memory;
drop table alarm_transition;
drop table alarm;
