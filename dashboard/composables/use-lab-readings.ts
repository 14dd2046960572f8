import { onScopeDispose, type Ref, type ShallowRef, shallowRef, watch } from "vue";
import type { LiveRow } from "../../domain/live/live-table.ts";
import type { LabReading } from "../../domain/telemetry/lab-reading.ts";
import { callApi, getJson } from "./use-session.ts";

const PAGE = 20;

type LabList = { readonly items: readonly LabReading[]; readonly nextCursor: string | null; readonly total: number };

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
  let request = 0;

  const pathOf = (id: string): string => `/api/v1/sites/${encodeURIComponent(id)}/lab-readings`;

  async function load(): Promise<void> {
    request += 1;
    const mine = request;
    const id = siteId.value;
    if (id === "") return;
    try {
      const [newest, page] = await Promise.all([
        getJson<{ items: LabReading[] }>(`${pathOf(id)}/latest`),
        getJson<LabList>(`${pathOf(id)}?voided=true&limit=${PAGE}`),
      ]);
      if (mine !== request) return;
      latest.value = newest?.items ?? [];
      list.value = page;
      hasFailed.value = false;
    } catch {
      if (mine === request) hasFailed.value = true;
    }
  }

  async function loadMore(): Promise<void> {
    const { items = [], nextCursor = null } = list.value ?? {};
    if (nextCursor === null) return;
    const mine = request;
    try {
      const query = new URLSearchParams({ voided: "true", limit: String(PAGE), cursor: nextCursor });
      const page = await getJson<LabList>(`${pathOf(siteId.value)}?${query}`);
      if (mine === request && page) list.value = { ...page, items: [...items, ...page.items] };
    } catch {
      if (mine === request) hasFailed.value = true;
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
    request += 1;
  });

  return {
    latest,
    list,
    hasFailed,
    load,
    loadMore,
    async add(entry) {
      const refusal = await post(pathOf(siteId.value), entry);
      if (refusal === null) await load();
      return refusal;
    },
    async voidReading(id) {
      const refusal = await post(`${pathOf(siteId.value)}/${id}/void`);
      await load();
      return refusal === null;
    },
  };
}

async function post(path: string, body?: unknown): Promise<string | null> {
  try {
    const content =
      body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await callApi(path, { method: "POST", ...content });
    if (response.ok) return null;
    const { detail = "" } = (await response.json()) as { detail?: string };
    return detail;
  } catch {
    return "";
  }
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
