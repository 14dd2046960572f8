/** The part of a logger that is used. */
export type ShutdownLog = {
  info(facts: Record<string, unknown>, text: string): void;
  error(facts: Record<string, unknown>, text: string): void;
  fatal(facts: Record<string, unknown>, text: string): void;
};

/** Why everything is closed: somebody asked for it, or nothing that follows can be trusted any more. */
export type Ending = "signal" | "fault";
/** A fault that nobody caught, without what it may have been about. */
export type UncaughtFault = { readonly origin: string; readonly name: string; readonly code: string | null };

export type ShutdownOptions = {
  readonly log: ShutdownLog;
  /** How long closing may take, milliseconds. */
  readonly limitsMs?: Readonly<Record<Ending, number>>;
};

export interface Shutdown {
  /**
   * What closes everything, in order. Until it is set there is nothing to close: the process just ends.
   *
   * @param onFault told of a fault before anything is closed, for the audit trail
   */
  closeWith(close: (ending: Ending) => Promise<void>, onFault?: (fault: UncaughtFault) => void): void;
}

/** Kubernetes and compose give 30 s after a signal. After a fault whoever waits for a restart waits for nothing else. */
const LIMITS_MS: Readonly<Record<Ending, number>> = { signal: 25_000, fault: 10_000 };
const MOST_LINES = 10;
const MOST_FRAMES = 12;
const TEXT_CHARS = 300;

/**
 * Ends the process in order: on SIGTERM and SIGINT with exit code 0, and on an exception or a rejection that nobody caught
 * (ASVS 16.5.4) with 1, so that its supervisor starts it again. Whatever hangs meanwhile, it ends within the limit. What was
 * collected and not stored yet is in the journal either way.
 *
 * Faults of worker threads arrive as errors of their owners, which handle them; those that have no owner arrive here.
 */
export function watchProcess({ log, limitsMs = LIMITS_MS }: ShutdownOptions): Shutdown {
  let close: ((ending: Ending) => Promise<void>) | null = null;
  let tell: (fault: UncaughtFault) => void = () => undefined;
  let isEnding = false;
  let exitCode = 0;
  let faults = 0;

  function endWithin(ms: number): void {
    setTimeout(() => {
      log.fatal({ event: "process.stuck", limitMs: ms }, "closing took too long; the process ends as it is");
      process.exit(1);
    }, ms);
  }

  async function end(ending: Ending): Promise<void> {
    endWithin(limitsMs[ending]);
    if (isEnding) return;
    isEnding = true;
    try {
      await close?.(ending);
      log.info({}, "everything is closed");
    } catch (error) {
      exitCode = 1;
      log.error({ reason: String(error) }, "the shutdown failed; what was collected is in the journal");
    }
    process.exit(exitCode);
  }

  function takeFault(reason: unknown, origin: string): void {
    exitCode = 1;
    faults += 1;
    // The first lines say it all; a fault in a loop must not keep the process busy with writing them down.
    if (faults > MOST_LINES) return;
    const facts = factsOf(reason);
    log.fatal({ event: "process.uncaught", origin, ...facts }, "an error that nobody caught: the process ends");
    if (faults > 1) return;
    try {
      tell({ origin, name: facts.name, code: facts.code });
    } catch (error) {
      log.error({ reason: String(error) }, "the fault could not be put on record");
    }
    void end("fault");
  }

  // Rejections come here, too, with their own `origin`.
  process.on("uncaughtException", takeFault);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isEnding) return;
      log.info({ signal }, "shutting down");
      void end("signal");
    });
  }

  return {
    closeWith(next, onFault) {
      close = next;
      if (onFault) tell = onFault;
    },
  };
}

/** What helps to find the fault. Of what it was about it holds nothing: other people's messages quote their input. */
function factsOf(reason: unknown) {
  if (!(reason instanceof Error)) return { name: typeof reason, code: null };
  const code = "code" in reason && typeof reason.code === "string" ? reason.code.slice(0, TEXT_CHARS) : null;
  const frames = (reason.stack ?? "").split("\n").filter((line) => /^ +at /.test(line));
  return {
    name: reason.name.slice(0, TEXT_CHARS),
    code,
    message: reason.message.replace(/"[^"]*"?/g, '"…"').slice(0, TEXT_CHARS),
    frames: frames.slice(0, MOST_FRAMES).map((line) => line.trim()),
  };
}
