import { onScopeDispose, type Ref, type ShallowRef, shallowRef, watch } from "vue";
import type { LiveRow } from "../../domain/live/live-table.ts";
import type { LabReading } from "../../domain/telemetry/lab-reading.ts";
import type { Schemas } from "../client/contract.ts";
import { type Answer, getJson, request } from "./api-request.ts";

const LIST = "/api/v1/sites/{id}/lab-readings";
const FIRST = { voided: "true", limit: 20 } as const;

type LabList = Schemas["LabReadingList"];

export type LabReadings = {
  /** The newest reading of each point that counts. */
  readonly latest: Readonly<ShallowRef<readonly LabReading[]>>;
  /** Newest sample first, voided ones too; null = not loaded yet. */
  readonly list: Readonly<ShallowRef<LabList | null>>;
  readonly hasFailed: Readonly<Ref<boolean>>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  /** @returns null when it is stored, otherwise what the server says against it; "" when it could not be reached */
  add(entry: { takenAt: string; values: Record<string, number>; note: string }): Promise<string | null>;
  /** @returns whether it is voided now */
  voidReading(id: number): Promise<boolean>;
};

/** What people have measured at one site. Loaded with the page and after each change: it moves by the week. */
export function useLabReadings(siteId: Readonly<Ref<string>>): LabReadings {
  const latest = shallowRef<readonly LabReading[]>([]);
  const list = shallowRef<LabList | null>(null);
  const hasFailed = shallowRef(false);
  let asked = 0;

  async function load(): Promise<void> {
    asked += 1;
    const mine = asked;
    const id = siteId.value;
    if (id === "") return;
    try {
      const [newest, page] = await Promise.all([
        getJson("/api/v1/sites/{id}/lab-readings/latest", { path: { id } }),
        getJson(LIST, { path: { id }, query: FIRST }),
      ]);
      if (mine !== asked) return;
      latest.value = newest?.items ?? [];
      list.value = page;
      hasFailed.value = false;
    } catch {
      if (mine === asked) hasFailed.value = true;
    }
  }

  async function loadMore(): Promise<void> {
    const { items = [], nextCursor = null } = list.value ?? {};
    if (nextCursor === null) return;
    const mine = asked;
    try {
      const page = await getJson(LIST, { path: { id: siteId.value }, query: { ...FIRST, cursor: nextCursor } });
      if (mine === asked && page) list.value = { ...page, items: [...items, ...page.items] };
    } catch {
      if (mine === asked) hasFailed.value = true;
    }
  }

  watch(
    siteId,
    () => {
      latest.value = [];
      list.value = null;
      hasFailed.value = false;
      void load();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    asked += 1;
  });

  return {
    latest,
    list,
    hasFailed,
    load,
    loadMore,
    async add(entry) {
      const refusal = refusalOf(await request("POST", LIST, { path: { id: siteId.value }, body: entry }));
      if (refusal === null) await load();
      return refusal;
    },
    async voidReading(readingId) {
      const path = { id: siteId.value, readingId };
      const { ok } = await request("POST", "/api/v1/sites/{id}/lab-readings/{readingId}/void", { path });
      await load();
      return ok;
    },
  };
}

/** Null when it was done; "" when the server could not be reached. */
function refusalOf(answer: Answer<unknown>): string | null {
  if (answer.ok) return null;
  return answer.trouble.status === 0 ? "" : answer.trouble.detail;
}

/** A row with what people have measured among its values, each marked as such; what the controller says itself stays. */
export function withLabReadings(row: LiveRow, readings: readonly LabReading[]): LiveRow {
  const own = readings.filter(({ point }) => typeof row.values[point] !== "number");
  if (own.length === 0) return row;
  return {
    ...row,
    values: { ...row.values, ...Object.fromEntries(own.map(({ point, value }) => [point, value])) },
    quality: { ...row.quality, ...Object.fromEntries(own.map(({ point }) => [point, "manual" as const])) },
  };
}
