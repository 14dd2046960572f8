-- Up Migration
set local timezone = 'UTC';

-- The shape of the three roll-up tables: mean, smallest and largest of a gauge, the share of the time that a state was
-- on, the first and last reading of a counter. Words are not rolled up.
create table rollup_shape (
  site_id                            int              not null,
  n                                  int              not null,
  bucket                             timestamptz      not null,
  -- counters
  circulation_pump_run_hours_first   double precision,
  circulation_pump_run_hours_last    double precision,
  tower_makeup_m3_first              double precision,
  tower_makeup_m3_last               double precision,
  tower_blowdown_m3_first            double precision,
  tower_blowdown_m3_last             double precision,
  box1_energy_kwh_first              double precision,
  box1_energy_kwh_last               double precision,
  box2_energy_kwh_first              double precision,
  box2_energy_kwh_last               double precision,
  -- loop
  supply_temp_c_avg                  real,
  supply_temp_c_min                  real,
  supply_temp_c_max                  real,
  return_temp_c_avg                  real,
  return_temp_c_min                  real,
  return_temp_c_max                  real,
  supply_temp_setpoint_c_avg         real,
  supply_temp_setpoint_c_min         real,
  supply_temp_setpoint_c_max         real,
  delta_temp_k_avg                   real,
  delta_temp_k_min                   real,
  delta_temp_k_max                   real,
  supply_pressure_kpa_avg            real,
  supply_pressure_kpa_min            real,
  supply_pressure_kpa_max            real,
  return_pressure_kpa_avg            real,
  return_pressure_kpa_min            real,
  return_pressure_kpa_max            real,
  delta_pressure_kpa_avg             real,
  delta_pressure_kpa_min             real,
  delta_pressure_kpa_max             real,
  supply_flow_m3h_avg                real,
  supply_flow_m3h_min                real,
  supply_flow_m3h_max                real,
  circulation_pump_running_avg       real,
  circulation_pump_freq_hz_avg       real,
  circulation_pump_freq_hz_min       real,
  circulation_pump_freq_hz_max       real,
  circulation_pump_2_running_avg     real,
  filter_delta_pressure_kpa_avg      real,
  filter_delta_pressure_kpa_min      real,
  filter_delta_pressure_kpa_max      real,
  makeup_pump_running_avg            real,
  makeup_pump_starts_24h_avg         real,
  makeup_pump_starts_24h_min         real,
  makeup_pump_starts_24h_max         real,
  tank_level_pct_avg                 real,
  tank_level_pct_min                 real,
  tank_level_pct_max                 real,
  tank_level_low_avg                 real,
  tank_level_high_avg                real,
  leak_detected_avg                  real,
  coolant_volume_l_avg               real,
  coolant_volume_l_min               real,
  coolant_volume_l_max               real,
  heat_removed_kw_avg                real,
  heat_removed_kw_min                real,
  heat_removed_kw_max                real,
  -- rejection
  tower_inlet_temp_c_avg             real,
  tower_inlet_temp_c_min             real,
  tower_inlet_temp_c_max             real,
  tower_outlet_temp_c_avg            real,
  tower_outlet_temp_c_min            real,
  tower_outlet_temp_c_max            real,
  tower_fan1_running_avg             real,
  tower_fan2_running_avg             real,
  tower_fan3_running_avg             real,
  tower_fan_freq_hz_avg              real,
  tower_fan_freq_hz_min              real,
  tower_fan_freq_hz_max              real,
  spray_pump_running_avg             real,
  tower_level_low_avg                real,
  approach_wetbulb_k_avg             real,
  approach_wetbulb_k_min             real,
  approach_wetbulb_k_max             real,
  approach_drybulb_k_avg             real,
  approach_drybulb_k_min             real,
  approach_drybulb_k_max             real,
  secondary1_supply_temp_c_avg       real,
  secondary1_supply_temp_c_min       real,
  secondary1_supply_temp_c_max       real,
  secondary2_supply_temp_c_avg       real,
  secondary2_supply_temp_c_min       real,
  secondary2_supply_temp_c_max       real,
  secondary1_return_temp_c_avg       real,
  secondary1_return_temp_c_min       real,
  secondary1_return_temp_c_max       real,
  secondary2_return_temp_c_avg       real,
  secondary2_return_temp_c_min       real,
  secondary2_return_temp_c_max       real,
  freeze_alarm_avg                   real,
  -- environment
  container_temp_c_avg               real,
  container_temp_c_min               real,
  container_temp_c_max               real,
  container_rh_pct_avg               real,
  container_rh_pct_min               real,
  container_rh_pct_max               real,
  container_dew_point_c_avg          real,
  container_dew_point_c_min          real,
  container_dew_point_c_max          real,
  dew_point_margin_k_avg             real,
  dew_point_margin_k_min             real,
  dew_point_margin_k_max             real,
  ambient_temp_c_avg                 real,
  ambient_temp_c_min                 real,
  ambient_temp_c_max                 real,
  ambient_rh_pct_avg                 real,
  ambient_rh_pct_min                 real,
  ambient_rh_pct_max                 real,
  ambient_wet_bulb_c_avg             real,
  ambient_wet_bulb_c_min             real,
  ambient_wet_bulb_c_max             real,
  exhaust_fan1_running_avg           real,
  exhaust_fan2_running_avg           real,
  cabinet_temp_c_avg                 real,
  cabinet_temp_c_min                 real,
  cabinet_temp_c_max                 real,
  smoke_detected_avg                 real,
  spd_fault_avg                      real,
  door_open_avg                      real,
  latitude_deg_avg                   real,
  latitude_deg_min                   real,
  latitude_deg_max                   real,
  longitude_deg_avg                  real,
  longitude_deg_min                  real,
  longitude_deg_max                  real,
  water_curtain_pump_running_avg     real,
  cold_aisle_temp_c_avg              real,
  cold_aisle_temp_c_min              real,
  cold_aisle_temp_c_max              real,
  hot_aisle_temp_c_avg               real,
  hot_aisle_temp_c_min               real,
  hot_aisle_temp_c_max               real,
  differential_pressure_pa_avg       real,
  differential_pressure_pa_min       real,
  differential_pressure_pa_max       real,
  intake_fan_freq_hz_avg             real,
  intake_fan_freq_hz_min             real,
  intake_fan_freq_hz_max             real,
  -- power
  box1_power_kw_avg                  real,
  box1_power_kw_min                  real,
  box1_power_kw_max                  real,
  box2_power_kw_avg                  real,
  box2_power_kw_min                  real,
  box2_power_kw_max                  real,
  total_power_kw_avg                 real,
  total_power_kw_min                 real,
  total_power_kw_max                 real,
  phase_a_voltage_v_avg              real,
  phase_a_voltage_v_min              real,
  phase_a_voltage_v_max              real,
  phase_b_voltage_v_avg              real,
  phase_b_voltage_v_min              real,
  phase_b_voltage_v_max              real,
  phase_c_voltage_v_avg              real,
  phase_c_voltage_v_min              real,
  phase_c_voltage_v_max              real,
  phase_a_current_a_avg              real,
  phase_a_current_a_min              real,
  phase_a_current_a_max              real,
  phase_b_current_a_avg              real,
  phase_b_current_a_min              real,
  phase_b_current_a_max              real,
  phase_c_current_a_avg              real,
  phase_c_current_a_min              real,
  phase_c_current_a_max              real,
  power_factor_avg                   real,
  power_factor_min                   real,
  power_factor_max                   real,
  cooling_power_kw_avg               real,
  cooling_power_kw_min               real,
  cooling_power_kw_max               real,
  it_power_kw_avg                    real,
  it_power_kw_min                    real,
  it_power_kw_max                    real,
  -- controller
  pid_mode_avg                       real,
  poll_latency_ms_avg                real,
  poll_latency_ms_min                real,
  poll_latency_ms_max                real,
  plc_disconnect_avg                 real,
  controller_uptime_s_avg            real,
  controller_uptime_s_min            real,
  controller_uptime_s_max            real,
  clock_skew_s_avg                   real,
  clock_skew_s_min                   real,
  clock_skew_s_max                   real,
  -- mining
  miners_expected_avg                real,
  miners_expected_min                real,
  miners_expected_max                real,
  miners_online_avg                  real,
  miners_online_min                  real,
  miners_online_max                  real,
  hashrate_th_avg                    real,
  hashrate_th_min                    real,
  hashrate_th_max                    real,
  chip_temp_max_c_avg                real,
  chip_temp_max_c_min                real,
  chip_temp_max_c_max                real,
  pcb_temp_max_c_avg                 real,
  pcb_temp_max_c_min                 real,
  pcb_temp_max_c_max                 real,
  efficiency_j_th_avg                real,
  efficiency_j_th_min                real,
  efficiency_j_th_max                real,
  reject_pct_avg                     real,
  reject_pct_min                     real,
  reject_pct_max                     real,
  miner_inlet_temp_c_avg             real,
  miner_inlet_temp_c_min             real,
  miner_inlet_temp_c_max             real,
  miner_outlet_temp_c_avg            real,
  miner_outlet_temp_c_min            real,
  miner_outlet_temp_c_max            real,
  readings                           jsonb,
  extra                              jsonb,
  primary key (site_id, bucket)
);
comment on column rollup_shape.n is 'Snapshots in the bucket';
comment on column rollup_shape.bucket is 'Start of the bucket: UTC multiples of its length';
comment on column rollup_shape.readings is 'Points with a value in some of the snapshots only: {"point": how many}; mostly null';
comment on column rollup_shape.extra is 'Points without a column: {"point": [avg, min, max, readings]}';

