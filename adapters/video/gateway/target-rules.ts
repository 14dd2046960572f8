import { type TargetRules, targetRulesOf } from "../../../domain/video/target/judge-target.ts";
import { createPlantMap, type PlantSite } from "../../../domain/video/target/plant-map.ts";
import type { PlantPlan, StreamConfig } from "../gateway-protocol.ts";

/** What each stream may reach, by its id. */
export function rulesOf(streams: readonly StreamConfig[], plan: PlantPlan): ReadonlyMap<string, TargetRules> {
  const sites = new Map<string, PlantSite>(
    plan.sites.map(({ profileId, ...site }) => [site.id, { ...site, profile: plan.profiles[profileId] ?? null }]),
  );
  const plant = createPlantMap(sites.values());
  const settings = { ownPorts: plan.ownPorts };
  return new Map(
    streams.flatMap(({ id, url }) => {
      const site = sites.get(id);
      return site ? [[id, targetRulesOf({ ...site, cameraUrl: url }, plant, settings)]] : [];
    }),
  );
}
