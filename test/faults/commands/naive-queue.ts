import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import type { Site } from "../../../domain/sites/site.ts";
import { startRedis } from "../../services/redis-server.ts";
import { createFaultQuota } from "./fault-quota.ts";
import { runFaultSlot } from "./fault-slot.ts";
import { startFaultyProcess } from "./faulty-process.ts";
import type { NaiveChildPlan, NaiveJob } from "./naive-child.ts";
import { doublesIn, receivedCommands } from "./plant-ledger.ts";

export type NaivePlan = {
  readonly sites: readonly Site[];
  readonly controlUrl: string;
  readonly workers: number;
  readonly kills: number;
  readonly stops: number;
  readonly stopS: () => number;
  /** Absent: as the queue does by itself, 30 s. */
  readonly lockMs?: number;
  readonly say: (text: string) => void;
};
export type NaiveFigures = {
  readonly faults: number;
  readonly received: number;
  /** Requests that came again: each was ordered once. */
  readonly doubled: number;
};

const CHILD = fileURLToPath(new URL("./naive-child.ts", import.meta.url));
const POINTS = ["call:standing", "call:written", "call:received", "call:acted"];
const WITHIN_MS = 150_000;

/** The same faults, upon a queue that hands a job out again when its worker is gone. */
export async function runNaiveQueue(plan: NaivePlan): Promise<NaiveFigures> {
  const { sites, controlUrl, workers, kills, stops, stopS, lockMs, say } = plan;
  const redis = await startRedis();
  const port = Number(new URL(redis.url).port);
  const queue = new Queue<NaiveJob>("commands", { connection: { host: "127.0.0.1", port } });
  queue.on("error", () => undefined);
  const children: { kill(): Promise<void> }[] = [];
  try {
    const path = "/cooler?operation=setTemp&temp=36";
    await queue.addBulk(
      sites.map(({ id: siteId, controllerUrl }) => ({ name: "command", data: { siteId, controllerUrl, path } })),
    );
    const start = async () => {
      const childPlan: NaiveChildPlan = {
        queue: "commands",
        redisPort: port,
        controlUrl,
        ...(lockMs === undefined ? {} : { lockMs }),
      };
      const child = await startFaultyProcess(CHILD, childPlan);
      children.push(child);
      return child;
    };
    const quota = createFaultQuota(POINTS, { kill: kills, stop: stops });
    await Promise.all(Array.from({ length: workers }, () => runFaultSlot({ start, quota, stopS, say })));
    const deadline = performance.now() + WITHIN_MS;
    while ((await queue.getJobCountByTypes("wait", "active", "delayed")) > 0) {
      if (performance.now() > deadline) throw new Error("the naive queue does not come to an end");
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const received = await receivedCommands(controlUrl);
    const own = received.filter(({ siteId }) => sites.some(({ id }) => id === siteId));
    return { faults: kills + stops, received: own.length, doubled: doublesIn(own).length };
  } finally {
    for (const child of children) await child.kill();
    await queue.close();
    await redis.dispose();
  }
}
