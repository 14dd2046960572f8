-- Up Migration
set local timezone = 'UTC';

-- Renewed every 1.5 s: room on the page keeps its rows where they are.
create table lease (
  name       text        primary key,
  holder     text,
  token      bigint      not null default 0,
  expires_at timestamptz not null default '-infinity'
) with (fillfactor = 50);
comment on table lease is 'Who may act: one holder at a time per name, for seconds, by the clock of the database';
comment on column lease.name is 'collector:0 to collector:15 share the sites (site.lease_name); scheduler runs the jobs; member:* is the heartbeat of one process';
comment on column lease.holder is 'One start of one process';
comment on column lease.token is 'Grows with every taking. An effect carries it, so that a former holder cannot act any more';

insert into lease (name) select 'collector:' || n from generate_series(0, 15) as n;
insert into lease (name) values ('scheduler');

-- Down Migration
drop table lease;
