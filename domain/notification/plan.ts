import { z } from "zod";
import { Schedule } from "./on-call.ts";
import { Route } from "./route.ts";

/** Who is told of what: routes in order, and the calendars that they name. */
export const NotificationPlan = z
  .strictObject({
    routes: z.array(Route).max(100).describe("In order: the first one that fits takes an alarm, unless it says `goOn`"),
    schedules: z.array(Schedule).max(50),
  })
  .meta({ id: "NotificationPlan" });
export type NotificationPlan = z.infer<typeof NotificationPlan>;

export const EMPTY_PLAN: NotificationPlan = { routes: [], schedules: [] };

/** A reference in a plan that leads nowhere, or an id that is there twice; `field` as the request names it. */
export type PlanFault = { readonly field: string; readonly value: string; readonly allowed: string };

/** What is wrong with a plan beside its form. @param recipientIds everybody who is set up */
export function planFaults({ routes, schedules }: NotificationPlan, recipientIds: ReadonlySet<string>): PlanFault[] {
  const scheduleIds = new Set(schedules.map(({ id }) => id));
  const known = (field: string, ids: readonly string[], there: ReadonlySet<string>, what: string): PlanFault[] =>
    ids.flatMap((value, at) =>
      there.has(value) ? [] : [{ field: `${field}.${at}`, value, allowed: `must be the id of a ${what}` }],
    );
  const target = (field: string, to: { recipientIds: readonly string[]; scheduleIds: readonly string[] }) => [
    ...known(`${field}.recipientIds`, to.recipientIds, recipientIds, "recipient"),
    ...known(`${field}.scheduleIds`, to.scheduleIds, scheduleIds, "schedule of this plan"),
  ];
  return [
    ...doubled("routes", routes),
    ...doubled("schedules", schedules),
    ...routes.flatMap(({ to, escalations }, at) => [
      ...target(`routes.${at}.to`, to),
      ...escalations.flatMap((step, place) => target(`routes.${at}.escalations.${place}.to`, step.to)),
    ]),
    ...schedules.flatMap(({ shifts, overrides }, at) => [
      ...shifts.flatMap(({ rotation }, place) =>
        known(`schedules.${at}.shifts.${place}.rotation`, rotation, recipientIds, "recipient"),
      ),
      ...overrides.flatMap(({ recipientId: value }, place) => {
        const field = `schedules.${at}.overrides.${place}.recipientId`;
        return recipientIds.has(value) ? [] : [{ field, value, allowed: "must be the id of a recipient" }];
      }),
    ]),
  ];
}

function doubled(field: string, items: readonly { readonly id: string }[]): PlanFault[] {
  return items.flatMap(({ id }, at) =>
    items.findIndex((other) => other.id === id) === at
      ? []
      : [{ field: `${field}.${at}.id`, value: id, allowed: "must be there once" }],
  );
}
