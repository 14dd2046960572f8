import { setTimeout as sleep } from "node:timers/promises";
import { onDatabase } from "../services/on-database.ts";
import type { PlatformProcess } from "../services/start-platform.ts";

/**
 * The simulator as the witness of what was served, compared with the rows. In witness mode each state reply carries its
 * own number, which is stored as `box1_energy_kwh`.
 *
 * A reply is known to have arrived when its connection carried another state request afterwards: a poll is over, journal
 * included, long before the next one. What was under way at a kill arrived nowhere for certain; it is counted apart.
 */

/** @returns seconds from `fromMs` until the journal held no more than a round */
export async function waitForDrain(platform: PlatformProcess, cookie: string, fromMs: number): Promise<number> {
  for (;;) {
    const { journal } = await getJson<{ journal: { rows: number; oldestSlot: string | null } }>(
      `${platform.url}/api/v1/status`,
      cookie,
    );
    const oldestMs = journal.oldestSlot === null ? Date.now() : Date.parse(journal.oldestSlot);
    const elapsedS = (performance.now() - fromMs) / 1000;
    if (Date.now() - oldestMs < 3_000) return elapsedS;
    if (elapsedS > 180)
      throw new Error(`the journal still holds ${journal.rows} replies after 180 s: ${platform.log().slice(-2_000)}`);
    await sleep(200);
  }
}

export async function getJson<T>(url: string, cookie: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers: { cookie, ...headers } });
  if (!response.ok) throw new Error(`${new URL(url).pathname}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export type ServedState = {
  readonly siteId: string;
  readonly seq: number;
  /** When it was served, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly hasArrived: boolean;
};

export async function readLedger(controlUrl: string): Promise<ServedState[]> {
  const states: { siteId: string; seq: number; at: number; connection: number }[] = [];
  const lastStateOf = new Map<number, number>();
  for (let after: number | null = -1; after !== null; ) {
    const page: { columns: string[]; rows: (string | number | boolean | null)[][]; next: number | null } = await (
      await fetch(`${controlUrl}/ledger?kind=replies&after=${after}&limit=100000`)
    ).json();
    const column = (name: string) => page.columns.indexOf(name);
    for (const row of page.rows) {
      if (row[column("request")] !== "state") continue;
      const [siteId, seq, connection] = [
        String(row[column("siteId")]),
        Number(row[column("seq")]),
        Number(row[column("connection")]),
      ];
      lastStateOf.set(connection, seq);
      states.push({ siteId, seq, at: Number(row[column("at")]), connection });
    }
    after = page.next;
  }
  return states.map(({ siteId, seq, at, connection }) => ({
    siteId,
    seq,
    at,
    hasArrived: seq < (lastStateOf.get(connection) ?? 0),
  }));
}

type StoredRow = { readonly siteId: string; readonly seq: number };

export async function readRows(url: string): Promise<StoredRow[]> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ code: string; seq: number }>(
      "select s.code, m.box1_energy_kwh as seq from sample m join site s on s.id = m.site_id order by m.site_id, m.slot",
    );
    return rows.map(({ code, seq }) => ({ siteId: code, seq }));
  });
}

/** What was lost, doubled or out of order. Order: per site, the reply numbers must rise with the slots. */
export function compare(served: readonly ServedState[], rows: readonly StoredRow[]) {
  const key = ({ siteId, seq }: StoredRow) => `${siteId} ${seq}`;
  const stored = new Set(rows.map(key));
  const arrived = served.filter(({ hasArrived }) => hasArrived);
  const underWay = served.filter(({ hasArrived }) => !hasArrived);
  const outOfOrder = rows.filter((row, i) => rows[i - 1]?.siteId === row.siteId && (rows[i - 1]?.seq ?? 0) >= row.seq);
  return {
    served: served.length,
    arrived: arrived.length,
    underWayAtKills: underWay.length,
    underWayStored: underWay.filter((reply) => stored.has(key(reply))).length,
    rows: rows.length,
    lost: arrived.filter((reply) => !stored.has(key(reply))).length,
    duplicated: rows.length - stored.size,
    outOfOrder: outOfOrder.length,
  };
}
