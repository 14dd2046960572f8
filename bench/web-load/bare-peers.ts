import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import pg from "pg";
import { answerParent } from "./pinned-child.ts";

/**
 * What somebody writes in an hour: Express and fastify without sessions, limits or trail, over the same objects in memory
 * and the same table, with the same answers as ours. Both stringify for each request, and ask by as many connections.
 */
type Item = { readonly id?: string; readonly siteId?: string };
type List = { readonly items: readonly Item[] };
type Start = { readonly databaseUrl: string; readonly snapshots: List; readonly sites: List; readonly numbers: object };
type Query = { readonly points?: string; readonly from?: string; readonly to?: string };

let held: Start = { databaseUrl: "", snapshots: { items: [] }, sites: { items: [] }, numbers: {} };
let pool = new pg.Pool();
let snapshotOf = new Map<string, Item>();
let numberOf = new Map<string, number>();

async function trend(siteId: string, { points = "", from = "", to = "" }: Query) {
  const names = points.split(",").filter((name) => /^[a-z0-9_]+$/.test(name));
  const text = `select slot, ${names.join(", ")} from sample where site_id = $1 and slot >= $2 and slot < $3 order by slot`;
  const { rows } = await pool.query<Record<string, unknown>>(text, [numberOf.get(siteId), from, to]);
  const series = names.map((name) => {
    const values = rows.map((row) => row[name]);
    return [name, { avg: values, min: values, max: values }];
  });
  const times = rows.map((row) => (row["slot"] as Date).toISOString());
  return { siteId, step: "raw", stepS: 60, from, to, times, series: Object.fromEntries(series) };
}

function createExpress(): Server {
  const app = express();
  app.get("/api/v1/snapshots", (_request, response) => void response.json(held.snapshots));
  app.get("/api/v1/sites", (_request, response) => void response.json(held.sites));
  app.get("/api/v1/sites/:id/snapshot", (request, response) => void response.json(snapshotOf.get(request.params.id)));
  app.get("/api/v1/sites/:id/history", (request, response, next) => {
    trend(request.params.id, request.query as Query).then((body) => response.json(body), next);
  });
  return createServer(app);
}

async function createFastify(): Promise<Server> {
  const app = Fastify();
  app.get("/api/v1/snapshots", async () => held.snapshots);
  app.get("/api/v1/sites", async () => held.sites);
  app.get<{ Params: { id: string } }>("/api/v1/sites/:id/snapshot", async ({ params }) => snapshotOf.get(params.id));
  app.get<{ Params: { id: string }; Querystring: Query }>("/api/v1/sites/:id/history", ({ params, query }) =>
    trend(params.id, query),
  );
  await app.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
  return app.server;
}

async function listen(server: Server): Promise<number> {
  if (!server.listening) {
    await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, resolve));
  }
  return (server.address() as AddressInfo).port;
}

answerParent(async (question) => {
  held = question as unknown as Start;
  pool = new pg.Pool({ connectionString: held.databaseUrl, max: 10 });
  snapshotOf = new Map(held.snapshots.items.map((item) => [item.siteId ?? "", item]));
  numberOf = new Map(Object.entries(held.numbers) as [string, number][]);
  return { express: await listen(createExpress()), fastify: await listen(await createFastify()) };
});
