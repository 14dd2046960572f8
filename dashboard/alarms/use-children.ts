import { type Ref, ref, type ShallowRef, shallowRef } from "vue";
import { request } from "../composables/api-request.ts";
import type { Children } from "./alarm-rows.ts";

type OpenCauses = {
  readonly open: Readonly<Ref<ReadonlySet<string>>>;
  readonly childrenOf: Readonly<ShallowRef<ReadonlyMap<string, Children>>>;
  toggle(alarmId: string, isOpen: boolean): void;
  /** Alarms have changed: the children that are open are read again. */
  touch(): void;
};

/** More of them are a list of their own. */
const MOST_CHILDREN = 200;

/** Which causes are open, and what they hide. */
export function useChildren(): OpenCauses {
  const open = ref<ReadonlySet<string>>(new Set());
  const childrenOf = shallowRef<ReadonlyMap<string, Children>>(new Map());
  const asked = new Set<string>();

  async function load(alarmId: string): Promise<void> {
    if (asked.has(alarmId)) return;
    asked.add(alarmId);
    const query = { suppressedBy: alarmId, limit: MOST_CHILDREN };
    const answer = await request("GET", "/api/v1/alarms", { query });
    asked.delete(alarmId);
    if (answer.ok) childrenOf.value = new Map([...childrenOf.value, [alarmId, answer.body]]);
  }

  return {
    open,
    childrenOf,
    toggle(alarmId, isOpen) {
      const next = new Set(open.value);
      if (isOpen) next.add(alarmId);
      else next.delete(alarmId);
      open.value = next;
      if (isOpen) void load(alarmId);
    },
    touch() {
      for (const alarmId of open.value) void load(alarmId);
    },
  };
}
