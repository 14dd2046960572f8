import type { WorkSignal } from "../../domain/work-signal.ts";

/** The part of the database that the watch needs. */
export interface WatchedDatabase {
  query(
    text: string,
    values: readonly unknown[],
    options: { readonly name: string },
  ): Promise<Record<string, unknown>[]>;
}

export type WorkWatchOptions = {
  readonly database: WatchedDatabase;
  /** Milliseconds that go forward. */
  readonly clock?: () => number;
  /** For tests: time between two looks. */
  readonly lookMs?: number;
};

/**
 * One look a second at everything in the database that any process may have left for this one, in one statement, instead of
 * one for each part of the platform that waits for something. LISTEN would say it sooner, and would need this look as well,
 * because a notification is lost with its connection; whoever leaves work in this process says so by itself.
 */
export interface WorkWatch {
  /**
   * Told after each look while there is work of one of these kinds, or after something of it has changed; once more after
   * that, for what was committed out of turn; every half minute whatever the look has said; and at each look while the
   * database does not answer, for then nobody knows.
   */
  of(...kinds: WorkKind[]): WorkSignal;
  /** Looks now. Resolves when everybody is told; never rejects. */
  look(): Promise<void>;
  close(): void;
}

/** True while there is work; a text that differs when something has changed. */
const LOOKS = {
  /** Not over: to be claimed, read back, or moved on. */
  commands: "exists (select from command where ended_at is null)",
  batches: "exists (select from command_batch where ended_at is null)",
  commandEvents: "(select max(id)::text from command_event)",
  /** Begun, and reset: both count up. */
  emergencies: "(select count(*) || ' ' || count(reset_at) from emergency_stop)",
  /** Those that go on: what they wait for is looked at again and again. */
  emergencySteps: "exists (select from emergency_stop where reset_at is null and state = 'running')",
  /** Alarms that people are to be told of, and that nobody has decided on. */
  decisions: "exists (select from notification_intake where decided_at is null)",
  /** Messages to be sent now, or abandoned while they were being sent. */
  deliveries: "exists (select from notification_delivery where next_try_at <= clock_timestamp())",
  /** What the flows ask of the video gateway, and what that has found out. */
  videoWiring: "(select changed_at::text from video_gateway)",
  videoStreams: "(select count(*) || ' ' || max(changed_at) from video_stream)",
  /** Moments around which video is to be kept. */
  videoMarks: "(select max(id)::text from video_mark)",
  /** A living token never changes, and a dead one stays dead. */
  serviceTokens: "(select count(*) || ' ' || count(revoked_at) || ' ' || max(created_at) from service_token)",
} as const;
export type WorkKind = keyof typeof LOOKS;

const KINDS = Object.keys(LOOKS) as WorkKind[];
const LOOK = `select ${KINDS.map((kind) => `${LOOKS[kind]} as "${kind}"`).join(", ")}`;
const LOOK_MS = 1_000;
/** Whatever is missed by a look waits no longer [J]. */
const LONGEST_MS = 30_000;
const MONOTONIC = () => performance.now();

export function createWorkWatch({ database, clock = MONOTONIC, lookMs = LOOK_MS }: WorkWatchOptions): WorkWatch {
  const listeners = new Set<{ readonly kinds: readonly WorkKind[]; readonly tell: () => void }>();
  /** What the last look saw; null before the first, and after one that failed. */
  let seen: Readonly<Record<string, unknown>> | null = null;
  let before: ReadonlySet<WorkKind> = new Set();
  let toldAllMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  let isClosed = false;

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function lookOnce(): Promise<void> {
    const found = await readWork();
    if (isClosed) return;
    const busy = new Set(KINDS.filter((kind) => found === null || isWork(found[kind], seen?.[kind])));
    const isDue = clock() - toldAllMs >= LONGEST_MS;
    const isAll = found === null || seen === null || isDue;
    const told = new Set(isAll ? KINDS : [...busy, ...before]);
    if (isDue) toldAllMs = clock();
    before = busy;
    seen = found;
    for (const { kinds, tell } of [...listeners]) if (kinds.some((kind) => told.has(kind))) tell();
  }

  async function readWork(): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      return (await database.query(LOOK, [], { name: "work-watch" }))[0] ?? null;
    } catch {
      // Whoever is told now finds out by itself, and says so.
      return null;
    }
  }

  const timer = setInterval(() => void look(), lookMs);
  timer.unref();

  return {
    of: (...kinds) => ({
      onWork(tell) {
        const listener = { kinds, tell };
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    look,
    close() {
      isClosed = true;
      clearInterval(timer);
      listeners.clear();
    },
  };
}

function isWork(found: unknown, seen: unknown): boolean {
  return found === true || (typeof found === "string" && found !== seen);
}
