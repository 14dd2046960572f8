import type { Server } from "node:tls";
import type { Log } from "../../domain/log.ts";
import { readTlsFiles, type TlsFiles, type TlsPair } from "./tls-files.ts";

export type FollowOptions = {
  readonly log: Log;
  /** Milliseconds between two looks; default 10 s. */
  readonly everyMs?: number | undefined;
  readonly onReplaced?: (pair: TlsPair) => void;
};

const LOOK_EVERY_MS = 10_000;

/**
 * Has a server use its TLS files as they are now, without closing a connection. It looks at the contents, not at the times:
 * a mounted secret changes by a link. While the two files do not fit together, as between two writes, the pair before stays
 * in use.
 *
 * @param first what it uses at the beginning
 * @returns stop
 */
export function followTlsFiles(server: Server, files: TlsFiles, first: TlsPair, options: FollowOptions): () => void {
  const { log, everyMs = LOOK_EVERY_MS, onReplaced } = options;
  let used = first;
  let lastProblem = "";

  function look(): void {
    try {
      const found = readTlsFiles(files);
      lastProblem = "";
      if (found.text === used.text) return;
      server.setSecureContext(found.options);
      used = found;
      log.info({ validTo: found.certificate.validTo }, "the TLS certificate was replaced");
      onReplaced?.(found);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== lastProblem) log.warn({ reason: problem }, "the new TLS files are not used");
      lastProblem = problem;
    }
  }

  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
