import type { Variable } from "../../../domain/video/playlist/variables.ts";

/** What a playlist of a stream has named, and how it is to be fetched. */
export type NamedResource = {
  readonly kind: "playlist" | "segment" | "init" | "key" | "part";
  /** Of the camera; it never leaves the gateway. */
  readonly url: URL;
  /** Parts that may be asked for, as `first-last`; null = the whole only. */
  readonly ranges: ReadonlySet<string> | null;
  readonly isEncrypted: boolean;
  /** Of a playlist: how many stand above it. */
  readonly depth: number;
  /** Of a playlist: what it may import. A rendition that names it in its reports gives none: its master's stay. */
  readonly variables: ReadonlyMap<string, Variable> | null;
};

/**
 * Which addresses of a stream may be asked for: those that one of its playlists has named lately. Anything else would be a
 * GET to the camera of a viewer's choice.
 */
export interface NamedResources {
  get(servedAs: string): NamedResource | null;
  /** @param lifeMs so long it may be asked for from now on */
  name(servedAs: string, resource: NamedResource, lifeMs: number): void;
}

/** Some windows of the largest playlist that is taken (20,000 lines) are never needed at once [J]. */
const MOST = 5_000;

export function createNamedResources(clock: () => number): NamedResources {
  /** In the order in which they were named last. */
  const named = new Map<string, { readonly resource: NamedResource; readonly untilMs: number }>();

  function forgetOld(nowMs: number): void {
    for (const [servedAs, { untilMs }] of named) {
      if (untilMs > nowMs && named.size <= MOST) break;
      named.delete(servedAs);
    }
  }

  return {
    get(servedAs) {
      const found = named.get(servedAs);
      return found !== undefined && found.untilMs > clock() ? found.resource : null;
    },
    name(servedAs, resource, lifeMs) {
      const nowMs = clock();
      const known = named.get(servedAs)?.resource;
      named.delete(servedAs);
      // One file holds the parts of many segments, and those of the window before are still asked for.
      const ranges =
        resource.ranges && known?.ranges && known.ranges !== resource.ranges
          ? new Set([...known.ranges, ...resource.ranges].slice(-MOST_RANGES))
          : resource.ranges;
      const variables = resource.variables ?? known?.variables ?? null;
      const isAsItIs = ranges === resource.ranges && variables === resource.variables;
      named.set(servedAs, {
        resource: isAsItIs ? resource : { ...resource, ranges, variables },
        untilMs: nowMs + lifeMs,
      });
      forgetOld(nowMs);
    },
  };
}

const MOST_RANGES = 2_000;
