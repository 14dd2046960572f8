import { type ComputedRef, computed, onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { Schemas } from "../client/contract.ts";
import { isAway, request, type Trouble } from "../composables/api-request.ts";
import type { AlarmSelection } from "./alarm-view.ts";

export type AlarmItem = Schemas["AlarmListItem"];

type Page = {
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly items: readonly AlarmItem[];
  readonly nextCursor: string | null;
  /** What was known to have changed when it was asked for. */
  readonly change: number;
};

type AlarmPages = {
  /** From the top, without a hole, as far as somebody has scrolled. */
  readonly items: ComputedRef<readonly AlarmItem[]>;
  /** How many there are; null until the first answer. */
  readonly total: Readonly<Ref<number | null>>;
  readonly readAtMs: Readonly<Ref<number | null>>;
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  /** Rows, counted from 0 without children, that are on the screen: they are read, and kept up. */
  show(first: number, last: number): void;
  /** Alarms have changed: what is on the screen is read again, the rest when it comes there. */
  touch(): void;
  /** Another question: begins again from the top. What was listed stays until the answer is here. */
  ask(selection: AlarmSelection): void;
};

const PAGE = 100;
/** For a jump far down: fewer, larger answers. */
const LARGE_PAGE = 500;
const AHEAD = 30;
const RETRY_MS = 4_000;

type Rows = { readonly first: number; readonly last: number };
/** A page to read: its place among the pages, and how it is asked for. */
type Next = { readonly place: number; readonly cursor: string | undefined; readonly limit: number };

/** The first page on the screen that is older than the newest change. */
function outdated(pages: readonly Page[], { first, last }: Rows, change: number): Next | null {
  let from = 0;
  for (const [place, { items, cursor, limit, change: known }] of pages.entries()) {
    const to = from + items.length;
    const isSeen = from <= last && (to > first || items.length === 0);
    if (isSeen && known !== change) return { place, cursor, limit };
    from = to;
  }
  return null;
}

/** The page after the last one, while the screen comes near the end of what is there. */
function following(pages: readonly Page[], { last }: Rows): Next | null {
  const known = pages.reduce((sum, { items }) => sum + items.length, 0);
  const end = pages.at(-1);
  if (end && (end.nextCursor === null || known > last + AHEAD)) return null;
  const limit = last - known > PAGE ? LARGE_PAGE : PAGE;
  return { place: pages.length, cursor: end?.nextCursor ?? undefined, limit };
}

/** A long list of which only the part that somebody looks at is read. Call in `setup`. */
export function useAlarmPages(): AlarmPages {
  const pages = shallowRef<readonly Page[]>([]);
  const total = ref<number | null>(null);
  const readAtMs = ref<number | null>(null);
  const trouble = shallowRef<Trouble | null>(null);
  let selection: AlarmSelection | null = null;
  let shown: Rows = { first: 0, last: 0 };
  let change = 0;
  /** What is listed still answers the question before. */
  let isOther = false;
  let flight: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const items = computed(() => pages.value.flatMap((page) => page.items));

  const nextToRead = (): Next | null =>
    isOther
      ? { place: 0, cursor: undefined, limit: PAGE }
      : (outdated(pages.value, shown, change) ?? following(pages.value, shown));

  async function work(): Promise<void> {
    if (flight || !selection) return;
    clearTimeout(timer);
    const mine = new AbortController();
    flight = mine;
    for (let next = nextToRead(); next !== null; next = nextToRead()) {
      if (!(await read(next, mine.signal))) break;
    }
    if (flight === mine) flight = null;
  }

  /** @returns false when there is nothing to go on with */
  async function read(next: Next, signal: AbortSignal): Promise<boolean> {
    const asOf = change;
    const { cursor, limit } = next;
    const query = { ...selection, limit, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await request("GET", "/api/v1/alarms", { query, signal });
    if (signal.aborted) return false;
    trouble.value = answer.ok ? null : answer.trouble;
    if (answer.ok) {
      const { items: listed, nextCursor } = answer.body;
      take(next.place, { cursor, limit, items: listed, nextCursor, change: asOf });
      total.value = answer.body.total;
      readAtMs.value = performance.now();
    } else if (isAway(answer.trouble)) timer = setTimeout(() => void work(), RETRY_MS);
    return answer.ok;
  }

  function take(place: number, page: Page): void {
    const rest = isOther ? [] : pages.value.slice(place + 1);
    isOther = false;
    // Somebody moved over the edge of the page: what follows would have a hole, or somebody twice.
    const fits = rest[0]?.cursor === (page.nextCursor ?? undefined);
    pages.value = [...pages.value.slice(0, place), page, ...(fits ? rest : [])];
  }

  onScopeDispose(() => {
    flight?.abort();
    clearTimeout(timer);
  });
  return {
    items,
    total: readonly(total),
    readAtMs: readonly(readAtMs),
    trouble,
    show(first, last) {
      shown = { first, last };
      void work();
    },
    touch() {
      change += 1;
      void work();
    },
    ask(next) {
      flight?.abort();
      flight = null;
      selection = next;
      isOther = true;
      shown = { first: 0, last: 0 };
      void work();
    },
  };
}
