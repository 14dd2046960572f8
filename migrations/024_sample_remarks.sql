-- Up Migration
-- Few rows have marks or faults, and they lie at the end of a wide row: to look for some there takes longer than to read all
-- its values.
create index sample_remarks on sample (slot, site_id) where faults is not null or quality is not null;

-- Down Migration
drop index sample_remarks;