-- Partitioned as sample is: the table decides, not the extension, which may have come later.
do $$
begin
  if (select relkind from pg_class where oid = to_regclass('sample')) = 'p' then
    create table rollup_5m (like rollup_shape including all) partition by range (bucket);
  else
    create table rollup_5m (like rollup_shape including all);
    perform create_hypertable('rollup_5m', by_range('bucket', interval '7 days'), create_default_indexes => false);
  end if;
end $$;
create table rollup_1h (like rollup_shape including all);
create table rollup_1d (like rollup_shape including all);
drop table rollup_shape;
comment on table rollup_5m is 'Snapshots by 5 minutes';
comment on table rollup_1h is 'Snapshots by hour';
comment on table rollup_1d is 'Snapshots by UTC day';

-- Columnstore: an optimisation of the full edition. Elsewhere this block does nothing.
do $$
begin
  if (select relkind from pg_class where oid = to_regclass('rollup_5m')) <> 'p'
    and coalesce(current_setting('timescaledb.license', true), '') = 'timescale'
  then
    alter table rollup_5m
      set (timescaledb.compress, timescaledb.compress_segmentby = 'site_id', timescaledb.compress_orderby = 'bucket desc');
    perform add_compression_policy('rollup_5m', interval '7 days');
  end if;
end $$;

