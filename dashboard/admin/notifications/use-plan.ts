import { type Ref, readonly, ref, type ShallowRef } from "vue";
import type { Schemas } from "../../client/contract.ts";
import { request, type Trouble } from "../../composables/api-request.ts";
import { type Resource, useResource } from "../../composables/use-resource.ts";
import { useAction } from "../parts/use-action.ts";

export type Plan = Schemas["NotificationPlan"];

export type PlanDesk = {
  readonly plan: Resource<Plan>;
  readonly isBusy: Readonly<Ref<boolean>>;
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  /** The last change was made from a plan that somebody else had changed meanwhile; the newest is read. */
  readonly wasOvertaken: Readonly<Ref<boolean>>;
  /** @param make returns null when what it would replace is not what was opened @returns whether it is stored */
  change(make: (plan: Plan) => Plan | null): Promise<boolean>;
  /** What did not work is no longer about what stands on the screen. */
  forget(): void;
};

/**
 * The list with an item in the place of the one that was opened, or at its end when that is none. The plan is read again
 * while somebody edits: what another person has changed in that time is not overwritten.
 *
 * @returns null when it is not there any more as it was opened
 */
export function replaced<T extends { readonly id: string }>(
  items: readonly T[],
  item: T,
  opened: T | null,
): T[] | null {
  if (opened === null) return [...items, item];
  const current = items.find(({ id }) => id === opened.id);
  if (JSON.stringify(current) !== JSON.stringify(opened)) return null;
  return items.map((one) => (one.id === opened.id ? item : one));
}

/** Routes and calendars, which are one document: each change names the state that it was made from. Call in `setup`. */
export function usePlan(): PlanDesk {
  const plan = useResource((signal) => request("GET", "/api/v1/notifications/plan", { signal }), {
    everyMs: () => 30_000,
  });
  const { isBusy, trouble, run, forget } = useAction();
  const wasOvertaken = ref(false);
  return {
    plan,
    isBusy,
    trouble,
    wasOvertaken: readonly(wasOvertaken),
    async change(make) {
      const before = plan.value.value;
      if (before === null) return false;
      const body = make(before);
      wasOvertaken.value = body === null;
      if (body === null) return false;
      const done = await run(() => request("PUT", "/api/v1/notifications/plan", { body, ifMatch: plan.etag.value }));
      wasOvertaken.value = trouble.value?.code === "request.precondition-failed";
      if (done !== null || wasOvertaken.value) await plan.load();
      return done !== null;
    },
    forget() {
      wasOvertaken.value = false;
      forget();
    },
  };
}
