import type { Profile } from "../profiles/profile.ts";
import type { Command } from "./command.ts";

/** What is known of a site beside its readings when a command is judged. Units are part of the names. */
export type CommandSite = {
  readonly siteId: string;
  readonly isEnabled: boolean;
  /** An admin has switched writing on for its profile and for this site. */
  readonly isWritable: boolean;
  /** Somebody works on the plant: no command, until a person takes the lock away. */
  readonly lock: { readonly by: string; readonly reason: string } | null;
  /** It is being stopped as an emergency, or has been and nobody has reset it. */
  readonly emergency: { readonly by: string; readonly reason: string } | null;
  readonly ratedPowerKw: number | null;
  /** The highest supply temperature that the maker of its miners allows; null = nobody has entered one. */
  readonly minerLimitC: number | null;
  /** Flow when it was commissioned. */
  readonly baselineFlowM3h: number | null;
  /** The load of each poll of the last ten minutes, in any order; null = there was no good reading. */
  readonly recentLoads: readonly { readonly atMs: number; readonly powerKw: number | null }[];
  /** Which points and faults its controller reports. */
  readonly profile: Pick<Profile, "map" | "faults">;
};

/** An earlier command of the same site, of the last day at least. */
export type RecentCommand = Pick<Command, "id" | "kind" | "args" | "state" | "sentAt">;
