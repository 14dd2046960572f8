import { EMPTY_PLAN, NotificationPlan } from "../../domain/notification/plan.ts";
import type { NotificationDatabase } from "./notification-database.ts";

export type StoredPlan = { readonly plan: NotificationPlan; readonly revision: number };

/** Routes and calendars. Every call rejects while the database is away. */
export interface PlanStore {
  plan(): Promise<StoredPlan>;
  /** @returns false when somebody else has changed it since that revision */
  setPlan(plan: NotificationPlan, from: number, by: string): Promise<boolean>;
}

const NAME = "plan";

/** @param onWrite called after a change */
export function createPlanStore(database: NotificationDatabase, onWrite: () => void): PlanStore {
  return {
    async plan() {
      const [row] = await database.query("select document, revision from notification_plan where name = $1", [NAME]);
      const parsed = NotificationPlan.safeParse(row?.["document"]);
      return { plan: parsed.success ? parsed.data : EMPTY_PLAN, revision: Number(row?.["revision"] ?? 0) };
    },
    async setPlan(plan, from, by) {
      const rows = await database.query(
        `update notification_plan set document = $2::text::jsonb, revision = revision + 1, updated_by = $4,
           updated_at = clock_timestamp()
         where name = $1 and revision = $3::int returning revision`,
        [NAME, JSON.stringify(plan), from, by],
      );
      onWrite();
      return rows.length > 0;
    },
  };
}
