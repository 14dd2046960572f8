import { type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { Schemas } from "../../client/contract.ts";
import { request, type Trouble } from "../../composables/api-request.ts";
import { type Resource, useResource } from "../../composables/use-resource.ts";
import { useAction } from "../parts/use-action.ts";

export type Plan = Schemas["NotificationPlan"];

type PlanDesk = {
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

/** One list of the plan: its part of the document, and what is said when one of its items was kept or removed. */
type PlanList<Item> = {
  readonly of: (plan: Plan) => readonly Item[];
  readonly put: (plan: Plan, items: Item[]) => Plan;
  readonly kept: (name: string) => string;
  readonly removed: (name: string) => string;
};

type PlanEditing<Item> = PlanDesk & {
  /** `undefined`: nothing is edited; null: a new one. */
  readonly edited: Readonly<ShallowRef<Item | null | undefined>>;
  /** What is to be removed, while the person is asked. */
  readonly asked: Readonly<ShallowRef<Item | null>>;
  /** What was done last, for people who do not see the list change. */
  readonly said: Ref<string>;
  /** @param item null: a new one */
  open(item: Item | null): void;
  /** Leaves the form, or the question. */
  leave(): void;
  keep(item: Item): Promise<void>;
  /** From the form to the question. */
  ask(): void;
  /** @returns what did not work */
  remove(): Promise<Trouble | null>;
  afterRemoval(): void;
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
function usePlan(): PlanDesk {
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

/** The items of one list of the plan on their page: one at a time is opened, and kept or removed. Call in `setup`. */
export function usePlanEditing<Item extends { readonly id: string; readonly name: string }>(
  list: PlanList<Item>,
): PlanEditing<Item> {
  const desk = usePlan();
  const edited: ShallowRef<Item | null | undefined> = shallowRef();
  const asked: ShallowRef<Item | null> = shallowRef(null);
  const said = ref("");
  function turnTo(item: Item | null | undefined, question: Item | null): void {
    edited.value = item;
    asked.value = question;
    desk.forget();
  }
  return {
    ...desk,
    edited,
    asked,
    said,
    open: (item) => turnTo(item, null),
    leave: () => turnTo(undefined, null),
    ask: () => turnTo(undefined, edited.value ?? null),
    async keep(item) {
      said.value = "";
      const isDone = await desk.change((before) => {
        const next = replaced(list.of(before), item, edited.value ?? null);
        return next && list.put(before, next);
      });
      if (!isDone) return;
      said.value = list.kept(item.name);
      edited.value = undefined;
    },
    async remove() {
      const id = asked.value?.id;
      const isDone = await desk.change((before) =>
        list.put(
          before,
          list.of(before).filter((one) => one.id !== id),
        ),
      );
      return isDone ? null : desk.trouble.value;
    },
    afterRemoval() {
      said.value = list.removed(asked.value?.name ?? "");
      asked.value = null;
    },
  };
}
