import type { Priority } from "../alarm.ts";
import { CHATTER_OVER, CHATTER_WINDOW_MS } from "../alarm-statistics.ts";
import type { RuleOutcome } from "./back-test-result.ts";

/** Counts of one rule over a stretch: they grow with the number of sites, not with its length. */
export class OutcomeTally {
  firings = 0;
  hidden = 0;
  announced = 0;
  activeMs = 0;
  maintenanceMs = 0;
  curtailmentMs = 0;
  flaps = 0;
  fleeting = 0;
  trips = 0;
  readonly leadsS: number[] = [];
  readonly #sites = new Set<string>();
  readonly #chattering = new Set<string>();
  readonly #changes = new Map<string, number[]>();

  /** The condition of one subject began or ended. */
  change(alarmId: string, atMs: number): void {
    const recent = this.#changes.get(alarmId) ?? [];
    recent.push(atMs);
    if (recent.length > CHATTER_OVER + 1) recent.shift();
    this.#changes.set(alarmId, recent);
    const first = recent[recent.length - 1 - CHATTER_OVER];
    if (first !== undefined && atMs - first <= CHATTER_WINDOW_MS) this.#chattering.add(alarmId);
  }

  fire(alarmId: string): void {
    this.firings++;
    this.#sites.add(alarmId);
  }

  /** @param days of history, @param allowed announcements in all of them */
  outcome(ruleId: string, priority: Priority, days: number, allowed: number): RuleOutcome {
    const leads = this.leadsS.toSorted((a, b) => a - b);
    return {
      ruleId,
      priority,
      firings: this.firings,
      hidden: this.hidden,
      announced: this.announced,
      sites: this.#sites.size,
      activeS: Math.round(this.activeMs / 1000),
      maintenanceS: Math.round(this.maintenanceMs / 1000),
      curtailmentS: Math.round(this.curtailmentMs / 1000),
      flaps: this.flaps,
      chattering: this.#chattering.size,
      fleeting: this.fleeting,
      perDay: days > 0 ? this.announced / days : 0,
      budgetShare: priority === "low" || allowed <= 0 ? 0 : this.announced / allowed,
      trips: this.trips,
      warned: leads.filter((lead) => lead > 0).length,
      medianLeadS: leads.length === 0 ? null : (leads[leads.length >> 1] ?? null),
    };
  }
}
