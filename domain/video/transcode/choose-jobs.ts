import { RENDITION_FACTS, type Rendition } from "./rendition.ts";

/** What FFmpeg is to do for a stream: one of the renditions, or small pictures. */
export type JobKind = Rendition | "jpeg";

/** Somebody wants a job done. */
export type JobWish = {
  readonly streamId: string;
  readonly kind: JobKind;
  /** Since when it is wanted, and when it was last asked for: milliseconds that go forward. */
  readonly sinceMs: number;
  readonly wantedMs: number;
  readonly isRunning: boolean;
};

/** Processes at once: moving pictures cost a tenth of a core each, small ones a two-hundredth. */
export type JobLimits = { readonly transcodes: number; readonly jpegs: number };

/** Who waits for a place says so again with each look; so long the place is held for one who has not. */
const WAITING_MS = 6_000;

/** Whether a wish still counts: what runs goes on for a while after its last viewer, for viewers come back. */
export function isWished({ wantedMs, isRunning }: JobWish, nowMs: number, idleMs: number): boolean {
  return nowMs - wantedMs <= (isRunning ? idleMs : WAITING_MS);
}

/**
 * The jobs that may run. The full player goes before tiles and may take a tile's place; among equals whoever runs already,
 * then who has waited longest.
 */
export function chooseJobs(wishes: readonly JobWish[], { transcodes, jpegs }: JobLimits): readonly JobWish[] {
  const inOrder = wishes.toSorted(
    (a, b) =>
      priorityOf(b.kind) - priorityOf(a.kind) || Number(b.isRunning) - Number(a.isRunning) || a.sinceMs - b.sinceMs,
  );
  return [
    ...inOrder.filter(({ kind }) => kind !== "jpeg").slice(0, transcodes),
    ...inOrder.filter(({ kind }) => kind === "jpeg").slice(0, jpegs),
  ];
}

function priorityOf(kind: JobKind): number {
  return kind === "jpeg" ? 0 : RENDITION_FACTS[kind].priority;
}

/** After a failure the next try waits longer each time; null: it has failed too often, and is given up for a while. */
export function retryAfterMs(failures: number): number | null {
  return failures > MOST_FAILURES ? null : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;
const MOST_FAILURES = 5;
