import { computed, type Ref, readonly, ref, watch } from "vue";
import type { LiveCommands } from "../../domain/live/live-commands.ts";
import { request } from "./api-request.ts";
import { useLive } from "./use-live.ts";
import { useResource } from "./use-resource.ts";
import { useSession } from "./use-session.ts";

const REFRESH_MS = 30_000;
/** For a second person to agree, or for somebody to say what they did. */
const WAITING = ["waiting_approval", "unknown"] as const;

/** Another text whenever the live stream tells of others that wait for a person. */
export function waitingKey(commands: LiveCommands | null): string {
  const all = [...(commands?.values() ?? [])].filter(({ state }) => WAITING.some((one) => one === state));
  return all
    .map(({ id, state }) => `${id} ${state}`)
    .sort()
    .join();
}

/** How many commands wait for a person. Call in `setup`. @returns null while it is not known, and for whoever decides on none */
export function useWaitingCommands(): Readonly<Ref<number | null>> {
  const { may } = useSession();
  const live = useLive();
  const total = ref<number | null>(null);
  const mayDecide = computed(() => may("commands:approve"));
  const list = useResource(
    async (signal) => {
      if (!mayDecide.value) return { ok: true as const, body: null, etag: null };
      const query = { state: WAITING.join(), limit: 1 };
      const answer = await request("GET", "/api/v1/commands", { query, signal });
      return answer.ok ? { ...answer, body: answer.body.total } : answer;
    },
    {
      of: () => (mayDecide.value ? waitingKey(live.commands.value) : null),
      everyMs: () => (mayDecide.value ? REFRESH_MS : null),
    },
  );
  watch([list.value, list.trouble, live.status], ([value, trouble, status]) => {
    // What is not known is not counted.
    total.value = trouble === null && status !== "blind" ? value : null;
  });
  return readonly(total);
}