-- Append-only and without a unique key on purpose: who stores rows never waits for who rolls up, and a row that is
-- committed while its bucket is being computed keeps its own entry.
create table rollup_due (
  id     bigint      generated always as identity primary key,
  level  text        not null check (level in ('5m', '1h', '1d')),
  bucket timestamptz not null
);
create index rollup_due_bucket on rollup_due (level, bucket);
comment on table rollup_due is 'Buckets that have to be computed, or computed again';

-- What was stored before there were roll-ups.
insert into rollup_due (level, bucket)
  select distinct '5m', date_bin('5 minutes', slot, timestamptz '2000-01-01 00:00+00') from sample;

alter table point_registry add column rolled_up boolean not null default true;
comment on column point_registry.rolled_up is 'False: not computed for the roll-ups, which saves disk; raw values stay';

-- Drops one partition or chunk, unless a bucket in it still has to be rolled up. The check comes after the lock: whoever
-- was storing late rows has committed them by then, together with their entries.
create function drop_period(parent text, child text, from_time timestamptz, to_time timestamptz, due_level text, due_length interval)
  returns boolean
language plpgsql as $$
declare
  is_own boolean := (select relkind = 'p' from pg_class where oid = to_regclass(parent));
begin
  perform pg_advisory_xact_lock(4711, 6);
  -- The parent first, as every insert does.
  if is_own then execute format('lock table only %s in access exclusive mode', parent); end if;
  if to_regclass(child) is null then return false; end if;
  execute format('lock table only %s in access exclusive mode', child);
  if exists (select from rollup_due where level = due_level and bucket < to_time and bucket > from_time - due_length) then
    return false;
  end if;
  if is_own then execute format('drop table %s', child);
  else perform drop_chunks(parent::regclass, older_than => to_time, newer_than => from_time);
  end if;
  return true;
end $$;

-- Down Migration
drop function drop_period(text, text, timestamptz, timestamptz, text, interval);
alter table point_registry drop column rolled_up;
drop table rollup_due;
drop table rollup_1d;
drop table rollup_1h;
drop table rollup_5m;
