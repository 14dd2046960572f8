import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLedger } from "../../simulator/ledger/ledger.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { eventually, rawGet, readState } from "./raw-client.ts";

describe("the ledger by itself", () => {
  const entry = { site: 0, request: "state", at: 1000, connection: 1, faultNumber: 0 } as const;

  test("keeps the newest rows and the true counts when it is full", () => {
    const ledger = createLedger(["a", "b"], ["slow"], 20_000);
    for (let seq = 1; seq <= 100_000; seq += 1) ledger.markWhole(ledger.addReply({ ...entry, seq, at: seq }));
    const kept = ledger.replies({});
    expect(kept.length).toBeGreaterThanOrEqual(20_000);
    expect(kept.length).toBeLessThan(60_000);
    expect(kept.at(-1)).toMatchObject({ row: 99_999, seq: 100_000, at: 100_000, whole: true });
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => (kept[0]?.seq ?? 0) + index));
    expect(ledger.summary()).toMatchObject([
      { requests: 100_000, wholeStates: 100_000, lastSeq: 100_000 },
      { requests: 0 },
    ]);
  });

  test("does not mark a row that was overwritten meanwhile", () => {
    const ledger = createLedger(["a"], [], 20_000);
    const old = ledger.addReply({ ...entry, seq: 1 });
    for (let seq = 2; seq <= 60_000; seq += 1) ledger.addReply({ ...entry, seq });
    ledger.markWhole(old);
    expect(ledger.replies({}).some(({ whole }) => whole)).toBe(false);
  });

  test("filters by site, time and row, and pages", () => {
    const ledger = createLedger(["a", "b"], ["slow"], 20_000);
    for (let seq = 1; seq <= 10; seq += 1) ledger.addReply({ ...entry, site: seq % 2, seq, at: seq, faultNumber: 1 });
    expect(ledger.replies({ siteId: "b" }).map(({ seq }) => seq)).toEqual([1, 3, 5, 7, 9]);
    expect(ledger.replies({ since: 9 }).map(({ seq }) => seq)).toEqual([9, 10]);
    expect(ledger.replies({ after: 3, limit: 2 }).map(({ row }) => row)).toEqual([4, 5]);
    expect(ledger.replies({ siteId: "nobody" })).toEqual([]);
    expect(ledger.replies({ limit: 1 })).toMatchObject([{ fault: "slow", siteId: "b" }]);
  });
});

describe("the ledger of a running fleet", () => {
  let simulator: RunningSimulator;
  const site = () => simulator.sites[0]?.url ?? "";
  beforeAll(async () => {
    simulator = await startSimulator({ sites: 2, port: 0, latencyMs: [0, 0], witness: true, warmUpS: 60 });
  });
  afterAll(() => simulator.close());

  test("in witness mode every state reply carries the number that the ledger has", async () => {
    const carried: unknown[] = [];
    for (let poll = 0; poll < 5; poll += 1) {
      carried.push((await readState(site()))["power_a_distribution"]);
      await rawGet(`${site()}/cooler?operation=minerInfo`);
    }
    const states = simulator.ledger.replies({ siteId: "site-001" }).filter(({ request }) => request === "state");
    expect(carried).toEqual([1, 2, 3, 4, 5]);
    expect(states.map(({ seq, whole }) => ({ seq, whole }))).toEqual(carried.map((seq) => ({ seq, whole: true })));
    expect(simulator.ledger.summary()).toMatchObject([
      { siteId: "site-001", requests: 10, wholeStates: 5, lastSeq: 5 },
      { siteId: "site-002", requests: 0, wholeStates: 0, lastSeq: 0 },
    ]);
  });

  test.for(["timeout", "http_500", "truncated", "slow_drip", "reset"] as const)(
    "under %s no reply counts as whole, and the fault is named",
    async (kind) => {
      await simulator.addFault({ sites: ["site-001"], kind });
      const { lastSeq = 0, wholeStates } = simulator.ledger.summary()[0] ?? {};
      await rawGet(`${site()}/cooler?operation=coolerState`, { waitMs: 250 });
      await simulator.removeFaults();
      const last = await eventually(() => {
        const newest = simulator.ledger.replies({ siteId: "site-001" }).at(-1);
        return newest?.fault === kind ? newest : null;
      });
      expect(last).toMatchObject({ request: "state", whole: false });
      expect(simulator.ledger.summary()[0]).toMatchObject({ wholeStates });
      // the next good reply has a number of its own
      const next = Number((await readState(site()))["power_a_distribution"]);
      expect(next).toBeGreaterThan(lastSeq);
    },
  );

  test("a client that leaves before the answer leaves a row that is not whole", async () => {
    await simulator.addFault({ sites: ["site-002"], kind: "slow", args: { minMs: 400, maxMs: 400 } });
    const { hostname, port } = new URL(simulator.sites[1]?.url ?? "");
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write("GET /cooler?operation=coolerState HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually(() => (simulator.stats().inFlight === 1 ? true : null));
    socket.destroy();
    const row = await eventually(() => simulator.ledger.replies({ siteId: "site-002" }).at(-1) ?? null);
    expect(row).toMatchObject({ whole: false, seq: 0 });
    expect(simulator.stats().inFlight).toBe(0);
    await simulator.removeFaults();
  });

  test("requests of one connection share its number", async () => {
    const { hostname, port } = new URL(site());
    const before = simulator.ledger.replyRows();
    const socket = connect({ host: hostname, port: Number(port) });
    let text = "";
    socket.on("data", (part) => {
      text += part.toString("latin1");
    });
    const request = "GET /cooler?operation=coolerState HTTP/1.1\r\nHost: x\r\n\r\n";
    // two at once: the second waits for the answer of the first
    socket.write(request + request);
    await eventually(() => (text.match(/"ok":true/g)?.length === 2 ? true : null));
    socket.destroy();
    const rows = simulator.ledger.replies({ after: before - 1 });
    expect(rows).toHaveLength(2);
    expect(rows[1]?.connection).toBe(rows[0]?.connection);
    expect(rows[1]?.seq).toBe((rows[0]?.seq ?? 0) + 1);
  });
});
