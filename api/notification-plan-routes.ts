import { NotificationPlan, planFaults } from "../domain/notification/plan.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { changedMeanwhile, requireMatch } from "./preconditions.ts";
import { invalid, show } from "./problem.ts";
import { represent } from "./representation.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Notification";
const access = "notifications:manage";
const path = "/api/v1/notifications/plan";

const representationOf = (plan: NotificationPlan) => represent("application/json; charset=utf-8", JSON.stringify(plan));

/** What a change of the plan is about, short enough for the audit trail. */
function changeOf(before: NotificationPlan, after: NotificationPlan) {
  const changed = (was: readonly { id: string }[], is: readonly { id: string }[]) => {
    const former = new Map(was.map((one) => [one.id, JSON.stringify(one)]));
    const present = new Map(is.map((one) => [one.id, JSON.stringify(one)]));
    return {
      added: [...present.keys()].filter((id) => !former.has(id)),
      removed: [...former.keys()].filter((id) => !present.has(id)),
      changed: [...present].flatMap(([id, text]) => (former.has(id) && former.get(id) !== text ? [id] : [])),
    };
  };
  return { routes: changed(before.routes, after.routes), schedules: changed(before.schedules, after.schedules) };
}

export const NOTIFICATION_PLAN_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access,
    tag,
    summary: { "zh-CN": "通知路由与值班表", en: "Who is told of what: routes and on-call calendars" },
    answer: {
      status: 200,
      description: "With an ETag, which a change has to name",
      schema: NotificationPlan,
      isTagged: true,
    },
    refusals: [503],
    async handle(_request, { context }) {
      const { plan } = await stored(context.notifications.plan());
      return { kind: "representation", representation: representationOf(plan) };
    },
  }),
  defineRoute({
    method: "PUT",
    path,
    access,
    needsProof: true,
    tag,
    summary: {
      "zh-CN": "修改通知路由与值班表（需带 If-Match）",
      en: "Changes routes and calendars; `If-Match` names the state that was read",
    },
    body: NotificationPlan,
    answer: { status: 200, description: "What counts now, within seconds", schema: NotificationPlan },
    refusals: [412, 428, 503],
    async handle({ body, headers, session, address }, { context }) {
      const { notifications } = context;
      const [{ plan: before, revision }, recipients] = await stored(
        Promise.all([notifications.plan(), notifications.recipients()]),
      );
      requireMatch(headers["if-match"], representationOf(before).tag);
      const faults = planFaults(body, new Set(recipients.map(({ id }) => id)));
      if (faults.length > 0) {
        const shown = faults.slice(0, 10);
        invalid(...shown.map(({ field, value, allowed }) => ({ field: `body.${field}`, value: show(value), allowed })));
      }
      const actor = actorOf(session, address);
      const entry = { ...actor, action: "notification:change-plan", detail: changeOf(before, body) };
      await audited(context.audit, entry, async () => {
        if (!(await stored(notifications.setPlan(body, revision, actor.actor)))) throw changedMeanwhile();
      });
      return { kind: "json", body, headers: { etag: `"${representationOf(body).tag}"` } };
    },
  }),
];
