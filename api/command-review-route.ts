import { AppError } from "../domain/errors.ts";
import { readOrder } from "./command-order.ts";
import { CommandParams, findCommand } from "./command-routes.ts";
import { CommandSelection, selectCommand } from "./command-selection.ts";
import { expiryOf } from "./give-command.ts";
import { judgeOrder, orderOf, readFacts } from "./judge-order.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite } from "./site-routes.ts";
import { stored } from "./stored.ts";

/** Whoever agrees to a command sees what the interlocks say to it now: to its requester's role, and with its overrides. */
export const COMMAND_REVIEW_ROUTE: Route = defineRoute({
  method: "GET",
  path: "/api/v1/commands/{id}/review",
  access: "commands:approve",
  tag: "Commands",
  summary: {
    "zh-CN": "批准前查看：待批准命令的影响范围和当前联锁判断",
    en: "What a waiting command is about, and what the interlocks say to it now",
  },
  params: CommandParams,
  answer: {
    status: 200,
    description: "As of a dry run, without a confirmation: readings that are too old are polled first",
    schema: CommandSelection,
  },
  refusals: [404, 409, 422, 503],
  async handle({ params, session }, services) {
    const { context } = services;
    const command = await findCommand(context, params.id, session);
    if (command.state !== "waiting_approval") {
      const detail = "it does not wait for anybody's agreement any more: read it again";
      throw new AppError("command.wrong-state", detail, { context: { id: command.id } });
    }
    const site = findSite(context, command.siteId, session);
    const facts = await readFacts(context, site.id);
    const { kind } = readOrder(facts.profile, command);
    const role = (await stored(context.commands.facts.roleOf(command.requestedBy))) ?? "viewer";
    const order = orderOf(command, role);
    const judged = await judgeOrder(services, facts, order);
    const expiresInS = expiryOf(kind, undefined);
    return { kind: "json", body: await selectCommand(context, { site, kind, order, judged, by: null, expiresInS }) };
  },
});
