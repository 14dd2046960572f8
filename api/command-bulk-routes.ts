import { z } from "zod";
import type { CommandBatch } from "../adapters/commands/command-batches.ts";
import type { Role } from "../domain/access/session-user.ts";
import { AppError } from "../domain/errors.ts";
import type { Site } from "../domain/sites/site.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { BatchSelection, BatchView, batchView, NewBatchBody, readPlan } from "./command-bulk.ts";
import { readOrder, requesterOf } from "./command-order.ts";
import { selectCommand } from "./command-selection.ts";
import { confirmable, confirmOnce } from "./confirm-once.ts";
import type { ApiContext } from "./context.ts";
import { expiryOf, spendCommand, withRefusals } from "./give-command.ts";
import { isAllowed, judgeOrder, readFacts, requireAllowed } from "./judge-order.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route, type Services } from "./route.ts";
import { findSite } from "./site-routes.ts";
import { stored } from "./stored.ts";
import { scopeOf, type Viewer, visibleSites } from "./visible-sites.ts";

const tag = "Commands";
const path = "/api/v1/commands/bulk";
const Params = z.strictObject({ id: z.uuid() });
const ListQuery = z.strictObject({
  limit: limitUpTo(100, 20),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

type Judged = Awaited<ReturnType<typeof judgeAll>>;

/** Every site by itself: profiles, limits and readings differ. */
async function judgeAll(services: Services, body: NewBatchBody, sites: readonly Site[], role: Role) {
  const { context } = services;
  const { kind: name, args: given, reason } = body;
  return await Promise.all(
    sites.map(async (site) => {
      const facts = await readFacts(context, site.id);
      const { kind, args } = readOrder(facts.profile, { kind: name, args: given });
      const order = { siteId: site.id, kind: name, args, id: null, role, reason, overrides: [] };
      return { site, kind, order, judged: await judgeOrder(services, facts, order) };
    }),
  );
}

/** @throws {AppError} `storage.unavailable` */
async function selectAll(
  context: ApiContext,
  all: Judged,
  waves: readonly (readonly string[])[],
  by: string,
  wanted: number | undefined,
): Promise<z.output<typeof BatchSelection>> {
  const items = await Promise.all(
    all.map(async (each) => {
      const selected = await selectCommand(context, { ...each, by, expiresInS: expiryOf(each.kind, wanted) });
      // One token for all: none of them is ordered by itself.
      return { ...selected, confirmation: null };
    }),
  );
  const refused = all.filter(({ judged }) => !isAllowed(judged.judgement)).length;
  const given = refused === 0 ? context.commands.confirmations.give(all.map((each) => confirmable(each, by))) : null;
  return {
    isDryRun: true,
    waves: waves.map((wave) => [...wave]),
    items,
    scope: {
      sites: items.length,
      loadMw: sumOf(items.map(({ scope }) => scope.loadMw)),
      minersOnline: sumOf(items.map(({ scope }) => scope.minersOnline)),
      alarms: items.reduce((sum, { scope }) => sum + scope.alarms.total, 0),
      refused,
    },
    confirmation: given && { token: given.token, expiresAt: new Date(given.expiresAtMs).toISOString() },
  };
}

/** Of those that are known; null when none is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0) * 1000) / 1000;
}

function unknownBatch(id: string): AppError {
  return new AppError("command.not-found", `there is no batch "${id}"`, { context: { id } });
}

/** Somebody with limits sees what is about own sites only. @returns ids of sites; null = all */
function ownSites(context: ApiContext, viewer: Viewer | null): string[] | null {
  return scopeOf(viewer) === null ? null : visibleSites(context, viewer).map(({ id }) => id);
}

/** @throws {AppError} `command.not-found`, `storage.unavailable` */
async function findBatch(context: ApiContext, id: string, viewer: Viewer | null): Promise<CommandBatch> {
  const batch = await stored(context.commands.batches.find(id));
  const own = ownSites(context, viewer);
  const isOwn = own === null || batch?.waves.flat().every((siteId) => own.includes(siteId));
  if (batch === null || !isOwn) throw unknownBatch(id);
  return batch;
}

async function viewOf({ commands }: ApiContext, batch: CommandBatch) {
  return batchView(batch, await stored(commands.batches.progressOf(batch)));
}

export const COMMAND_BULK_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access: "commands:read",
    tag,
    summary: { "zh-CN": "批量命令，最新的在前", en: "Orders for several sites, the newest first" },
    query: ListQuery,
    answer: { status: 200, description: "The newest first", schema: listOf(BatchView, "CommandBatchList") },
    refusals: [503],
    async handle({ query: { limit, cursor = null }, session }, { context }) {
      const { batches } = context.commands;
      const { items, ...more } = await stored(batches.list(ownSites(context, session), { limit, cursor }));
      const views = await Promise.all(items.map((batch) => viewOf(context, batch)));
      return { kind: "json", body: { items: views, ...more } };
    },
  }),
  defineRoute({
    method: "POST",
    path,
    access: "commands:give",
    tag,
    summary: {
      "zh-CN": "批量设定：先少数站点，核实后再逐波下发，出现异常即停",
      en: "Gives a set-point to several sites: a few first, the next when they are verified; it stops at the first that is not",
    },
    body: NewBatchBody,
    answer: {
      status: 202,
      description: "The batch; of a dry run (200) what it is about",
      schema: z.union([BatchView, BatchSelection]).meta({ id: "CommandBatchOrSelection" }),
      also: [200],
    },
    refusals: [404, 409, 422, 503],
    isIdempotent: true,
    isCostly: true,
    async handle({ body, session, address }, services) {
      const { context } = services;
      const { kind: name, reason } = body;
      const { by, role } = requesterOf(session);
      const sites = body.sites.map((id) => findSite(context, id, session));
      const judge = async () => {
        const first = await readFacts(context, sites[0]?.id ?? "");
        const { kind } = readOrder(first.profile, body);
        const plan = readPlan(kind, body, context.settings.current().commandSites);
        return { kind, plan, all: await judgeAll(services, body, sites, role) };
      };
      if (body.dryRun) {
        const { plan, all } = await judge();
        return { kind: "json", status: 200, body: await selectAll(context, all, plan.waves, by, body.expiresInS) };
      }
      const detail = { kind: name, args: body.args, reason, sites: body.sites };
      const line = { ...actorOf(session, address), action: "command:request-bulk", target: name, detail };
      const batch = await withRefusals(context, line, async () => {
        spendCommand(services, by, ...body.sites);
        const { kind, plan, all } = await judge();
        for (const { judged } of all) requireAllowed(name, judged.judgement);
        const args = all[0]?.order.args ?? {};
        const { canarySites, waveSites, pauseS } = body;
        const asked = { token: body.confirmation, by, content: body, mayRepeat: false, orders: all };
        const given = { kind: name, args, ...plan, reason, requestedBy: by };
        const more = { ...line, detail: { ...detail, canarySites, waveSites, pauseS } };
        return await confirmOnce(context, asked, (confirmation) =>
          audited(context.audit, more, async () => {
            const expiresInS = expiryOf(kind, body.expiresInS);
            const made = await stored(context.commands.batches.create({ ...given, confirmation, expiresInS }));
            if (made === null) throw new AppError("command.confirmation-used", "this confirmation was used before");
            return made;
          }),
        );
      });
      const headers = { location: `${path}/${batch.id}` };
      return { kind: "json", body: await viewOf(context, batch), headers };
    },
  }),
  defineRoute({
    method: "GET",
    path: `${path}/{id}`,
    access: "commands:read",
    tag,
    summary: {
      "zh-CN": "批量命令的进度：已完成、未完成、未开始",
      en: "How far an order for several sites has come: done, failed, not begun",
    },
    params: Params,
    answer: { status: 200, description: "As it is now", schema: BatchView },
    refusals: [404, 503],
    async handle({ params: { id }, session }, { context }) {
      return { kind: "json", body: await viewOf(context, await findBatch(context, id, session)) };
    },
  }),
  defineRoute({
    method: "POST",
    path: `${path}/{id}/stop`,
    access: "commands:give",
    tag,
    summary: {
      "zh-CN": "停止批量命令：未开始的不再下发",
      en: "Stops an order for several sites: what has not begun never begins",
    },
    params: Params,
    answer: { status: 200, description: "As it is now", schema: BatchView },
    refusals: [404, 409, 503],
    async handle({ params: { id }, session, address }, { context }) {
      const found = await findBatch(context, id, session);
      const by = session?.username ?? "";
      const line = { ...actorOf(session, address), action: "command:stop-bulk", target: found.kind, detail: { id } };
      const stopped = await audited(context.audit, line, async () => {
        const batch = await stored(context.commands.batches.stop(id, by, []));
        if (batch === null) throw new AppError("command.wrong-state", "it has ended already");
        // What was just made, too; what is missed here is taken back by whoever goes on with batches.
        await stored(context.commands.batches.takeBack());
        return batch;
      });
      return { kind: "json", body: await viewOf(context, stopped) };
    },
  }),
];
