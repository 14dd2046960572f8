import type { SiteFacts } from "../site-facts.ts";

/** A gap between two rounds that is longer than so many intervals is not covered by history. */
const HOLD_INTERVALS = 3;

/** How much there was to judge: rounds, snapshots and time. */
export class Coverage {
  slots = 0;
  snapshots = 0;
  coveredMs = 0;
  siteMs = 0;
  readonly #fromMs: number;
  #known: ReadonlyMap<string, SiteFacts> | null = null;
  #enabled = 0;
  #intervalMs = 1000;

  /** @param fromMs what comes before it warms up, and does not count */
  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  /** @param beforeMs the round before; null = this is the first one */
  take(slotMs: number, beforeMs: number | null, facts: ReadonlyMap<string, SiteFacts>, snapshots: number): void {
    if (slotMs < this.#fromMs) return;
    this.slots++;
    this.snapshots += snapshots;
    if (beforeMs === null) return;
    this.#know(facts);
    const stepMs = slotMs - Math.max(beforeMs, this.#fromMs);
    if (stepMs <= 0 || stepMs > HOLD_INTERVALS * this.#intervalMs) return;
    this.coveredMs += stepMs;
    this.siteMs += stepMs * this.#enabled;
  }

  /** Facts are the same object for as long as they do not change. */
  #know(facts: ReadonlyMap<string, SiteFacts>): void {
    if (facts === this.#known) return;
    const enabled = [...facts.values()].filter((own) => own.enabled);
    this.#known = facts;
    this.#enabled = enabled.length;
    this.#intervalMs = enabled.reduce((longest, { intervalS }) => Math.max(longest, intervalS), 1) * 1000;
  }
}
