import type { Subscribe } from "./live-frame.ts";

/** How much of each list a page asks for first. */
export const FIRST_PAGE = { sites: 500, rounds: 20 } as const;

/**
 * What a page asks for before anything else. The widgets ask, and the page's HTML announces the same, so that the answers
 * are under way while Dashboard's scripts still load: a word of difference, and everything is fetched twice.
 */
export const FIRST_REQUESTS = {
  sites: `/api/v1/sites?limit=${FIRST_PAGE.sites}`,
  streams: "/api/v1/video/streams",
  status: "/api/v1/status",
  rounds: `/api/v1/rounds?limit=${FIRST_PAGE.rounds}`,
} as const;

/** The first words of the overview on the live stream. */
export const OVERVIEW_SUBSCRIPTION = JSON.stringify({ type: "subscribe", view: "overview" } satisfies Subscribe);
