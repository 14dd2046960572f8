import { type ChildProcess, fork } from "node:child_process";
import type { Log } from "../../domain/log.ts";
import type { FromGateway, GatewayStart, ToGateway } from "./gateway-protocol.ts";

/** The gateway's process: started, started again when it ends, and told what it has to know each time. */
export interface GatewaySupervisor {
  /** Its loopback port; null while it is not there. */
  port(): number | null;
  send(message: ToGateway): void;
  /** Ends it. Resolves when it is gone. */
  close(): Promise<void>;
}

export type SupervisorOptions = {
  /** File of the gateway's program. */
  readonly program: string;
  readonly start: GatewayStart;
  readonly onMessage: (message: FromGateway) => void;
  /** It has begun, and knows nothing yet. */
  readonly onStart: () => void;
  readonly log: Log;
};

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
/** Who has run for so long begins anew with the shortest wait. */
const STEADY_MS = 60_000;
const END_MS = 2_000;
/** Segments are outside of V8's heap; what is in it is playlists and their tables [J]. */
const HEAP_MB = 256;
/**
 * V8 counts the bytes of segments as its own and, by itself, looks through all that is alive whenever some 16 MB have come:
 * each second, on a wall. As much garbage as there is alive makes it some seconds; more is no cheaper.
 */
const HEAP_GROWTH_PERCENT = 100;
/** Of one size from the start: left to itself it grows for half an hour, to a third of all that is resident [M]. */
const YOUNG_MB = 8;
const FLAGS = [
  `--max-old-space-size=${HEAP_MB}`,
  `--heap-growing-percent=${HEAP_GROWTH_PERCENT}`,
  `--min-semi-space-size=${YOUNG_MB}`,
  `--max-semi-space-size=${YOUNG_MB}`,
];

export function superviseGateway({ program, start, onMessage, onStart, log }: SupervisorOptions): GatewaySupervisor {
  let child: ChildProcess | null = null;
  let port: number | null = null;
  let retryMs = FIRST_RETRY_MS;
  let retry: NodeJS.Timeout | null = null;
  let isClosing = false;

  function begin(): void {
    const startedMs = performance.now();
    const running = fork(program, [], {
      // Nothing of the platform's environment: there are secrets in it.
      env: { PATH: process.env["PATH"] ?? "" },
      execArgv: FLAGS,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child = running;
    running.on("message", (message: FromGateway) => {
      if (message.type === "listening") port = message.port;
      if (message.type === "log") log[message.level](message.facts, message.text);
      else onMessage(message);
    });
    // A message to a process that is just ending.
    running.on("error", () => undefined);
    running.on("exit", (code, signal) => {
      child = null;
      port = null;
      if (isClosing) return;
      if (performance.now() - startedMs > STEADY_MS) retryMs = FIRST_RETRY_MS;
      log.warn({ code, signal, retryMs }, "the video gateway ended; it is started again");
      retry = setTimeout(begin, retryMs);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    });
    running.send(start);
    onStart();
  }

  begin();

  return {
    port: () => port,
    send(message) {
      if (child?.connected) child.send(message);
    },
    async close() {
      isClosing = true;
      if (retry) clearTimeout(retry);
      const running = child;
      if (running === null) return;
      const ended = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill("SIGTERM");
      const force = setTimeout(() => running.kill("SIGKILL"), END_MS);
      await ended;
      clearTimeout(force);
    },
  };
}
