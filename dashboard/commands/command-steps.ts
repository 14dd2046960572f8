import type { CommandEventItem, CommandItem } from "./command-text.ts";

export type StepKey = "ordered" | "approved" | "sent" | "accepted" | "shown";

/** One station on the way of a command. */
export type Step = {
  readonly key: StepKey;
  /** `ended`: here it came to its end, other than well. */
  readonly status: "done" | "now" | "later" | "ended";
  readonly atMs: number | null;
  /** Who has done it, where it was a person. */
  readonly by: string | null;
};

/** Where it stands: the step that is next, or at which it has ended. */
const NEXT: Readonly<Record<CommandItem["state"], StepKey | null>> = {
  waiting_approval: "approved",
  queued: "sent",
  claimed: "sent",
  sent: "accepted",
  unknown: "accepted",
  accepted: "shown",
  verified: null,
  no_effect: "shown",
  failed: null,
  expired: null,
  cancelled: null,
};
const NOT_WELL: readonly CommandItem["state"][] = ["no_effect", "failed", "expired", "cancelled"];
/** Codes of an end while it waited for the second person. */
const UNAPPROVED = ["not-approved-in-time", "rejected"];

/** The way of a command, station by station, as far as it is known. @param events the oldest first; empty while not loaded */
export function stepsOf(command: CommandItem, events: readonly CommandEventItem[]): Step[] {
  const keys: StepKey[] = ["ordered", "approved", "sent", "accepted", "shown"];
  const shown = needsApproval(command, events) ? keys : keys.filter((key) => key !== "approved");
  const at = stationOf(command, events);
  const place = at === null ? shown.length : shown.indexOf(at);
  return shown.map((key, index) => {
    const isPast = index < place;
    const status = isPast ? "done" : index > place ? "later" : NOT_WELL.includes(command.state) ? "ended" : "now";
    return {
      key,
      status,
      atMs: status === "later" || status === "now" ? null : timeOf(key, status, command, events),
      by: personOf(key, isPast, command),
    };
  });
}

/** Nothing follows by itself any more. */
export function isEnded({ endedAt }: Pick<CommandItem, "endedAt">): boolean {
  return endedAt !== null;
}

/** It may not last longer like this, ms since the epoch; null = there is no such time. */
export function deadlineMs({ state, expiresAt, verifyBy }: CommandItem): number | null {
  if (state === "waiting_approval" || state === "queued" || state === "claimed") return Date.parse(expiresAt);
  return state === "accepted" && verifyBy !== null ? Date.parse(verifyBy) : null;
}

function needsApproval({ state, approvedBy, stateReason }: CommandItem, events: readonly CommandEventItem[]): boolean {
  if (state === "waiting_approval" || approvedBy !== null || UNAPPROVED.includes(stateReason ?? "")) return true;
  return events.some((event) => event.state === "waiting_approval");
}

function stationOf(command: CommandItem, events: readonly CommandEventItem[]): StepKey | null {
  const { state, stateReason, sentAt, approvedBy } = command;
  if (state === "failed") {
    if (sentAt === null) return "sent";
    return stateReason === "not-seen" || stateReason === "by-person" ? "shown" : "accepted";
  }
  if (state === "expired" || state === "cancelled") {
    return needsApproval(command, events) && approvedBy === null ? "approved" : "sent";
  }
  return NEXT[state];
}

function timeOf(
  key: StepKey,
  status: Step["status"],
  { createdAt, sentAt, endedAt }: CommandItem,
  events: readonly CommandEventItem[],
): number | null {
  if (status === "ended") return endedAt === null ? null : Date.parse(endedAt);
  const at = (time: string | null | undefined): number | null => (time ? Date.parse(time) : null);
  const eventAt = (state: CommandItem["state"]): number | null =>
    at(events.findLast((event) => event.state === state)?.at);
  switch (key) {
    case "ordered":
      return at(createdAt);
    case "approved":
      return at(events.find(({ state }) => state === "queued")?.at);
    case "sent":
      return at(sentAt);
    case "accepted":
      return eventAt("accepted");
    case "shown":
      return at(endedAt);
  }
}

function personOf(key: StepKey, isPast: boolean, { requestedBy, approvedBy }: CommandItem): string | null {
  if (key === "ordered") return requestedBy;
  return key === "approved" && isPast ? approvedBy : null;
}
