-- Up Migration
set local timezone = 'UTC';

create table job_run (
  id           bigint      generated always as identity primary key,
  job          text        not null,
  trigger      text        not null check (trigger in ('schedule', 'start', 'manual')),
  requested_by text,
  attempt      int         not null,
  attempts     int         not null,
  started_at   timestamptz not null default clock_timestamp(),
  ended_at     timestamptz,
  outcome      text        check (outcome in ('ok', 'failed', 'interrupted')),
  error        text,
  detail       jsonb,
  progress     jsonb,
  holder       text        not null,
  token        bigint      not null
);
create index job_run_newest on job_run (job, started_at desc);
create index job_run_outcome on job_run (job, outcome, started_at desc);
comment on table job_run is 'How each run of a job of the platform went';
comment on column job_run.outcome is 'Null while it runs; interrupted: its process stopped, or lost the lease';
comment on column job_run.attempt is 'Of attempts; 1 is the first try';
comment on column job_run.token is 'Fencing token of the lease scheduler under which it was begun';

-- Down Migration
drop table job_run;
