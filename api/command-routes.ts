import { z } from "zod";
import { COMMAND_COLUMNS, exportedCommands } from "../adapters/commands/export-commands.ts";
import { EXPORT_WRITERS } from "../adapters/documents/export-formats.ts";
import { isInScope } from "../domain/access/site-scope.ts";
import { Command, CommandEvent } from "../domain/commands/command.ts";
import { actorOf } from "./audit-actor.ts";
import { CommandQuery, commandFilterOf } from "./command-filter.ts";
import { NewCommandBody, readOrder, requesterOf, unknownCommand } from "./command-order.ts";
import { CommandSelection, selectCommand } from "./command-selection.ts";
import type { ApiContext } from "./context.ts";
import { expiryOf, giveCommand, repeatedOrder, spendCommand, withRefusals } from "./give-command.ts";
import { judgeOrder, readFacts, requireAllowed } from "./judge-order.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite } from "./site-routes.ts";
import { fileStamp, startPages } from "./start-pages.ts";
import { stored } from "./stored.ts";
import { scopeOf, type Viewer } from "./visible-sites.ts";

const tag = "Commands";
export const CommandParams = z.strictObject({ id: z.uuid() });
const ListQuery = z.strictObject({
  ...CommandQuery,
  limit: limitUpTo(500, 100),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});
const ExportQuery = z.strictObject(CommandQuery);

/** @throws {AppError} `command.not-found`, `storage.unavailable` */
export async function findCommand(context: ApiContext, id: string, viewer: Viewer | null): Promise<Command> {
  const command = await stored(context.commands.ledger.find(id));
  if (command === null) throw unknownCommand(id);
  const scope = scopeOf(viewer);
  const site = context.inventory.get(command.siteId);
  if (scope !== null && (site === undefined || !isInScope(scope, site))) throw unknownCommand(id);
  return command;
}

export const COMMAND_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/commands",
    access: "commands:read",
    tag,
    summary: { "zh-CN": "命令记录，最新的在前", en: "Commands and what came of them, the newest first" },
    query: ListQuery,
    answer: { status: 200, description: "The newest first", schema: listOf(Command, "CommandList") },
    refusals: [503],
    async handle({ query, session }, { context }) {
      const { limit, cursor = null, ...asked } = query;
      const filter = commandFilterOf(context, session, asked);
      return { kind: "json", body: await stored(context.commands.ledger.list(filter, { limit, cursor })) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/commands/export",
    access: "commands:export",
    tag,
    summary: { "zh-CN": "导出命令记录：CSV", en: "Commands and what came of them, as a CSV file" },
    query: ExportQuery,
    answer: {
      status: 200,
      description: "The newest first. Texts that a spreadsheet would take for formulas are neutralised",
      contentType: EXPORT_WRITERS.csv.contentType,
    },
    refusals: [429, 503],
    isCostly: true,
    isLong: true,
    async handle({ query, session, address }, { context, clock }) {
      const filter = commandFilterOf(context, session, query);
      await context.audit.record({
        ...actorOf(session, address),
        action: "command:export",
        outcome: "done",
        detail: query,
      });
      const pages = await stored(startPages(exportedCommands(context.commands.ledger.pagesOf(filter))));
      const { contentType, write } = EXPORT_WRITERS.csv;
      const fileName = `antbox-commands-${fileStamp(clock())}.csv`;
      return { kind: "stream", contentType, fileName, chunks: write({ columns: COMMAND_COLUMNS, pages }) };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/commands",
    access: "commands:give",
    tag,
    summary: {
      "zh-CN": "下发命令：先试算（dryRun）得到确认令牌，再凭令牌下发；持 Bearer 令牌的程序可直接下发",
      en: "Gives a command: a dry run selects and gives a token that orders it; callers with a bearer token may do without",
    },
    body: NewCommandBody,
    answer: {
      status: 202,
      description: "The command, queued or waiting for a second person; of a dry run (200) what it is about",
      schema: z.union([Command, CommandSelection]).meta({ id: "CommandOrSelection" }),
      also: [200],
    },
    refusals: [404, 409, 422, 503],
    isIdempotent: true,
    async handle({ body, session, address }, services) {
      const { context } = services;
      const site = findSite(context, body.siteId, session);
      const requester = requesterOf(session);
      const { kind: name, reason, overrides } = body;
      const read = async () => {
        const facts = await readFacts(context, site.id);
        const { kind, args } = readOrder(facts.profile, body);
        const order = { siteId: site.id, kind: name, args, id: null, role: requester.role, reason, overrides };
        return { facts, kind, order };
      };
      const judge = async ({ facts, ...more }: Awaited<ReturnType<typeof read>>) => {
        return { ...more, judged: await judgeOrder(services, facts, more.order) };
      };
      if (body.dryRun) {
        const selected = await judge(await read());
        const expiresInS = expiryOf(selected.kind, body.expiresInS);
        const selection = await selectCommand(context, { ...selected, site, by: requester.by, expiresInS });
        return { kind: "json", status: 200, body: selection };
      }
      const detail = { kind: name, args: body.args, reason, overrides };
      const line = { ...actorOf(session, address), action: "command:request", target: site.id, detail };
      const command = await withRefusals(context, line, async () => {
        spendCommand(services, requester.by, site.id);
        const wanted = await read();
        const known = await repeatedOrder(context, { ...wanted, body, requester });
        if (known !== null) return known;
        const ordered = await judge(wanted);
        requireAllowed(name, ordered.judged.judgement);
        return await giveCommand(context, { ...ordered, body, requester, line });
      });
      return { kind: "json", body: command, headers: { location: `/api/v1/commands/${command.id}` } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/commands/{id}",
    access: "commands:read",
    tag,
    summary: { "zh-CN": "单条命令", en: "One command" },
    params: CommandParams,
    answer: { status: 200, description: "As it is now", schema: Command },
    refusals: [404, 503],
    handle: async ({ params: { id }, session }, { context }) => ({
      kind: "json",
      body: await findCommand(context, id, session),
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/commands/{id}/events",
    access: "commands:read",
    tag,
    summary: { "zh-CN": "命令的全部过程", en: "Everything that happened to a command" },
    params: CommandParams,
    answer: { status: 200, description: "The oldest first", schema: listOf(CommandEvent, "CommandEventList") },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { id } = await findCommand(context, params.id, session);
      const items = await stored(context.commands.ledger.eventsOf(id));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
];
