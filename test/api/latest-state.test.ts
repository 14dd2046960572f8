import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import { createLatestState, type LatestSources } from "../../api/latest-state.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

const SITES = 120;
const sites = Array.from({ length: SITES }, (_, index) => ({ id: `site-${String(index).padStart(3, "0")}` }) as Site);
const known = new Map(sites.map((site) => [site.id, site]));
const inventory = { get: (id: string) => known.get(id), all: () => sites, onChange: () => () => undefined };

let serialised = 0;
let close = async (): Promise<void> => undefined;
afterEach(() => close());

function aLatestState() {
  const liveState = createLiveState({ inventory, coalesceMs: 0 });
  const latest = createLatestState(
    { inventory, liveState, collector: {}, config: {} } as unknown as LatestSources,
    Date.now,
  );
  close = async () => {
    latest.close();
    await liveState.close();
  };
  serialised = 0;
  return { liveState, all: () => JSON.parse(latest.snapshots(null, SITES, undefined).identity.toString()) };
}

/** Counts how often it is made into text. */
function snapshot(siteId: string, minute: number): Snapshot {
  const slot = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  return {
    siteId,
    slot,
    toJSON() {
      serialised += 1;
      return { siteId, slot };
    },
  } as unknown as Snapshot;
}

async function settle(): Promise<void> {
  await sleep(20);
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

describe("the latest state kept as bytes", () => {
  it("serialises what moved before it is asked for again, and nothing twice", async () => {
    const { liveState, all } = aLatestState();
    for (const { id } of sites) liveState.apply(snapshot(id, 0));
    await settle();
    expect(serialised).toBe(0);
    expect(all().items).toHaveLength(SITES);
    expect(serialised).toBe(SITES);

    for (const { id } of sites.slice(0, 110)) liveState.apply(snapshot(id, 1));
    await settle();
    expect(serialised).toBe(SITES + 110);
    const slots: string[] = all().items.map(({ slot }: Snapshot) => slot.slice(14, 16));
    expect(slots).toEqual(sites.map((_, index) => (index < 110 ? "01" : "00")));
    expect(serialised).toBe(SITES + 110);
  });

  it("gives the newest also to who asks before that is done", async () => {
    const { liveState, all } = aLatestState();
    for (const { id } of sites) liveState.apply(snapshot(id, 0));
    await settle();
    all();
    const told = new Promise<void>((resolve) => liveState.onChange(() => resolve()));
    for (const { id } of sites) liveState.apply(snapshot(id, 2));
    await told;
    expect(all().items.every(({ slot }: Snapshot) => slot.slice(14, 16) === "02")).toBe(true);
    await settle();
    expect(serialised).toBe(SITES * 2);
  });
});
