import { EventEmitter, once } from "node:events";
import { Worker } from "node:worker_threads";
import type { OpenApiDocument } from "../../../api/openapi.ts";
import { pathsOf, type Verdict } from "./contract.ts";
import { keepFigures, type WatchedCalls } from "./figures.ts";
import { type ProxyTls, startForwardingProxy } from "./forwarding-proxy.ts";

export type WatchedApi = {
  /** Where tests and browsers go. */
  readonly url: string;
  /** From then on requests are handed on to that address. */
  pointTo(upstream: string): void;
  /** What was seen until now. */
  seen(): Promise<WatchedCalls>;
  /** @throws {Error} with every violation; also when no call of the API went through, for then nothing was judged */
  close(): Promise<void>;
};

type Options = {
  /** The document that holds, for the address at which the API is reached. */
  readonly document: (url: string) => OpenApiDocument;
  readonly tls?: ProxyTls;
  /** Not for the figures of the run. */
  readonly isUncounted?: boolean;
};

/** Stands in front of a platform, hands everything on, and judges each call of its API by the document. */
export async function watchApi({ document, tls, isUncounted = false }: Options): Promise<WatchedApi> {
  let upstream: string | null = null;
  let judge: Worker | undefined;
  let isAbout: (path: string) => boolean = () => false;
  let calls = 0;
  let judged = 0;
  const operations = new Set<string>();
  const violations: string[] = [];
  const proxy = await startForwardingProxy({
    port: 0,
    tls: tls ?? null,
    upstream: () => upstream,
    isAbout: (at) => isAbout(at),
    onCall(coming) {
      calls += 1;
      void coming.then((call) => {
        if (call.target === "/openapi.json" && call.status === 200 && !isSame(call.responseBody, own))
          violations.push("GET /openapi.json: the platform serves another document than its sources make");
        judge?.postMessage(call);
      });
    },
  });
  const own = document(proxy.url);
  isAbout = pathsOf(own);
  judge = new Worker(new URL("./judge-worker.ts", import.meta.url), { workerData: own });
  const told = new EventEmitter();
  judge.on("message", (verdict: Verdict) => {
    judged += 1;
    if (verdict.operation !== null) operations.add(verdict.operation);
    for (const one of verdict.violations) violations.push(one);
    told.emit("verdict");
  });
  judge.on("error", (error) => {
    violations.push(`the judge failed: ${String(error)}`);
    judged = Number.POSITIVE_INFINITY;
    told.emit("verdict");
  });
  const seen = async (): Promise<WatchedCalls> => {
    while (judged < calls) await once(told, "verdict");
    return { calls, operations: [...operations].sort(), violations };
  };
  return {
    url: proxy.url,
    pointTo(address) {
      upstream = address;
    },
    seen,
    async close() {
      await proxy.close();
      const line = await seen();
      await judge.terminate();
      if (!isUncounted) keepFigures(line);
      if (line.calls === 0 && upstream !== null) throw new Error("no call of the API went through the proxy");
      if (violations.length > 0) {
        throw new Error(`the API broke its document:\n${[...new Set(violations)].map((one) => `  ${one}`).join("\n")}`);
      }
    },
  };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
