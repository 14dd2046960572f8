import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf, visibleSites } from "./visible-sites.ts";

const Collectors = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          id: z.string().describe("One start of one process"),
          isSelf: z.boolean().describe("The process that answers"),
          leases: z.array(z.string()),
          sites: z
            .int()
            .describe("Enabled sites that it polls, of those that the asker may see; so are all counts here"),
        }),
      )
      .describe("The live collectors: their last heartbeat is less than 5 s old"),
    leases: z.array(
      z.strictObject({
        name: z.string(),
        holder: z.string().nullable().describe("null: free, its sites are polled by nobody until somebody takes it"),
        token: z.int().describe("Grows with every taking; effects of a former holder are refused by it"),
        sites: z.int(),
      }),
    ),
    orphans: z.int().describe("Enabled sites that nobody polls"),
  })
  .meta({ id: "Collectors", description: "How the collectors share the sites" });

export const COLLECTOR_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/collectors",
    access: "status:read",
    tag: "Collection",
    summary: {
      "zh-CN": "在线的采集进程，以及站点如何在它们之间分配",
      en: "The live collectors, and how they share the sites",
    },
    answer: { status: 200, description: "As the database has it now", schema: Collectors },
    refusals: [503],
    async handle({ session }, { context }) {
      const sites = scopeOf(session) === null ? undefined : visibleSites(context, session);
      const view = await context.collectors(sites).catch((cause: unknown) => {
        throw new AppError("storage.unavailable", "who collects what is kept in the database, which is away", {
          cause,
          retryable: true,
        });
      });
      return { kind: "json", body: view };
    },
  }),
];
