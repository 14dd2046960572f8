-- Up Migration
set local timezone = 'UTC';

create table idempotency (
  id          text        primary key,
  username    text        not null,
  fingerprint text        not null,
  answer      text,
  started_at  timestamptz not null default clock_timestamp()
);
create index idempotency_user on idempotency (username, started_at desc);
create index idempotency_started on idempotency (started_at);
comment on table idempotency is 'Answers of requests that create something, for a day: the same request again gets the same answer';
comment on column idempotency.id is 'Keyed hash of user name and Idempotency-Key';
comment on column idempotency.fingerprint is 'Keyed hash of method, address and body: a body may hold a password';
comment on column idempotency.answer is 'Sealed: it may hold a token that is shown once. Null while the request is under way';

-- Down Migration
drop table idempotency;
