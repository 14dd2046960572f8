import type { Schemas } from "../../client/contract.ts";
import type { Route } from "./route-draft.ts";

/**
 * Names of everybody whom a route means and none of its channels reaches: the address is missing, so they would never be
 * told. Somebody who is paused is so on purpose.
 */
export function unreached(
  { to, escalations, channels }: Pick<Route, "to" | "escalations" | "channels">,
  recipients: readonly Schemas["NoticeRecipient"][],
  schedules: readonly Schemas["OnCallSchedule"][],
): readonly string[] {
  const targets = [to, ...escalations.map((step) => step.to)];
  const calendars = new Set(targets.flatMap(({ scheduleIds }) => scheduleIds));
  const onCall = schedules
    .filter(({ id }) => calendars.has(id))
    .flatMap(({ shifts, overrides }) => [
      ...shifts.flatMap(({ rotation }) => rotation),
      ...overrides.map(({ recipientId }) => recipientId),
    ]);
  const meant = new Set([...targets.flatMap(({ recipientIds }) => recipientIds), ...onCall]);
  return recipients
    .filter(
      ({ id, isEnabled, addresses }) =>
        isEnabled && meant.has(id) && channels.every((kind) => addresses[kind] === undefined),
    )
    .map(({ name }) => name);
}

/** The route above that takes every alarm, so that this one never has its turn. */
export function takerAbove(routes: readonly Route[], at: number): Route | undefined {
  return routes
    .slice(0, at)
    .find(
      ({ isEnabled, goOn, match }) => isEnabled && !goOn && Object.values(match).every((limit) => limit === undefined),
    );
}
