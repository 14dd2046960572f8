import {
  chooseJobs,
  isWished,
  type JobKind,
  type JobLimits,
  type JobWish,
} from "../../../domain/video/transcode/choose-jobs.ts";

/** One job while it is in the pool. */
export interface PooledJob {
  tick(): void;
  readonly isAlive: boolean;
  /** @param isHurried at once instead of gently */
  stop(isHurried: boolean): void;
}

/** So many jobs of FFmpeg as are allowed, those that matter most, and none that nobody wants. */
export interface TranscoderPool<Job extends PooledJob> {
  /**
   * Somebody wants this now, and for a while.
   *
   * @returns the job; null: there is no place for it now, and it waits for one as long as it is wanted
   */
  want(streamId: string, kind: JobKind): Job | null;
  /** A job that is there, without wanting it. */
  find(streamId: string, kind: JobKind): Job | null;
  limit(limits: JobLimits): void;
  /** Ends what nobody wants, begins what has a place, and has each job look after itself. */
  tick(): void;
  /** Streams with processes, those that are just ending among them. */
  alive(): number;
  close(): void;
}

export type PoolOptions<Job extends PooledJob> = {
  /** @returns null when there is no such stream */
  readonly begin: (streamId: string, kind: JobKind) => Job | null;
  /** False when the stream of this job is not the one that goes by its name now. */
  readonly isCurrent: (streamId: string, job: Job) => boolean;
  /** So long a job goes on after it was last wanted. */
  readonly idleMs: number;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
};

type Entry<Job> = { wish: JobWish; job: Job | null };

export function createTranscoderPool<Job extends PooledJob>(options: PoolOptions<Job>): TranscoderPool<Job> {
  const { begin, isCurrent, idleMs, clock } = options;
  const entries = new Map<string, Entry<Job>>();
  /** Ended, but their processes are still there: they take a place. */
  const ending = new Map<Job, JobKind>();
  let limits: JobLimits = { transcodes: 0, jpegs: 0 };

  function end(key: string, { job, wish }: Entry<Job>, isKept: boolean): void {
    if (job !== null) {
      job.stop(false);
      if (job.isAlive) ending.set(job, wish.kind);
    }
    if (isKept) entries.set(key, { job: null, wish: { ...wish, isRunning: false } });
    else entries.delete(key);
  }

  function arrange(): void {
    for (const job of ending.keys()) if (!job.isAlive) ending.delete(job);
    endUnwanted(clock());
    const all = [...entries];
    const wishes = all.map(([, { wish }]) => wish);
    const chosen = new Set(chooseJobs(wishes, limits));
    const those = (isChosen: boolean) => all.filter(([, { wish }]) => chosen.has(wish) === isChosen);
    // Places are made first, then given.
    for (const [key, entry] of those(false)) if (entry.job !== null) end(key, entry, true);
    for (const [, entry] of those(true)) if (entry.job === null) start(entry);
  }

  function endUnwanted(nowMs: number): void {
    for (const [key, entry] of entries) {
      const isGone = entry.job !== null && !isCurrent(entry.wish.streamId, entry.job);
      if (isGone || !isWished(entry.wish, nowMs, idleMs)) end(key, entry, false);
    }
  }

  /** A process that is being stopped has its place until it is gone. */
  function hasRoom(kind: JobKind): boolean {
    const isSmall = kind === "jpeg";
    const taken = [...ending.values(), ...[...entries.values()].flatMap(({ job, wish }) => (job ? wish.kind : []))];
    return taken.filter((one) => (one === "jpeg") === isSmall).length < (isSmall ? limits.jpegs : limits.transcodes);
  }

  function start(entry: Entry<Job>): void {
    if (!hasRoom(entry.wish.kind)) return;
    entry.job = begin(entry.wish.streamId, entry.wish.kind);
    entry.wish = { ...entry.wish, isRunning: entry.job !== null };
  }

  return {
    want(streamId, kind) {
      const key = `${kind} ${streamId}`;
      const nowMs = clock();
      const known = entries.get(key);
      if (known) known.wish = { ...known.wish, wantedMs: nowMs };
      else entries.set(key, { job: null, wish: { streamId, kind, sinceMs: nowMs, wantedMs: nowMs, isRunning: false } });
      if (!known?.job) arrange();
      return entries.get(key)?.job ?? null;
    },
    find: (streamId, kind) => entries.get(`${kind} ${streamId}`)?.job ?? null,
    limit(next) {
      limits = next;
      arrange();
    },
    tick() {
      arrange();
      for (const { job } of entries.values()) job?.tick();
    },
    alive: () => ending.size + [...entries.values()].filter(({ job }) => job?.isAlive).length,
    close() {
      for (const { job } of entries.values()) job?.stop(true);
      for (const job of ending.keys()) job.stop(true);
      entries.clear();
    },
  };
}
