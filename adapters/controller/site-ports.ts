import type { Clock } from "../../domain/collection/clock.ts";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import { addLatency } from "../../domain/collection/latency-history.ts";
import { type LoopLag, lagSinceMs } from "../../domain/collection/loop-lag.ts";
import type { ControllerLine, PollPorts } from "../../domain/collection/poll-site.ts";
import { type TokenBucket, takeToken } from "../../domain/collection/token-bucket.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/** What the polls of all sites share. */
type SharedPorts = { readonly clock: Clock; readonly bucket: TokenBucket; readonly lag: LoopLag };

/** What the polls of one site need from outside. A class: of 15,000 sites each costs one object, and no closures. */
export class SitePorts implements PollPorts {
  readonly clock: Clock;
  readonly line: ControllerLine;
  readonly #site: SiteRuntime;
  readonly #shared: SharedPorts;

  constructor(site: SiteRuntime, shared: SharedPorts) {
    this.clock = shared.clock;
    this.line = site.line;
    this.#site = site;
    this.#shared = shared;
  }

  takeConnection(patienceMs: number): number | null {
    return takeToken(this.#shared.bucket, this.clock.monotonicMs(), patienceMs);
  }

  judge(requestName: string, json: unknown): FailureCause | null {
    return this.#site.profile.judge(requestName, json);
  }

  worstLagSinceMs(sinceMs: number): number {
    return lagSinceMs(this.#shared.lag, sinceMs, this.clock.monotonicMs());
  }

  onLatency(latencyMs: number): void {
    addLatency(this.#site.history, latencyMs);
  }
}
