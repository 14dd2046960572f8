import { createInterface } from "node:readline";

/** What the bench asks of a client under test, one line of JSON on standard input. */
export type Segment = { readonly rounds: number; readonly intervalMs: number };

/** What a segment cost, one line of JSON on standard output. */
export type SegmentResult = {
  readonly roundMs: readonly number[];
  readonly cpuUs: number;
  readonly snapshots: number;
  readonly failed: number;
  readonly maxRssMb: number;
};

/** One round: the number of good snapshots. */
type PollRound = () => Promise<number>;

/** Runs rounds at a fixed pace, because a lone round is dearer than one in a tight loop; the same for every client. */
export async function runSegment(
  { rounds, intervalMs }: Segment,
  sites: number,
  poll: PollRound,
): Promise<SegmentResult> {
  const roundMs: number[] = [];
  let snapshots = 0;
  const cpuBefore = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    snapshots += await poll();
    roundMs.push(performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, intervalMs - (performance.now() - startedMs))));
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { roundMs, cpuUs: user + system, snapshots, failed: rounds * sites - snapshots, maxRssMb: maxRssMb() };
}

export function maxRssMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Serves segments until the input ends. */
export async function servePeer(run: (segment: Segment) => Promise<SegmentResult>): Promise<void> {
  console.log(JSON.stringify({ isReady: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await run(JSON.parse(line) as Segment)));
  }
  process.exit(0);
}

/** The URLs of the sites under test, from the file named on the command line. */
export async function sitesFromArgument(): Promise<string[]> {
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as string[];
}

/** The two requests of dialect A, in order (domain.md §2.5). */
export const PATHS = ["/cooler?operation=coolerState", "/cooler?operation=minerInfo"] as const;
