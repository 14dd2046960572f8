// Preloaded into a platform by test/faults/uncaught.test.ts: does on SIGUSR2 what PLANTED_FAULT says.
import { BroadcastChannel, isMainThread } from "node:worker_threads";

const SECRET = 'Unexpected token, "pass-phrase of somebody" at postgres://me:hunter2@db/x';
const kind = process.env.PLANTED_FAULT;

if (isMainThread) {
  process.on("SIGUSR2", () => {
    if (kind === "exception") setImmediate(() => throwPlanted());
    if (kind === "rejection") void Promise.reject(new RangeError(SECRET));
    if (kind === "thread") {
      const channel = new BroadcastChannel("planted");
      channel.postMessage("now");
      channel.close();
    }
  });
} else if (kind === "thread") {
  const channel = new BroadcastChannel("planted");
  channel.onmessage = () => throwPlanted();
  channel.unref();
}

function throwPlanted() {
  throw new TypeError(SECRET);
}
