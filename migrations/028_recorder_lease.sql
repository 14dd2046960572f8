-- Up Migration
set local timezone = 'UTC';

-- Whoever holds it records: two processes with a gateway must not both do it.
insert into lease (name) values ('recorder');

-- Down Migration
delete from lease where name = 'recorder';
