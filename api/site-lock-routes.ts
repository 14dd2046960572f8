import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { alarmSites } from "./alarm-view.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { ReasonText } from "./command-order.ts";
import { listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { stored } from "./stored.ts";

const tag = "Commands";
const path = "/api/v1/sites/{id}/locks";
/** Whoever needs longer says so anew [J]. */
const LONGEST_MS = 30 * 86_400_000;
const LockParams = z.strictObject({ id: SiteParams.shape.id, lockId: z.uuid() });
const RemoveQuery = z.strictObject({ reason: ReasonText.min(1).optional() });
const SiteLock = z
  .strictObject({
    id: z.uuid(),
    siteId: z.string(),
    until: z.iso.datetime().describe("When the work should be over; the lock stays until a person removes it"),
    reason: z.string(),
    setBy: z.string(),
    setAt: z.iso.datetime(),
    removedBy: z.string().nullable(),
    removedAt: z.iso.datetime().nullable(),
    removedReason: z.string().nullable(),
  })
  .meta({ id: "SiteLock", description: "A maintenance lock-out: no command goes to the site while it hangs" });
const NewLock = z
  .strictObject({
    until: z.iso.datetime({ offset: true }).describe("At most 30 days from now"),
    reason: ReasonText.min(1),
  })
  .meta({ id: "NewSiteLock" });

export const SITE_LOCK_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/site-locks",
    access: "commands:read",
    tag,
    summary: { "zh-CN": "所有站点上挂着的检修牌", en: "The maintenance locks that hang anywhere in the fleet" },
    answer: { status: 200, description: "The oldest first", schema: listOf(SiteLock, "SiteLockList") },
    refusals: [503],
    async handle({ session }, { context }) {
      const items = await stored(context.commands.locks.locksOf(alarmSites(context, session)));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "GET",
    path,
    access: "commands:read",
    tag,
    summary: { "zh-CN": "站点上挂着的检修牌", en: "The maintenance locks that hang at a site" },
    params: SiteParams,
    answer: { status: 200, description: "The oldest first", schema: listOf(SiteLock, "SiteLockList") },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const items = await stored(context.commands.locks.locksOf([id]));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "POST",
    path,
    access: "sites:lock",
    tag,
    summary: {
      "zh-CN": "挂检修牌：每人挂自己的一块，挂牌期间不下发任何命令",
      en: "Hangs a maintenance lock: everybody who works there an own one; no command is sent while one hangs",
    },
    params: SiteParams,
    body: NewLock,
    answer: { status: 201, description: "The lock; of the same person again: changed", schema: SiteLock },
    refusals: [404, 503],
    isIdempotent: true,
    async handle({ params, body: { until, reason }, session, address }, { context, clock }) {
      const { id: siteId } = findSite(context, params.id, session);
      const forMs = Date.parse(until) - clock();
      if (!(forMs > 0 && forMs <= LONGEST_MS)) {
        invalid({ field: "body.until", value: show(until), allowed: "must be later than now, by 30 days at most" });
      }
      const by = session?.username ?? "";
      const line = { ...actorOf(session, address), action: "site:lock", target: siteId, detail: { until, reason } };
      const lock = await audited(context.audit, line, () =>
        stored(context.commands.locks.setLock({ siteId, until, reason, by })),
      );
      return { kind: "json", body: lock };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${path}/{lockId}`,
    access: "sites:lock",
    tag,
    summary: {
      "zh-CN": "摘除检修牌（只能由人摘除）",
      en: "Removes a maintenance lock: only a person does, never time",
    },
    params: LockParams,
    query: RemoveQuery,
    answer: { status: 200, description: "The lock, as it was removed", schema: SiteLock },
    refusals: [404, 503],
    async handle({ params: { id, lockId }, query: { reason = null }, session, address }, { context }) {
      const { id: siteId } = findSite(context, id, session);
      const hanging = await stored(context.commands.locks.locksOf([siteId]));
      const found = hanging.find((one) => one.id === lockId);
      if (found === undefined) throw unknownLock(siteId);
      const { setBy, reason: setReason } = found;
      const detail = { id: lockId, setBy, setReason, reason };
      const line = { ...actorOf(session, address), action: "site:unlock", target: siteId, detail };
      const removed = await audited(context.audit, line, async () => {
        const lock = await stored(context.commands.locks.removeLock(lockId, session?.username ?? "", reason));
        if (lock === null) throw unknownLock(siteId);
        return lock;
      });
      return { kind: "json", body: removed };
    },
  }),
];

function unknownLock(siteId: string): AppError {
  return new AppError("lock.not-found", `no such lock hangs at site "${siteId}"`, { context: { siteId } });
}
