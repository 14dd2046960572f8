-- Up Migration
set local timezone = 'UTC';

alter table session add column proven_at timestamptz;
comment on column session.proven_at is 'When its person last gave password, code or a fresh sign-in; null = not since an identity provider vouched';

-- Down Migration
alter table session drop column proven_at;
