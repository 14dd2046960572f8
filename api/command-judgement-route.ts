import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { isOwnRequest } from "./command-decision-routes.ts";
import { readOrder } from "./command-order.ts";
import { CommandParams, findCommand } from "./command-routes.ts";
import { CommandSelection, selectCommand } from "./command-selection.ts";
import { judgeOrder, orderOf, readFacts } from "./judge-order.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite } from "./site-routes.ts";
import { stored } from "./stored.ts";

const CommandJudgement = CommandSelection.omit({ isDryRun: true, confirmation: true })
  .extend({ isOwn: z.boolean().describe("The asker has asked for the command, and does not decide on it") })
  .meta({ id: "CommandJudgement", description: "What a waiting command is about, and how it is judged now" });

/** What a second person sees before agreeing: the same as the first one saw, of this moment. */
export const COMMAND_JUDGEMENT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/commands/{id}/judgement",
    access: "commands:approve",
    tag: "Commands",
    summary: {
      "zh-CN": "待批准命令的影响范围和当前联锁条件",
      en: "What a command that waits is about, with the interlocks as they are now",
    },
    params: CommandParams,
    answer: { status: 200, description: "By fresh readings, for the role of the requester", schema: CommandJudgement },
    refusals: [404, 409, 422, 503],
    async handle({ params: { id }, session }, services) {
      const { context } = services;
      const command = await findCommand(context, id, session);
      if (command.state !== "waiting_approval" && command.state !== "queued") {
        throw new AppError("command.wrong-state", "it has gone on meanwhile: read it again", { context: { id } });
      }
      const by = session?.username ?? "";
      const site = findSite(context, command.siteId, session);
      const [facts, role, isOwn] = await Promise.all([
        readFacts(context, command.siteId),
        stored(context.commands.facts.roleOf(command.requestedBy)),
        isOwnRequest(context, command, by),
      ]);
      const { kind } = readOrder(facts.profile, command);
      const order = orderOf(command, role ?? "viewer");
      const judged = await judgeOrder(services, facts, order);
      const expiresInS = Math.max(0, Math.round((Date.parse(command.expiresAt) - services.clock()) / 1000));
      const {
        isDryRun: _,
        confirmation: __,
        ...selected
      } = await selectCommand(context, {
        site,
        kind,
        order,
        judged,
        by,
        expiresInS,
      });
      return { kind: "json", body: { ...selected, isOwn } };
    },
  }),
];
