import { createHmac } from "node:crypto";
import { findProfile } from "../../../../domain/profiles/index.ts";
import { rewritePlaylist } from "../../../../domain/video/playlist/rewrite-playlist.ts";
import type { PlaylistContext, RewrittenPlaylist } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import {
  judgeTarget,
  type TargetRules,
  type TargetSettings,
  targetRulesOf,
} from "../../../../domain/video/target/judge-target.ts";
import { createPlantMap, type PlantSite } from "../../../../domain/video/target/plant-map.ts";
import { VideoError } from "../../../../domain/video/video-cause.ts";

/** A camera at a host of its own: nothing but the address decides. */
export const APART: PlantSite = {
  id: "site-007",
  controllerUrl: "http://10.1.101.6/",
  cameraUrl: "http://10.1.101.7/cam/live.m3u8?token=s3cret",
  cameraQueries: false,
  profile: findProfile("bitmain-antbox-hk3") ?? null,
};
/** A camera beside its controller, as in the contract: a line could be an order to the cooling. */
export const SHARED: PlantSite = { ...APART, controllerUrl: "http://10.1.101.7/" };
export const OTHER: PlantSite = {
  ...APART,
  id: "site-008",
  controllerUrl: "http://10.1.101.8/",
  cameraUrl: "http://10.1.101.8/cam/live.m3u8",
};

export function rulesOf(
  site: PlantSite,
  settings?: TargetSettings,
  others: readonly PlantSite[] = [OTHER],
): TargetRules {
  return targetRulesOf(site, createPlantMap([site, ...others]), settings);
}

export function aContext(given: Partial<PlaylistContext> = {}, site: PlantSite = APART): PlaylistContext {
  const rules = rulesOf(site);
  return {
    upstreamUrl: rules.camera.href,
    baseUrl: "http://10.1.101.7/cam/",
    servedPath: "index.m3u8",
    depth: 0,
    judge: (url) => judgeTarget(url, rules),
    opaqueIdOf: (url) => createHmac("sha256", "a test's key").update(url).digest("base64url").slice(0, 22),
    forwardsBlocking: true,
    ...given,
  };
}

/** A playlist that the entry named. */
export function aChild(given: Partial<PlaylistContext> = {}): PlaylistContext {
  return aContext({
    upstreamUrl: "http://10.1.101.7/cam/720p/index.m3u8",
    servedPath: "720p/index.m3u8",
    depth: 1,
    ...given,
  });
}

/** The cause of a refusal, or what came out. */
export function outcomeOf(input: Uint8Array | string, context: PlaylistContext): string | RewrittenPlaylist {
  return causeOr(() => rewritePlaylist(input, context));
}

export function causeOr(rewrite: () => RewrittenPlaylist): string | RewrittenPlaylist {
  try {
    return rewrite();
  } catch (error) {
    if (error instanceof VideoError) return error.videoCause;
    throw error;
  }
}
