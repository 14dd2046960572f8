-- Up Migration
set local timezone = 'UTC';

create table video_gateway (
  only_row   boolean     primary key default true check (only_row),
  settings   jsonb       check (jsonb_typeof(settings) = 'object'),
  changed_at timestamptz not null default clock_timestamp()
);
comment on table video_gateway is 'What the flows ask of the video gateway: one row';
comment on column video_gateway.settings is 'null: no flow asks for video, and nothing is served';

create table video_stream (
  site_id       int         primary key references site,
  state         text        not null check (state in ('online', 'stale', 'offline', 'unwatched')),
  since         timestamptz not null,
  cause         text,
  progressed_at timestamptz,
  looked_at     timestamptz,
  codec         text,
  width         int,
  height        int,
  bitrate_kbps  int,
  changed_at    timestamptz not null default clock_timestamp()
);
comment on table video_stream is 'What the gateway last knew of the camera of each site';
comment on column video_stream.progressed_at is 'When its playlist last moved on';
comment on column video_stream.looked_at is 'When it was last looked at, with or without a result';

-- Down Migration
drop table video_stream;
drop table video_gateway;
