-- Up Migration
set local timezone = 'UTC';

alter table site add column camera_queries boolean not null default false;
comment on column site.camera_queries is
  'Queries are sent to the camera although it shares host and port with a controller, where one could be an order';

-- Down Migration
alter table site drop column camera_queries;
