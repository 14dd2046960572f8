-- Up Migration
set local timezone = 'UTC';

-- The shape of sample: real for gauges, double precision for counters, boolean and words for states. A missing reading
-- is null, with its reason in quality. No foreign keys: a removed site must not block a replay.
create table sample_shape (
  site_id                        int              not null,
  slot                           timestamptz      not null,
  collected_at                   timestamptz      not null,
  profile                        smallint         not null,
  latency_ms                     real             not null,
  attempts                       smallint         not null,
  -- loop
  supply_temp_c                  real,
  return_temp_c                  real,
  supply_temp_setpoint_c         real,
  delta_temp_k                   real,
  supply_pressure_kpa            real,
  return_pressure_kpa            real,
  delta_pressure_kpa             real,
  supply_flow_m3h                real,
  circulation_pump_running       boolean,
  circulation_pump_freq_hz       real,
  circulation_pump_2_running     boolean,
  circulation_pump_run_hours     double precision,
  filter_delta_pressure_kpa      real,
  makeup_pump_running            boolean,
  makeup_pump_starts_24h         real,
  tank_level_pct                 real,
  tank_level_low                 boolean,
  tank_level_high                boolean,
  leak_detected                  boolean,
  coolant_volume_l               real,
  heat_removed_kw                real,
  -- rejection
  tower_inlet_temp_c             real,
  tower_outlet_temp_c            real,
  tower_fan1_running             boolean,
  tower_fan2_running             boolean,
  tower_fan3_running             boolean,
  tower_fan_freq_hz              real,
  spray_pump_running             boolean,
  tower_level_low                boolean,
  tower_makeup_m3                double precision,
  tower_blowdown_m3              double precision,
  approach_wetbulb_k             real,
  approach_drybulb_k             real,
  secondary1_supply_temp_c       real,
  secondary2_supply_temp_c       real,
  secondary1_return_temp_c       real,
  secondary2_return_temp_c       real,
  valve1_position                text,
  valve2_position                text,
  freeze_alarm                   boolean,
  -- environment
  container_temp_c               real,
  container_rh_pct               real,
  container_dew_point_c          real,
  dew_point_margin_k             real,
  ambient_temp_c                 real,
  ambient_rh_pct                 real,
  ambient_wet_bulb_c             real,
  exhaust_fan1_running           boolean,
  exhaust_fan2_running           boolean,
  cabinet_temp_c                 real,
  smoke_detected                 boolean,
  spd_fault                      boolean,
  door_open                      boolean,
  latitude_deg                   real,
  longitude_deg                  real,
  water_curtain_pump_running     boolean,
  cold_aisle_temp_c              real,
  hot_aisle_temp_c               real,
  differential_pressure_pa       real,
  intake_fan_freq_hz             real,
  -- power
  box1_power_kw                  real,
  box2_power_kw                  real,
  total_power_kw                 real,
  box1_energy_kwh                double precision,
  box2_energy_kwh                double precision,
  phase_a_voltage_v              real,
  phase_b_voltage_v              real,
  phase_c_voltage_v              real,
  phase_a_current_a              real,
  phase_b_current_a              real,
  phase_c_current_a              real,
  power_factor                   real,
  cooling_power_kw               real,
  it_power_kw                    real,
  -- controller
  running_mode                   text,
  pid_mode                       boolean,
  plc_disconnect                 boolean,
  controller_uptime_s            real,
  clock_skew_s                   real,
  -- mining
  miners_expected                real,
  miners_online                  real,
  hashrate_th                    real,
  chip_temp_max_c                real,
  pcb_temp_max_c                 real,
  efficiency_j_th                real,
  reject_pct                     real,
  miner_inlet_temp_c             real,
  miner_outlet_temp_c            real,
  quality                        jsonb,
  faults                         jsonb,
  extra                          jsonb,
  unique (site_id, slot)
);
comment on table sample_shape is 'One row per site and round. Never updated: storing a slot again is harmless';
comment on column sample_shape.slot is 'Scheduled time of the round, by the clock of the platform; never the arrival';
comment on column sample_shape.collected_at is 'When the reply arrived';
comment on column sample_shape.profile is 'profile_registry.id';
comment on column sample_shape.latency_ms is 'Time of the successful requests, summed';
comment on column sample_shape.quality is 'Marks of what is not good, by point; null when all is good';
comment on column sample_shape.faults is 'Names of the active faults; null when there are none';
comment on column sample_shape.extra is 'Values of points that have no column';

-- With TimescaleDB a hypertable of one-day chunks; without it day partitions, which the platform creates ahead.
do $$
begin
  if exists (select from pg_extension where extname = 'timescaledb') then
    create table sample (like sample_shape including all);
    perform create_hypertable('sample', by_range('slot', interval '1 day'), create_default_indexes => false);
  else
    create table sample (like sample_shape including all) partition by range (slot);
  end if;
end $$;
comment on table sample is 'One row per site and round. Never updated: storing a slot again is harmless';
drop table sample_shape;

-- Columnstore: an optimisation of the full edition. Elsewhere this block does nothing.
do $$
begin
  if exists (select from pg_extension where extname = 'timescaledb')
    and coalesce(current_setting('timescaledb.license', true), '') = 'timescale'
  then
    alter table sample
      set (timescaledb.compress, timescaledb.compress_segmentby = 'site_id', timescaledb.compress_orderby = 'slot desc');
    perform add_compression_policy('sample', interval '7 days');
  end if;
end $$;

-- Creates the partitions of some UTC days, where they are missing. There is no default partition on purpose: rows in
-- it would block the creation of theirs.
create function ensure_day_partitions(parent text, first_day date, days int) returns int
language plpgsql as $$
declare
  this_day date;
  created int := 0;
  partition_name text;
begin
  for i in 0 .. days - 1 loop
    this_day := first_day + i;
    partition_name := parent || '_' || to_char(this_day, 'YYYYMMDD');
    if to_regclass(partition_name) is null then
      execute format('create table if not exists %I partition of %I for values from (%L) to (%L)', partition_name, parent,
        this_day::timestamp at time zone 'UTC', (this_day + 1)::timestamp at time zone 'UTC');
      created := created + 1;
    end if;
  end loop;
  return created;
end $$;

-- Down Migration
drop function ensure_day_partitions(text, date, int);
drop table sample;
