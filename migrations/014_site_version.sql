-- Up Migration
set local timezone = 'UTC';

alter table site
  add column version    int not null default 1,
  add column managed_by text;
comment on column site.version is 'Grows with every change, so that nobody overwrites a state that they have not seen';
comment on column site.managed_by is 'Name of the sites file that says what this site is; counts while a process has that file';

create table sites_file (
  name    text        primary key,
  seen_at timestamptz not null
);
comment on table sites_file is 'Sites files that processes follow at this time: each is confirmed every 20 s';

-- Down Migration
drop table sites_file;
alter table site drop column version, drop column managed_by;
