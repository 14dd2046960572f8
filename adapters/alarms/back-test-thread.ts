import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { BackTestResult } from "../../domain/alarms/back-test/back-test-result.ts";
import { AppError } from "../../domain/errors.ts";
import type { HistoryChunk, HistoryPlan } from "./read-history-slots.ts";
import type { BackTestReply, BackTestTask, ToBackTest } from "./run-back-test.ts";

/** Chunks on their way: one is judged while the next is read. */
const MOST_AHEAD = 2;
const MEMORY_MB = 512;

type Taken = Extract<BackTestReply, { readonly doneMs: number }>;

/** The thread in which history is judged. */
export function startBackTestThread(task: BackTestTask) {
  const thread = new Worker(workerFile(), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 64 },
  });
  const ahead: { readonly onTaken: (taken: Taken) => void }[] = [];
  const looked = Promise.withResolvers<readonly string[]>();
  const finished = Promise.withResolvers<readonly BackTestResult[]>();
  let failure: unknown;
  let wake: () => unknown = () => undefined;
  // Whoever sends looks at `failure`; the promises themselves are awaited at the end only.
  for (const { promise } of [looked, finished]) promise.catch(() => undefined);

  function fail(reason: unknown): void {
    failure ??= reason;
    for (const promise of [looked, finished]) promise.reject(failure);
    wake();
  }
  thread.on("message", (reply: BackTestReply) => {
    if ("results" in reply) finished.resolve(reply.results);
    else if ("sites" in reply) looked.resolve(reply.sites);
    else if ("code" in reply) fail(new AppError(reply.code, reply.reason));
    else ahead.shift()?.onTaken(reply);
    wake();
  });
  thread.on("error", (cause) => fail(new AppError("rule.invalid", "the rules ask for too much memory", { cause })));
  thread.on("exit", () => fail(new Error("the thread of the back-test has ended")));

  return {
    /** @param onTaken when it was judged */
    async send(chunk: HistoryChunk, onTaken: (taken: Taken) => void): Promise<void> {
      while (failure === undefined && ahead.length >= MOST_AHEAD) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined) throw failure;
      ahead.push({ onTaken });
      const buffers = [...Object.values(chunk.columns), chunk.rounds].flatMap((bytes) => (bytes ? [bytes.buffer] : []));
      thread.postMessage(chunk satisfies ToBackTest, buffers);
    },
    /** The end of what the first look needs. @returns the sites that are wanted once more */
    lookAgain(): Promise<readonly string[]> {
      thread.postMessage("looked" satisfies ToBackTest);
      return looked.promise;
    },
    /** How the chunks are laid out that come now. */
    change(plan: HistoryPlan): void {
      thread.postMessage({ plan } satisfies ToBackTest);
    },
    finish(): Promise<readonly BackTestResult[]> {
      thread.postMessage("end" satisfies ToBackTest);
      return finished.promise;
    },
    async end(reason: unknown): Promise<void> {
      fail(reason);
      await thread.terminate();
    },
  };
}

/** Beside this file as TypeScript, or in its own place under `dist/` when this code was bundled into any chunk there. */
function workerFile(): URL {
  const places = [
    "./back-test-worker.ts",
    "./back-test-worker.js",
    "./adapters/alarms/back-test-worker.js",
    "../adapters/alarms/back-test-worker.js",
    "../../adapters/alarms/back-test-worker.js",
  ];
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(fileURLToPath(url)));
  if (!found) throw new Error("adapters/alarms/back-test-worker.js is missing from this installation");
  return found;
}
