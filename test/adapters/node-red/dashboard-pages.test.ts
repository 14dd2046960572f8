import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDashboardPages, type FlowNode } from "../../../adapters/node-red/dashboard-pages.ts";

const dashboard = path.dirname(createRequire(import.meta.url).resolve("@flowfuse/node-red-dashboard/package.json"));
const htmlFile = path.join(dashboard, "dist/index.html");
const OURS: Readonly<Record<string, readonly string[]>> = {
  "ui-fleet-overview.js": ["ui-fleet-overview.js", "chunks/shared-1.js"],
  "ui-antbox-shell.js": ["ui-antbox-shell.js", "chunks/shared-1.js"],
};
const BASE: readonly FlowNode[] = [
  { id: "base", type: "ui-base", path: "/dashboard" },
  { id: "page-1", type: "ui-page", path: "/overview", ui: "base" },
  { id: "page-2", type: "ui-page", path: "/own", ui: "base" },
  { id: "fleet", type: "ui-fleet-overview", page: "page-1" },
];
const SHELL: FlowNode = { id: "shell", type: "ui-antbox-shell", ui: "base" };

/** With the real HTML of the pinned Dashboard: another version may have no head to write into. */
describe("Dashboard's pages", () => {
  let server: Server;
  let url: string;
  let nodes: readonly FlowNode[] = BASE;

  beforeAll(async () => {
    const pages = createDashboardPages({ htmlFile, scriptsOf: (name) => OURS[name] ?? [], flowNodes: () => nodes });
    const app = express().use("/dashboard", pages.handle);
    app.use((_request, response) => response.status(404).send("handed on"));
    await new Promise<void>((resolve) => {
      server = app.listen(0, "127.0.0.1", resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const page = async (at: string, init: RequestInit = {}) => {
    const response = await fetch(url + at, init);
    return { status: response.status, headers: response.headers, html: await response.text() };
  };
  const announced = (html: string) =>
    [...html.matchAll(/<link rel="(?:preload|modulepreload)"[^>]* href="(\/[^"]+)"/g)].map(([, href]) => href);

  test("announce the set-up, the widgets with what they import, and their first data, each once", async () => {
    nodes = [...BASE, SHELL];
    const { html } = await page("/dashboard/overview");
    expect(announced(html)).toEqual([
      "/dashboard/_setup",
      "/editor/resources/antbox-flow/ui-fleet-overview.js",
      "/editor/resources/antbox-flow/chunks/shared-1.js",
      "/editor/resources/antbox-flow/ui-antbox-shell.js",
      "/api/v1/sites?limit=500",
      "/api/v1/status",
      "/api/v1/rounds?limit=20",
    ]);
    expect(html).toContain('src="/editor/resources/antbox-flow/early-live.js?view=overview"');
  });

  test("keep everything that Dashboard wrote", async () => {
    const { html } = await page("/dashboard/overview");
    const original = await (await import("node:fs/promises")).readFile(htmlFile, "utf8");
    for (const line of original.split("\n")) expect(html).toContain(line);
  });

  test("announce on another page only what stands there", async () => {
    nodes = [...BASE, SHELL];
    const { html } = await page("/dashboard/own");
    expect(announced(html)).not.toContain("/api/v1/sites?limit=500");
    expect(html).toContain('early-live.js"');
  });

  test("are left to Dashboard without a widget of ours, unknown, or not read", async () => {
    nodes = BASE;
    expect((await page("/dashboard/own")).html).toBe("handed on");
    expect((await page("/dashboard/nowhere")).html).toBe("handed on");
    expect((await page("/dashboard/overview", { method: "POST" })).html).toBe("handed on");
  });

  test("are asked for each time, also on the browser's way back", async () => {
    const { headers } = await page("/dashboard/overview");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});
