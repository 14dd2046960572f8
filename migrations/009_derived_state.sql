-- Up Migration
set local timezone = 'UTC';

create table derived_state (
  site_id int         primary key,
  slot    timestamptz not null,
  state   jsonb       not null
);
comment on table derived_state is 'What the platform remembers per site for points that follow from many rounds; disposable: it is rebuilt from sample';
comment on column derived_state.slot is 'The newest round in it';

-- Down Migration
drop table derived_state;
