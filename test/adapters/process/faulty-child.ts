import { Worker } from "node:worker_threads";
import { createLogger } from "../../../adapters/observability/create-logger.ts";
import { watchProcess } from "../../../adapters/process/shutdown.ts";

/** A program that works until it is told what to do wrong: `exception`, `rejection`, `worker` or `loop`, then how it closes. */
const [fault = "", closing = ""] = process.argv.slice(2);
const SECRET = 'Unexpected token, "pass-phrase of somebody" at postgres://me:hunter2@db/x';
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const shutdown = watchProcess({ log: createLogger("info"), limitsMs: { signal: 1_500, fault: 1_000 } });
const ways: Readonly<Record<string, () => Promise<void>>> = {
  well: async () => say("closed"),
  badly: () => Promise.reject(new Error("closing failed")),
  never: () => new Promise(() => undefined),
};
if (closing !== "early") {
  shutdown.closeWith(
    (ending) => {
      say(`closing after a ${ending}`);
      return ways[closing]?.() ?? Promise.resolve();
    },
    ({ origin, name }) => say(`told of ${origin} ${name}`),
  );
}

setInterval(() => undefined, 1_000);
say("working");
if (fault === "exception") setTimeout(() => throwTypeError(), 10);
if (fault === "rejection") void Promise.reject(new RangeError(SECRET));
if (fault === "text") void Promise.reject(SECRET);
if (fault === "worker") new Worker("setTimeout(() => { throw new TypeError('of a thread') }, 10)", { eval: true });
if (fault === "loop") setInterval(() => throwTypeError(), 1);

function throwTypeError(): never {
  throw new TypeError(SECRET);
}
