import { Worker } from "bullmq";
import { callOnce } from "../../../adapters/controller/call-once.ts";
import { type ArmedFault, createFaultTrap, trappedCall } from "./fault-points.ts";
import { commandInPath, receivedCommands } from "./plant-ledger.ts";

/** What the parent says at the start. */
export type NaiveChildPlan = {
  readonly queue: string;
  readonly redisPort: number;
  readonly controlUrl: string;
  /** Absent: as BullMQ does by itself, which is 30 s for both. */
  readonly lockMs?: number;
};
export type NaiveJob = { readonly siteId: string; readonly controllerUrl: string; readonly path: string };

/** A worker of a queue with its defaults, which makes the same call with the same points in it. */
const plan = JSON.parse(process.argv[2] ?? "{}") as NaiveChildPlan;
const trap = createFaultTrap();
process.on("message", (fault: ArmedFault) => trap.arm(fault));
process.on("disconnect", () => process.exit(0));

const worker = new Worker<NaiveJob>(
  plan.queue,
  async ({ data: { siteId, controllerUrl, path } }) => {
    const call = trappedCall(callOnce, trap, async () => {
      const row = (await receivedCommands(plan.controlUrl, siteId)).find(
        ({ command }) => command === commandInPath(path),
      );
      return { received: row !== undefined, acted: row?.acted === true };
    });
    const result = await call(controllerUrl, { method: "GET", path }, { timeoutMs: 4_000, mayStart: () => true });
    if (!result.isAnswered) throw new Error(result.cause);
  },
  {
    connection: { host: "127.0.0.1", port: plan.redisPort },
    ...(plan.lockMs === undefined ? {} : { lockDuration: plan.lockMs, stalledInterval: plan.lockMs }),
  },
);
worker.on("error", () => undefined);
await worker.waitUntilReady();
process.stdout.write("ready\n");
