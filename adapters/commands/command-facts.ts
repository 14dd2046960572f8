import type { CommandSite } from "../../domain/commands/command-site.ts";
import type { Profile } from "../../domain/profiles/profile.ts";
import type { Site } from "../../domain/sites/site.ts";
import { askedTogether } from "./asked-together.ts";
import type { EmergencyStops } from "./emergency-stops.ts";
import type { CommandFacts } from "./sender-ports.ts";
import type { SiteLocks } from "./site-locks.ts";
import type { WriteSwitches } from "./write-switches.ts";

export type CommandFactsOptions = {
  readonly switches: Pick<WriteSwitches, "writesOf">;
  readonly locks: Pick<SiteLocks, "locksOf">;
  readonly emergencies: Pick<EmergencyStops, "inForce">;
  readonly inventory: { get(siteId: string): Site | undefined };
  readonly profileOf: (profileId: string) => Profile | undefined;
  /** Measured at commissioning, m³/h; and the highest supply temperature of the miners, °C. Null = nobody has entered it. */
  readonly baselineOf: (siteId: string, name: "supply_flow_m3h" | "miner_limit_c") => number | null;
  /** The load of each poll of a stretch of time, milliseconds since the Unix epoch. */
  readonly readLoads: (siteId: string, fromMs: number, toMs: number) => Promise<CommandSite["recentLoads"]>;
  readonly roleOf: CommandFacts["roleOf"];
  readonly clock: () => number;
};

/** Twice what the pump has to run on after the load is off. */
const LOADS_MS = 600_000;

/** What the database and the inventory say now: the same facts when a command is asked for, approved and sent. */
export function createCommandFacts(options: CommandFactsOptions): CommandFacts {
  const { switches, locks, emergencies, inventory, profileOf, baselineOf, readLoads, roleOf, clock } = options;
  const writesOf = askedTogether(switches.writesOf);
  const locksOf = askedTogether(locks.locksOf);
  const stopsOf = askedTogether(emergencies.inForce);
  return {
    roleOf,
    async siteOf(siteId) {
      const known = inventory.get(siteId);
      const profile = known && profileOf(known.profileId);
      if (known === undefined || profile === undefined) return null;
      const nowMs = clock();
      const [[writes], [lock], [emergency], recentLoads] = await Promise.all([
        writesOf(siteId),
        locksOf(siteId),
        stopsOf(siteId),
        readLoads(siteId, nowMs - LOADS_MS, nowMs + 1),
      ]);
      const site: CommandSite = {
        siteId,
        isEnabled: known.enabled,
        // A switch counts for the profile that it was set for, and the inventory may know of a newer one than the database.
        isWritable: writes?.isEnabled === true && writes.profileId === known.profileId,
        lock: lock === undefined ? null : { by: lock.setBy, reason: lock.reason },
        emergency: emergency === undefined ? null : { by: emergency.requestedBy, reason: emergency.reason },
        ratedPowerKw: known.ratedPowerKw,
        minerLimitC: baselineOf(siteId, "miner_limit_c"),
        baselineFlowM3h: baselineOf(siteId, "supply_flow_m3h"),
        recentLoads,
        profile,
      };
      return { site, profile, controllerUrl: known.controllerUrl };
    },
  };
}
