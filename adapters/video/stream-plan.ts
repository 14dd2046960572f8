import type { CompiledProfile } from "../../domain/profiles/compile-profile.ts";
import { hasCamera, type Site } from "../../domain/sites/site.ts";
import type { PlantPlan, StreamConfig } from "./gateway-protocol.ts";

/** The cameras of a fleet as the gateway is told of them, and where else something is. */
export function planStreams(
  sites: readonly Site[],
  profileOf: (id: string) => CompiledProfile | undefined,
  ownPorts: readonly number[],
): { readonly streams: StreamConfig[]; readonly plant: PlantPlan } {
  const profiles: Record<string, PlantPlan["profiles"][string]> = {};
  for (const { profileId } of sites) {
    const profile = profiles[profileId] ? undefined : profileOf(profileId)?.profile;
    if (profile) profiles[profileId] = { requests: profile.requests, commands: profile.commands };
  }
  const plan = sites.map(({ id, controllerUrl, cameraUrl, cameraQueries, profileId }) => ({
    id,
    controllerUrl,
    cameraUrl: cameraUrl === null ? null : splitCredentials(cameraUrl).url,
    cameraQueries,
    profileId,
  }));
  const streams = sites.filter(hasCamera).map(({ id, cameraUrl }) => ({ id, ...splitCredentials(cameraUrl) }));
  return { streams, plant: { sites: plan, profiles, ownPorts } };
}

/** Name and password go in a header of their own, to the camera alone: in a URL they would be passed around with it. */
function splitCredentials(cameraUrl: string): Pick<StreamConfig, "url" | "authorization"> {
  const url = new URL(cameraUrl);
  const { username, password } = url;
  if (username === "" && password === "") return { url: url.href, authorization: null };
  url.username = "";
  url.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
