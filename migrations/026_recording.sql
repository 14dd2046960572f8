-- Up Migration
set local timezone = 'UTC';

alter table video_gateway
  add column recording      jsonb check (jsonb_typeof(recording) = 'object'),
  add column recording_kept jsonb check (jsonb_typeof(recording_kept) = 'object');
comment on column video_gateway.recording is 'null: no flow asks for recordings, and nothing is recorded';
comment on column video_gateway.recording_kept is
  'What recording last was: by its limits old recordings go, also when nothing is recorded any more';

-- Where a piece lies follows from its site, start, duration, kind and container: no path is stored. No foreign key: what was
-- recorded of a site that was removed is evidence, too.
create table video_segment (
  site_id          int         not null,
  start_at         timestamptz not null,
  duration_ms      int         not null check (duration_ms > 0),
  kind             text        not null check (kind in ('segment', 'key_frame')),
  container        text        not null check (container in ('ts', 'mp4')),
  bytes            int         not null check (bytes > 0),
  init_bytes       int         not null check (init_bytes >= 0),
  init_id          text,
  codec            text,
  is_discontinuity boolean     not null,
  reason           text        not null,
  primary key (site_id, start_at)
);
comment on table video_segment is 'One row for each recorded file';
comment on column video_segment.init_bytes is 'Of the initialisation section at the beginning of the file';
comment on column video_segment.reason is 'continuous, key_frames, alarm; found: a file without a row, met by a sweep';
create index video_segment_oldest on video_segment (start_at);

do $$
begin
  if exists (select from pg_extension where extname = 'timescaledb') then
    perform create_hypertable('video_segment', by_range('start_at', interval '1 day'), create_default_indexes => false);
  end if;
end $$;

create table video_lock (
  id         bigint      generated always as identity primary key,
  site_id    int         not null,
  from_at    timestamptz not null,
  to_at      timestamptz not null check (to_at > from_at),
  until_at   timestamptz not null,
  reason     text        not null,
  locked_by  text        not null,
  created_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz,
  removed_by text
);
comment on table video_lock is 'Recordings that retention leaves alone until a time: evidence. Removed locks stay as rows';
create index video_lock_living on video_lock (site_id) where removed_at is null;

create table video_mark (
  id        bigint      generated always as identity primary key,
  site_id   int         not null,
  at        timestamptz not null,
  reason    text        not null,
  marked_at timestamptz not null default clock_timestamp()
);
comment on table video_mark is 'Moments around which a flow wants video kept; the gateway takes them within a second';

create table video_recorder (
  only_row   boolean     primary key default true check (only_row),
  state      text        not null check (state in ('off', 'recording', 'stopped')),
  cause      text,
  since      timestamptz not null,
  changed_at timestamptz not null default clock_timestamp()
);
comment on table video_recorder is 'What the recorder last said of itself';

-- Down Migration
drop table video_recorder;
drop table video_mark;
drop table video_lock;
drop table video_segment;
alter table video_gateway drop column recording, drop column recording_kept;
