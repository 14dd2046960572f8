import { COMMAND_STATES, type CommandState } from "./command.ts";

/**
 * Who changes a state: the REST API on a person's request; the second person; any person who may command; the holder of
 * the site's lease that has claimed it; the controller's answer, as the claimer hears it; a reading of the plant; and the
 * reaper, which ends what nobody goes on with; a batch that has stopped.
 */
export type CommandMover = "api" | "approver" | "person" | "claimer" | "answer" | "read-back" | "reaper" | "batch";

export type CommandTransition = {
  /** null = it does not exist yet. */
  readonly from: CommandState | null;
  readonly to: CommandState;
  readonly by: readonly CommandMover[];
  /** The reaper acts so many seconds after the command came into this state; absent: at its own time, such as its expiry. */
  readonly afterS?: number;
};

/**
 * Every change of state that there is. Into `sent` there is one way, by the claimer and from `claimed`, and none leads back
 * to before it: what was sent is never sent again.
 */
export const COMMAND_TRANSITIONS: readonly CommandTransition[] = [
  { from: null, to: "waiting_approval", by: ["api"] },
  { from: null, to: "queued", by: ["api"] },
  { from: "waiting_approval", to: "queued", by: ["approver"] },
  { from: "waiting_approval", to: "expired", by: ["reaper"] },
  { from: "waiting_approval", to: "cancelled", by: ["person", "approver"] },
  { from: "queued", to: "claimed", by: ["claimer"] },
  { from: "queued", to: "expired", by: ["reaper"] },
  { from: "queued", to: "cancelled", by: ["person", "batch"] },
  { from: "claimed", to: "sent", by: ["claimer"] },
  // Never sent, so safe: the claimer is gone, or gives it back.
  { from: "claimed", to: "queued", by: ["claimer", "reaper"], afterS: 10 },
  // An interlock at send time.
  { from: "claimed", to: "failed", by: ["claimer"] },
  { from: "claimed", to: "expired", by: ["claimer", "reaper"] },
  { from: "sent", to: "accepted", by: ["answer"] },
  // The controller refused, or it is certain that no byte left.
  { from: "sent", to: "failed", by: ["answer", "claimer"] },
  // An HTTP budget of 4 s and a margin [J].
  { from: "sent", to: "unknown", by: ["claimer", "reaper"], afterS: 15 },
  { from: "accepted", to: "verified", by: ["read-back"] },
  { from: "accepted", to: "no_effect", by: ["read-back", "reaper"] },
  { from: "unknown", to: "verified", by: ["read-back", "person"] },
  { from: "unknown", to: "failed", by: ["read-back", "person"] },
];

/** @param by absent: whether anybody may */
export function canMove(from: CommandState | null, to: CommandState, by?: CommandMover): boolean {
  return COMMAND_TRANSITIONS.some(
    (each) => each.from === from && each.to === to && (by === undefined || each.by.includes(by)),
  );
}

/** The states that a command may be in for `to` to follow: what a ledger's `update … where state in (…)` lists. */
export function statesBefore(to: CommandState, by: CommandMover): readonly CommandState[] {
  return COMMAND_STATES.filter((from) => canMove(from, to, by));
}
