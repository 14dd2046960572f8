import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../../domain/errors.ts";
import type { BackTestReply, BackTestTask, ToBackTest } from "./back-test-messages.ts";
import { createHistoryJudge } from "./judge-history.ts";

/** Judges history in a thread of its own: the event loop of the platform goes on, and what takes too long can be ended. */
const port = parentPort;
const judge = attempt(() => createHistoryJudge(workerData as BackTestTask));

port?.on("message", (message: ToBackTest) => {
  attempt(() => {
    if (judge !== undefined) reply({ answer: judge.answer(message) });
  });
});

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const isOurs = error instanceof AppError;
    reply({ code: isOurs ? error.code : "internal.unexpected", reason: error instanceof Error ? error.message : "" });
    return undefined;
  }
}

function reply(message: BackTestReply): void {
  port?.postMessage(message);
}
