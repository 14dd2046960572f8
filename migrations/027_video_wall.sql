-- Up Migration
set local timezone = 'UTC';

create table video_wall (
  user_id    int         not null references user_account on delete cascade,
  name       text        not null check (char_length(name) between 1 and 40),
  view       jsonb       not null check (jsonb_typeof(view) = 'object'),
  changed_at timestamptz not null default clock_timestamp(),
  primary key (user_id, name)
);
comment on table video_wall is 'How people look at the video wall, under names of their own';
comment on column video_wall.view is 'Layout, pictures, turning of pages, and ids of sites in order; it holds no right to see them';

-- Down Migration
drop table video_wall;
