import type { Subscribe } from "./live-frame.ts";

/**
 * What a page asks for before anything else. The widgets ask, and the page's HTML announces the same, so that the answers
 * are under way while Dashboard's scripts still load: a word of difference, and everything is fetched twice.
 */
export const FIRST_REQUESTS = {
  sites: "/api/v1/sites?limit=500",
  status: "/api/v1/status",
  rounds: "/api/v1/rounds?limit=20",
} as const;

/** The first words of the overview on the live stream. */
export const OVERVIEW_SUBSCRIPTION = JSON.stringify({ type: "subscribe", view: "overview" } satisfies Subscribe);
