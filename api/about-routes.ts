import { z } from "zod";
import { defineRoute, type Route } from "./route.ts";

const About = z
  .strictObject({
    version: z.string(),
    node: z.string().describe("Version of Node.js that runs it"),
    licences: z
      .array(z.strictObject({ name: z.string(), version: z.string(), licence: z.string() }))
      .describe("Every package that the platform is delivered with, in order of name; licences as SPDX says them"),
  })
  .meta({ id: "About" });

export const ABOUT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/about",
    access: "status:read",
    tag: "System",
    summary: { "zh-CN": "版本与所用软件包的许可证", en: "The version, and the licences of the packages in it" },
    answer: { status: 200, description: "The same until the next release", schema: About },
    handle: (_request, { context: { config } }) => ({
      kind: "json",
      body: { version: config.version, node: process.versions.node, licences: config.licences },
    }),
  }),
];
