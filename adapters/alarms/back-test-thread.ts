import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "../../domain/errors.ts";
import type { BackTestAnswers, BackTestReply, BackTestTask, ToBackTest } from "./back-test-messages.ts";

/** Messages on their way: one is worked on while the next is read. */
const MOST_AHEAD = 2;
const MEMORY_MB = 512;

type Waiting = { readonly resolve: (answer: never) => void; readonly reject: (reason: unknown) => void };

/** The thread in which history is judged. */
export function startBackTestThread(task: BackTestTask) {
  const thread = new Worker(workerFile(), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 64 },
  });
  const waiting: Waiting[] = [];
  const underWay: Promise<unknown>[] = [];
  let failure: unknown;

  function fail(reason: unknown): void {
    failure ??= reason;
    for (const one of waiting.splice(0)) one.reject(failure);
  }
  thread.on("message", (reply: BackTestReply) => {
    if ("answer" in reply) waiting.shift()?.resolve(reply.answer as never);
    else fail(new AppError(reply.code, reply.reason));
  });
  thread.on("error", (cause) => fail(new AppError("rule.invalid", "the rules ask for too much memory", { cause })));
  thread.on("exit", () => fail(new Error("the thread of the back-test has ended")));

  /** Each message has one answer, in their order. */
  function ask<Kind extends ToBackTest["kind"]>(
    message: Extract<ToBackTest, { readonly kind: Kind }>,
  ): Promise<BackTestAnswers[Kind]> {
    if (failure !== undefined) return Promise.reject(failure);
    const { promise, resolve, reject } = Promise.withResolvers<BackTestAnswers[Kind]>();
    waiting.push({ resolve, reject });
    thread.postMessage(message, buffersIn(message));
    return promise;
  }

  return {
    ask,
    /** The same without waiting for the answer: returns as soon as few enough of them wait. @param onTaken when it was worked on */
    async send<Kind extends "look" | "zones" | "sisters" | "chunk">(
      message: Extract<ToBackTest, { readonly kind: Kind }>,
      onTaken: (answer: BackTestAnswers[Kind]) => void,
    ): Promise<void> {
      const taken = ask<Kind>(message).then(onTaken);
      underWay.push(taken);
      // Whoever waits for the oldest one hears of it; the others fail with the same reason.
      taken.catch(() => undefined);
      if (underWay.length > MOST_AHEAD) await underWay.shift();
    },
    async end(reason: unknown): Promise<void> {
      fail(reason);
      await thread.terminate();
    },
  };
}

/** They move to the thread instead of being copied. */
function buffersIn(message: ToBackTest): ArrayBuffer[] {
  if (!("chunk" in message)) return [];
  const { columns, rounds } = message.chunk;
  return [...Object.values(columns), rounds].flatMap((bytes) => (bytes ? [bytes.buffer] : []));
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
