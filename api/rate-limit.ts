/** Whoever watches over the process asks as often as it likes. */
export const NOT_COUNTED: readonly string[] = ["/healthz", "/readyz"];

/** A bucket of tokens: `burst` at once, then `perS` each second. */
export type Rate = { readonly perS: number; readonly burst: number };

/** Of one user or service token; of one address without either. */
export type RateLimits = {
  readonly user: Rate;
  readonly anonymous: Rate;
  /** Beside `user`, for requests that ask the database or the processor for more than a lookup. */
  readonly costly: Rate;
  /** Beside `user`, for what runs for minutes. */
  readonly long: Rate;
};

const BURST_S = 15;

/**
 * Generous for people: a page asks some sixty times when it opens, and a control room has many under one name. Costly
 * requests get a tenth of it.
 *
 * @param perS requests of one user in the long run
 */
export function rateLimitsFor(perS: number): RateLimits {
  return {
    user: { perS, burst: perS * BURST_S },
    anonymous: { perS, burst: perS * BURST_S },
    costly: { perS: perS / 5, burst: (perS / 5) * BURST_S },
    long: { perS: perS / 500, burst: Math.max(2, perS / 10) },
  };
}
export const DEFAULT_RATE_PER_S = 100;

export type Kind = keyof RateLimits;

/**
 * Orders to controllers: a person works through a list of sites, and a site takes its time between two. Generous enough
 * for programs that work through a fleet; whoever asks for more than that has a fault [J].
 */
export const COMMAND_RATES = {
  user: { perS: 1, burst: 120 },
  site: { perS: 0.1, burst: 20 },
} as const satisfies Readonly<Record<string, Rate>>;

/** What is left after a request. `retryAfterS`: null when it may run. */
export type Allowance = {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetS: number;
  readonly retryAfterS: number | null;
};

type Bucket = { tokens: number; atMs: number };

/** Of these there are at most two generations in memory. */
const MAX_BUCKETS = 25_000;

/** Token buckets in memory, per process. */
export interface RateLimiter<K extends string = Kind> {
  /** Takes one token. @param key who asks: a user name or an address, told apart by the caller */
  take(kind: K, key: string): Allowance;
}

/** @param clock milliseconds; may jump, which then costs or gives some tokens */
export function createRateLimiter<K extends string>(
  limits: { readonly [P in K]: Rate },
  clock: () => number,
): RateLimiter<K> {
  // Whoever has not asked while a whole generation of others did is forgotten: his bucket is full again then, or else the
  // flood is so large that it matters no more. Deleting the oldest one by one would cost more with each: a Map goes over
  // the places of all that were deleted.
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();

  function bucketOf(id: string, { burst, perS }: Rate, nowMs: number): Bucket {
    const known = young.get(id) ?? old.get(id) ?? { tokens: burst, atMs: nowMs };
    if (!young.has(id)) {
      if (young.size >= MAX_BUCKETS) {
        old = young;
        young = new Map();
      }
      young.set(id, known);
    }
    const gained = (Math.max(0, nowMs - known.atMs) / 1000) * perS;
    known.tokens = Math.min(burst, known.tokens + gained);
    known.atMs = nowMs;
    return known;
  }

  return {
    take(kind, key) {
      const rate = limits[kind];
      const bucket = bucketOf(`${kind} ${key}`, rate, clock());
      const isAllowed = bucket.tokens >= 1;
      if (isAllowed) bucket.tokens -= 1;
      return {
        limit: Math.floor(rate.burst),
        remaining: Math.floor(bucket.tokens),
        resetS: Math.ceil((rate.burst - bucket.tokens) / rate.perS),
        retryAfterS: isAllowed ? null : Math.ceil((1 - bucket.tokens) / rate.perS),
      };
    },
  };
}

/**
 * Headers that tell a program how it stands (draft-ietf-httpapi-ratelimit-headers): `r` requests are left, and after `t`
 * seconds without one all of them are back.
 */
export function rateHeaders({ limit, remaining, resetS }: Allowance): [name: string, value: string][] {
  return [
    ["ratelimit-policy", `"default";q=${limit}`],
    ["ratelimit", `"default";r=${remaining};t=${resetS}`],
  ];
}
