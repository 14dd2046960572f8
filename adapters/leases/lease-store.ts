/** The part of the database that leases need. Rows as objects, `int8` as text. */
export interface LeaseDatabase {
  query(
    text: string,
    values: readonly unknown[],
    options: { readonly lane: "lease" },
  ): Promise<Record<string, unknown>[]>;
}

/** One row of `lease` as the database sees it now. `isLive`: not run out. */
export type LeaseRow = {
  readonly name: string;
  readonly holder: string | null;
  readonly token: number;
  readonly isLive: boolean;
};

/** Names of leases, and the fencing token of each. */
export type Tokens = ReadonlyMap<string, number>;

/**
 * Any effect that only the holder may have begins with this, and takes its rows `from fence`: no fence, no rows. The
 * parameters $1, $2, $3 are name, holder and token. `for share` makes whoever wants to take the lease wait until the
 * statement is over; a check without it lets a former holder act after the hand-over (trust.md, finding 11).
 *
 * @example `with ${FENCE_SQL} insert into job_run (name) select $4 from fence returning id`
 */
export const FENCE_SQL = `fence as materialized (
  select name from lease where name = $1::text and holder = $2::text and token = $3::bigint
    and expires_at > clock_timestamp() for share)`;

const MEMBER_PREFIX = "member:";
/** A member that has been gone for so long is forgotten. */
const SWEEP_AFTER = "1 day";

const TAKE = `
  with free as (
    select name from lease where name = any($1::text[]) and (holder is null or expires_at <= clock_timestamp())
    order by name for update skip locked)
  update lease set holder = $2::text, token = token + 1, expires_at = clock_timestamp() + $3::float8 * interval '1 ms'
  from free where lease.name = free.name
  returning lease.name, token`;

const RENEW = `
  update lease set expires_at = clock_timestamp() + $3::float8 * interval '1 ms'
  where name = any($1::text[]) and holder = $2::text and expires_at > clock_timestamp()
  returning name, token`;

const RELEASE = `
  update lease set expires_at = clock_timestamp()
  where name = any($1::text[]) and holder = $2::text and expires_at > clock_timestamp()`;

const RELEASE_ALL = `
  update lease set expires_at = clock_timestamp() where holder = $1::text and expires_at > clock_timestamp()`;

const ADD_MEMBER = `
  insert into lease (name, expires_at) values ($1::text, clock_timestamp()) on conflict (name) do nothing`;

const SWEEP = `
  delete from lease where starts_with(name, $1::text) and expires_at < clock_timestamp() - $2::interval`;

const READ = `
  select name, holder, token, expires_at > clock_timestamp() as is_live from lease order by name`;

// It sees the others as they were before it, and its own as they are.
const RENEW_AND_READ = `
  with renewed as (${RENEW})
  select l.name, l.holder, l.token, r.name is not null as is_renewed,
    r.name is not null or l.expires_at > clock_timestamp() as is_live
  from lease l left join renewed r on r.name = l.name order by l.name`;

/**
 * Takes those of the leases that are free or run out, each with a new token. One that another process is taking at the
 * same moment counts as not free.
 *
 * @param ttlMs life of the lease by the database's clock
 */
export async function takeLeases(
  database: LeaseDatabase,
  names: readonly string[],
  holder: string,
  ttlMs: number,
): Promise<Tokens> {
  if (names.length === 0) return new Map();
  return tokensFrom(await database.query(TAKE, [names, holder, ttlMs], { lane: "lease" }));
}

/** Takes one lease. @returns its token; null when another process has it */
export async function takeLease(
  database: LeaseDatabase,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<number | null> {
  const tokens = await takeLeases(database, [name], holder, ttlMs);
  return tokens.get(name) ?? null;
}

/** Renews all in one go. A name that is missing in the answer is lost: whatever it allowed has to stop at once. */
export async function renewLeases(
  database: LeaseDatabase,
  names: readonly string[],
  holder: string,
  ttlMs: number,
): Promise<Tokens> {
  if (names.length === 0) return new Map();
  return tokensFrom(await database.query(RENEW, [names, holder, ttlMs], { lane: "lease" }));
}

/** Renews like `renewLeases`, and reads every lease and member, in one statement. */
export async function renewAndReadLeases(
  database: LeaseDatabase,
  names: readonly string[],
  holder: string,
  ttlMs: number,
): Promise<{ readonly tokens: Tokens; readonly rows: readonly LeaseRow[] }> {
  const rows = await database.query(RENEW_AND_READ, [names, holder, ttlMs], { lane: "lease" });
  return { tokens: tokensFrom(rows.filter((row) => row["is_renewed"] === true)), rows: rows.map(leaseFrom) };
}

/** Gives leases back; those of other holders stay as they are. To be called after the last effect they allowed. */
export async function releaseLeases(database: LeaseDatabase, names: readonly string[], holder: string): Promise<void> {
  if (names.length > 0) await database.query(RELEASE, [names, holder], { lane: "lease" });
}

/** Gives back whatever a holder has: for one that is known to be gone, such as the former process of this data folder. */
export async function releaseAllOf(database: LeaseDatabase, holder: string): Promise<void> {
  await database.query(RELEASE_ALL, [holder], { lane: "lease" });
}

/** Every lease and member, in order of name. */
export async function readLeases(database: LeaseDatabase): Promise<LeaseRow[]> {
  return (await database.query(READ, [], { lane: "lease" })).map(leaseFrom);
}

/** Name of the heartbeat lease of a process. */
export function memberName(holder: string): string {
  return MEMBER_PREFIX + holder;
}

/** The process behind a heartbeat lease; null for any other lease. */
export function memberOf(name: string): string | null {
  return name.startsWith(MEMBER_PREFIX) ? name.slice(MEMBER_PREFIX.length) : null;
}

/** Makes the heartbeat lease of a process, and forgets those that have been gone for a day. */
export async function addMember(database: LeaseDatabase, holder: string): Promise<void> {
  await database.query(ADD_MEMBER, [memberName(holder)], { lane: "lease" });
  await database.query(SWEEP, [MEMBER_PREFIX, SWEEP_AFTER], { lane: "lease" });
}

function leaseFrom(row: Record<string, unknown>): LeaseRow {
  return {
    name: String(row["name"]),
    holder: typeof row["holder"] === "string" ? row["holder"] : null,
    token: Number(row["token"]),
    isLive: row["is_live"] === true,
  };
}

function tokensFrom(rows: readonly Record<string, unknown>[]): Tokens {
  return new Map(rows.map((row) => [String(row["name"]), Number(row["token"])]));
}
