import { type ComputedRef, computed, type Ref, shallowRef, watch } from "vue";
import type { Schemas } from "../client/contract.ts";
import { request, type Trouble } from "../composables/api-request.ts";
import { useResource } from "../composables/use-resource.ts";
import { type Recorded, recordedOf, type Stretch } from "./recorded-spans.ts";

export type EvidenceLock = Schemas["RecordingLock"];
/** An alarm of the site began. */
export type AlarmMark = {
  readonly id: string;
  readonly ruleId: string;
  readonly atMs: number;
  readonly priority: Schemas["AlarmTransition"]["priority"];
};

export type Recordings = {
  /** Oldest first; null until the first answer. */
  readonly recorded: ComputedRef<readonly Recorded[] | null>;
  readonly locks: ComputedRef<readonly EvidenceLock[]>;
  readonly marks: ComputedRef<readonly AlarmMark[]>;
  readonly trouble: ComputedRef<Trouble | null>;
  /** Something was locked or unlocked. */
  reloadLocks(): Promise<void>;
};
type Options = {
  readonly siteId: () => string;
  /** What the time line shows. */
  readonly span: Readonly<Ref<Stretch>>;
  readonly mayReplay: () => boolean;
  readonly maySeeAlarms: () => boolean;
};

const REFRESH_MS = 15_000;
/** A hand that moves the chart is followed when it rests. */
const SETTLED_MS = 250;
const MOST_MARKS = 60;
/** The server lists at most 31 days. */
const LONGEST_MS = 31 * 86_400_000;
const NOTHING = { ok: true, body: null, etag: null } as const;

/** What was recorded of a site's camera within a time, what of it is locked, and which alarms began then. Call in `setup`. */
export function useRecordings({ siteId, span, mayReplay, maySeeAlarms }: Options): Recordings {
  const settled = shallowRef<Stretch>(span.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(span, (next) => {
    clearTimeout(timer);
    // A span that only moves on with the time is read anew by and by.
    const isSame = next.toMs - next.fromMs === settled.value.toMs - settled.value.fromMs;
    const isNear = Math.abs(next.toMs - settled.value.toMs) < REFRESH_MS;
    if (!isSame || !isNear) {
      timer = setTimeout(() => {
        settled.value = next;
      }, SETTLED_MS);
    }
  });
  const queryOf = () => {
    const { fromMs, toMs } = settled.value;
    return { from: new Date(Math.max(fromMs, toMs - LONGEST_MS)).toISOString(), to: new Date(toMs).toISOString() };
  };
  const of = () => [siteId(), settled.value, mayReplay(), maySeeAlarms()];
  const path = () => ({ id: siteId() });

  const list = useResource<Schemas["RecordedSpanList"] | null>(
    (signal) =>
      mayReplay()
        ? request("GET", "/api/v1/video/streams/{id}/recordings", { path: path(), query: queryOf(), signal })
        : Promise.resolve(NOTHING),
    { of, everyMs: () => REFRESH_MS },
  );
  const locked = useResource<Schemas["RecordingLockList"] | null>(
    (signal) =>
      mayReplay()
        ? request("GET", "/api/v1/video/streams/{id}/locks", { path: path(), signal })
        : Promise.resolve(NOTHING),
    { of: () => `${siteId()} ${mayReplay()}` },
  );
  const alarms = useResource<Schemas["AlarmTransitionList"] | null>(
    (signal) => {
      const query = { site: siteId(), kind: "raised,reraised", limit: MOST_MARKS, ...queryOf() };
      return maySeeAlarms() ? request("GET", "/api/v1/alarm-history", { query, signal }) : Promise.resolve(NOTHING);
    },
    { of, everyMs: () => REFRESH_MS },
  );
  return {
    recorded: computed(() => (list.value.value ? recordedOf(list.value.value.items) : null)),
    locks: computed(() => locked.value.value?.items ?? []),
    marks: computed(() =>
      (alarms.value.value?.items ?? [])
        .map(({ alarmId, ruleId, at, priority, revision }) => ({
          id: `${alarmId} ${revision}`,
          ruleId,
          atMs: Date.parse(at),
          priority,
        }))
        .toReversed(),
    ),
    trouble: computed(() => list.trouble.value),
    reloadLocks: locked.load,
  };
}
