import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import {
  activeAlarms,
  endEvents,
  judgePlatform,
  type PlatformAlarm,
  stateEvents,
  UNKNOWN_PLATFORM,
} from "../../domain/alarms/self-watch/judge-platform.ts";
import { isWell } from "../../domain/alarms/self-watch/service-rules.ts";
import type { Log } from "../../domain/log.ts";
import type { PlatformLook } from "./platform-look.ts";

/**
 * The platform's alarms about itself. It looks every few seconds, also when nothing comes, and needs no database: what is
 * found while another process judges, or nobody can, is kept, and told as soon as this one judges.
 */
export interface SelfWatch {
  /** What holds now, as far as this process can tell. */
  active(): readonly PlatformAlarm[];
  /** Rounds are judged here, and what is collected is stored. */
  isWell(): boolean;
  /**
   * Takes what is found, to be stored. The first call comes with everything that is known: the store leaves out what it
   * knows already.
   *
   * @returns unsubscribe
   */
  onFound(listener: (events: readonly ConditionEvent[]) => void): () => void;
  /** The events with which everything ends that is active: for when nobody is to watch any more. */
  endings(): readonly ConditionEvent[];
  stop(): void;
}

export type SelfWatchOptions = {
  readonly look: PlatformLook;
  /** Another number for each time that this process judges; null while it does not: then nothing that it says is stored. */
  readonly reign: () => number | null;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: Log;
  /** For tests: how often it looks. */
  readonly lookMs?: number;
};

const LOOK_MS = 5_000;
/** Found while nobody could store it. More is not told one by one. */
const MOST_KEPT = 200;
const KEPT_MS = 24 * 3_600_000;

export function createSelfWatch({ look, reign, clock, log, lookMs = LOOK_MS }: SelfWatchOptions): SelfWatch {
  let state = UNKNOWN_PLATFORM;
  /** What was found lately, told or not: repeating it changes nothing, and a store may have missed it. */
  let recent: readonly ConditionEvent[] = [];
  let listener: ((events: readonly ConditionEvent[]) => void) | null = null;
  /** The reign in which everything was told. */
  let told: number | null = null;

  function lookOnce(): void {
    const atMs = clock();
    void look.refresh();
    const before = new Set(activeAlarms(state).map(({ ruleId }) => ruleId));
    const judged = judgePlatform(state, look.facts(atMs));
    state = judged.state;
    recent = [...recent, ...judged.events].slice(-MOST_KEPT).filter(({ at }) => Date.parse(at) > atMs - KEPT_MS);
    sayInLog(before);
    const now = listener === null ? null : reign();
    if (now !== null) {
      const events = now === told ? judged.events : [...recent, ...stateEvents(state, atMs)];
      if (events.length > 0) listener?.(events);
    }
    told = now;
  }

  /** For whoever has nothing but the log left. */
  function sayInLog(before: ReadonlySet<string>): void {
    const now = activeAlarms(state);
    for (const { ruleId, priority } of now) {
      if (!before.has(ruleId)) log.warn({ ruleId, priority }, "the platform raises an alarm about itself");
    }
    const active = new Set(now.map(({ ruleId }) => ruleId));
    for (const ruleId of before)
      if (!active.has(ruleId)) log.info({ ruleId }, "an alarm of the platform about itself is over");
  }

  const timer = setInterval(lookOnce, lookMs);
  timer.unref();

  return {
    active: () => activeAlarms(state),
    isWell: () => reign() !== null && isWell(look.facts(clock())),
    onFound(given) {
      listener = given;
      told = null;
      return () => {
        if (listener === given) listener = null;
      };
    },
    endings: () => (reign() === null ? [] : endEvents(state, clock())),
    stop: () => clearInterval(timer),
  };
}
