-- Up Migration
set local timezone = 'UTC';

-- The 5-minute averages once more, turned: one row per point and bucket instead of per site and bucket. A heat map of 150
-- sites over a day reads 288 rows of one point here, and 43,200 rows of all points in rollup_5m.
create table fleet_5m_sites (
  bucket   timestamptz primary key,
  site_ids int[]       not null
);
comment on table fleet_5m_sites is 'Sites of rollup_5m by bucket, in order; a bucket that is missing here is read from rollup_5m';

create table fleet_5m (
  point    text        not null,
  bucket   timestamptz not null references fleet_5m_sites on delete cascade,
  averages real[]      not null,
  primary key (point, bucket)
);
create index fleet_5m_bucket on fleet_5m (bucket);
comment on table fleet_5m is 'Averages of a point in rollup_5m by bucket; a point without any value in a bucket has no row';
comment on column fleet_5m.averages is 'In the order of fleet_5m_sites.site_ids';

-- Down Migration
drop table fleet_5m;
drop table fleet_5m_sites;
