import {
  afterLook,
  afterTime,
  type StreamHealth,
  type StreamLook,
  unwatched,
} from "../../../domain/video/stream-state.ts";

/** Whether anybody wants to know how a camera is, when it is to be looked at next, and how it is. */
export interface StreamWatch {
  readonly health: StreamHealth;
  /** When it was last looked at, milliseconds since the Unix epoch; null = never. */
  readonly lookedAtMs: number | null;
  /** A viewer, a wall or the recorder wants it, now and for some seconds. */
  want(): void;
  /** Something is wanted that the last look did not see to: the next one is due now. */
  hurry(): void;
  isWanted(): boolean;
  /** True when a look is due: with each target duration while it is wanted, seldom otherwise. */
  isDue(): boolean;
  /** A look begins. */
  begin(): void;
  look(look: StreamLook): void;
  /** Time has passed. */
  tick(): void;
}

export type WatchOptions = {
  /** Milliseconds that go forward, and milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly wallClock: () => number;
  /** Of a camera that nobody wants, seconds; 0 = never. */
  readonly probeS: () => number;
  /** So that 150 cameras are not all asked in the same moment: 0 … 1. */
  readonly spread: number;
  readonly onChange: () => void;
};

const WANTED_MS = 15_000;
/** A probe that finds nothing new looks again this soon, until it is known what is so. */
const UNSURE_LOOKS = 4;

export function createStreamWatch({ clock, wallClock, probeS, spread, onChange }: WatchOptions): StreamWatch {
  let health = unwatched(wallClock());
  let wantedAtMs = Number.NEGATIVE_INFINITY;
  let begunAtMs = clock();
  let lookedAtMs: number | null = null;
  let hasBegun = false;
  /** Looks that a probe has made since it began. */
  let probeLooks = 0;

  const isWanted = (nowMs = clock()) => nowMs - wantedAtMs < WANTED_MS;

  function become(next: StreamHealth): void {
    const isNews = next.state !== health.state || next.cause !== health.cause;
    health = next;
    if (isNews) onChange();
  }

  /** A camera that has just failed, or does not move on, is asked a few times more before that is believed. */
  const isUnsure = () =>
    hasBegun && health.state !== "online" && health.state !== "offline" && probeLooks < UNSURE_LOOKS;

  function hurry(): void {
    begunAtMs = Number.NEGATIVE_INFINITY;
  }

  function isDue(): boolean {
    const nowMs = clock();
    const agoS = (nowMs - begunAtMs) / 1000;
    if (isWanted(nowMs) || isUnsure()) return agoS >= health.targetS;
    const everyS = probeS();
    return everyS > 0 && agoS >= (hasBegun ? everyS : everyS * spread);
  }

  return {
    get health() {
      return health;
    },
    get lookedAtMs() {
      return lookedAtMs;
    },
    want() {
      const nowMs = clock();
      if (!isWanted(nowMs)) hurry();
      wantedAtMs = nowMs;
    },
    hurry,
    isWanted,
    isDue,
    begin() {
      if (!isUnsure()) probeLooks = 0;
      probeLooks += 1;
      hasBegun = true;
      begunAtMs = clock();
    },
    look(look) {
      lookedAtMs = wallClock();
      become(afterLook(health, look, lookedAtMs));
    },
    tick() {
      // Of a camera that nobody looks at there is nothing that time could change.
      if (health.watchedSinceMs !== null) become(afterTime(health, wallClock(), isWanted() || isUnsure()));
    },
  };
}
