import { CANARY_SITES, PAUSE_S, WAVE_SITES } from "../../domain/commands/bulk-plan.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { ArgumentItem, CommandItem, KindItem, KindMap } from "../commands/command-text.ts";

/** What a new order for several sites begins with. */
export type BulkDraft = {
  readonly kind: string;
  readonly args: CommandItem["args"];
  readonly reason: string;
  readonly siteIds: readonly string[];
  /** It goes on where another one has stopped. */
  readonly isRetry: boolean;
};
export const EMPTY_DRAFT: BulkDraft = { kind: "", args: {}, reason: "", siteIds: [], isRetry: false };

/** As they are typed. */
export type BulkSizes = { canary: string; wave: string; pause: string };
export const USUAL_SIZES: BulkSizes = {
  canary: String(CANARY_SITES),
  wave: String(WAVE_SITES),
  pause: String(PAUSE_S),
};
export const LONGEST_PAUSE_S = 3_600;

/** A whole number of the range; null for anything else. */
export function wholeIn(text: string, low: number, high: number): number | null {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
  return value >= low && value <= high ? value : null;
}

/** How many sites each wave has. */
export function waveSizes(sites: number, canary: number, wave: number): number[] {
  const sizes: number[] = [];
  for (let left = sites, size = canary; left > 0; left -= size, size = wave) sizes.push(Math.min(size, left));
  return sizes;
}

function isForSeveral({ isUsable, mostSites, needsSecondPerson }: KindItem): boolean {
  return isUsable && mostSites > 1 && !needsSecondPerson;
}

/** Kinds that at least one profile takes for several sites, by their words. */
export function bulkKinds(byProfile: ReadonlyMap<string, KindMap>): readonly KindItem[] {
  const all = [...byProfile.values()].flatMap((kinds) => [...kinds.values()].filter(isForSeveral));
  return [...new Map(all.map((kind) => [kind.kind, kind])).values()];
}

/** Sites whose controller takes the kind, and which are in operation. */
export function sitesFor(
  kind: string,
  sites: readonly SiteSummary[],
  byProfile: ReadonlyMap<string, KindMap>,
): readonly SiteSummary[] {
  return sites.filter(({ enabled, profile }) => {
    const own = byProfile.get(profile)?.get(kind);
    return enabled && own !== undefined && isForSeveral(own);
  });
}

/** The kind as controllers of all these profiles take it: the narrowest limits of each argument. */
export function commonKind(
  kind: string,
  profiles: readonly string[],
  byProfile: ReadonlyMap<string, KindMap>,
): KindItem | null {
  const own = profiles.flatMap((profile) => byProfile.get(profile)?.get(kind) ?? []).filter(isForSeveral);
  const [first, ...others] = own;
  if (first === undefined) return null;
  const args = Object.entries(first.args).map(([name, argument]) => {
    const same = others.flatMap((other) => other.args[name] ?? []);
    return [name, same.reduce(narrower, argument)] as const;
  });
  return { ...first, args: Object.fromEntries(args) };
}

function narrower(a: ArgumentItem, b: ArgumentItem): ArgumentItem {
  const both = (one: number | null, other: number | null, of: (x: number, y: number) => number): number | null =>
    one === null ? other : other === null ? one : of(one, other);
  return {
    ...a,
    min: both(a.min, b.min, Math.max),
    max: both(a.max, b.max, Math.min),
    step: both(a.step, b.step, Math.max),
    also: a.also.filter((value) => b.also.includes(value)),
    words: Object.fromEntries(Object.entries(a.words).filter(([word]) => Object.hasOwn(b.words, word))),
  };
}
