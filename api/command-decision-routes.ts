import { z } from "zod";
import type { CommandDecision, CommandRefusal } from "../adapters/commands/decide-command.ts";
import { Command } from "../domain/commands/command.ts";
import { AppError, type ErrorCode } from "../domain/errors.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { ReasonText, unknownCommand } from "./command-order.ts";
import { CommandParams, findCommand } from "./command-routes.ts";
import type { ApiContext } from "./context.ts";
import { withRefusals } from "./give-command.ts";
import { judgeOrder, notable, orderOf, readFacts, requireAllowed } from "./judge-order.ts";
import { defineRoute, type Output, type Route, type Services, type Text } from "./route.ts";
import { stored } from "./stored.ts";

const Noted = z.strictObject({ note: ReasonText.default("") });
const Outcome = z.strictObject({
  state: z.enum(["verified", "failed"]).describe("`verified`: the plant did it; `failed`: it did not"),
  note: ReasonText.min(1).describe("What was seen, and where"),
});

const REFUSALS: Readonly<Record<CommandRefusal, { readonly code: ErrorCode; readonly detail: string }>> = {
  "not-found": { code: "command.not-found", detail: "there is no such command" },
  "own-request": {
    code: "command.own-request",
    detail: "who asked for a command, or made the token that did, does not decide on it: another person has to",
  },
  expired: { code: "command.expired", detail: "its time is over: it is not sent any more" },
  "too-early": { code: "command.wrong-state", detail: "the time in which the effect may show is not over" },
  "wrong-state": { code: "command.wrong-state", detail: "it has gone on meanwhile: read it again" },
};

/** @throws {AppError} why nothing was decided */
function refuse(id: string, refusal: CommandRefusal): never {
  const { code, detail } = REFUSALS[refusal];
  throw new AppError(code, detail, { context: { id } });
}

/** @throws {AppError} why nothing was decided */
function decided(id: string, { command, refused }: CommandDecision): Command {
  if (refused !== null) refuse(id, refused);
  if (command === null) throw unknownCommand(id);
  return command;
}

/**
 * Nobody agrees to what they asked for themselves, nor to what a program did with a token that they have made.
 *
 * @throws {AppError} `command.own-request`, `storage.unavailable`
 */
async function requireOther({ auth }: ApiContext, { id, requestedBy }: Command, by: string): Promise<void> {
  const makers = await auth.serviceTokens.makersOf(requestedBy);
  if (requestedBy === by || makers.includes(by)) refuse(id, "own-request");
}

type Asked<B> = { readonly command: Command; readonly body: B; readonly by: string };
type Act<Body extends z.ZodType> = {
  /** Last part of the path. */
  readonly verb: "approve" | "reject" | "cancel" | "resolve";
  /** Of the audit trail. */
  readonly action: string;
  readonly access: "commands:approve" | "commands:give";
  readonly summary: Text;
  readonly body: Body;
  readonly needsProof?: boolean;
  /** What speaks against it before anything is written down. @returns evidence for the trail */
  readonly check: (asked: Asked<Output<Body>>, services: Services) => Promise<Record<string, unknown>>;
  readonly act: (
    asked: Asked<Output<Body>> & { readonly evidence: Record<string, unknown> },
    context: ApiContext,
  ) => Promise<CommandDecision>;
};

/** What a person decides on one command. */
function defineDecision<Body extends z.ZodType>(decision: Act<Body>): Route {
  const { verb, action, access, summary, body, check, act, ...more } = decision;
  return defineRoute<typeof CommandParams, undefined, Body>({
    method: "POST",
    path: `/api/v1/commands/{id}/${verb}`,
    access,
    tag: "Commands",
    summary,
    params: CommandParams,
    body,
    answer: { status: 200, description: "The command, as it is now", schema: Command },
    refusals: [404, 409, 503],
    ...more,
    async handle({ params: { id }, body: given, session, address }, services) {
      const { context } = services;
      const command = await findCommand(context, id, session);
      const { siteId, kind, args, requestedBy } = command;
      const facts = { id, kind, args, requestedBy, ...(given as object) };
      const line = { ...actorOf(session, address), action, target: siteId, detail: facts };
      const asked = { command, body: given, by: session?.username ?? "" };
      const done = await withRefusals(context, line, async () => {
        const evidence = await check(asked, services);
        const detail = { ...facts, ...evidence };
        return await audited(context.audit, { ...line, detail }, async () =>
          decided(id, await stored(act({ ...asked, evidence }, context))),
        );
      });
      return { kind: "json", body: done };
    },
  });
}

/** @throws {AppError} `command.wrong-state` */
function requireState({ id, state }: Command, ...states: readonly Command["state"][]): void {
  if (!states.includes(state)) refuse(id, "wrong-state");
}

const noteOf = ({ note }: { readonly note: string }): string | null => (note === "" ? null : note);

export const COMMAND_DECISION_ROUTES: readonly Route[] = [
  defineDecision({
    verb: "approve",
    action: "command:approve",
    access: "commands:approve",
    summary: {
      "zh-CN": "批准他人的命令；联锁条件重新判断",
      en: "Agrees to a command of another person; the interlocks are judged anew",
    },
    body: Noted,
    needsProof: true,
    async check({ command, by }, services) {
      const { context } = services;
      requireState(command, "waiting_approval");
      await requireOther(context, command, by);
      const facts = await readFacts(context, command.siteId);
      const role = (await stored(context.commands.facts.roleOf(command.requestedBy))) ?? "viewer";
      const judged = await judgeOrder(services, facts, orderOf(command, role));
      requireAllowed(command.kind, judged.judgement);
      return notable(judged);
    },
    act: ({ command, body, by, evidence }, { commands }) =>
      commands.ledger.approve(command.id, by, { ...evidence, ...(body.note === "" ? {} : { note: body.note }) }),
  }),
  defineDecision({
    verb: "reject",
    action: "command:reject",
    access: "commands:approve",
    summary: { "zh-CN": "不批准他人的命令", en: "Does not agree to a command of another person" },
    body: Noted,
    async check({ command, by }, { context }) {
      requireState(command, "waiting_approval");
      await requireOther(context, command, by);
      return {};
    },
    act: ({ command, body, by }, { commands }) => commands.ledger.reject(command.id, by, noteOf(body)),
  }),
  defineDecision({
    verb: "cancel",
    action: "command:cancel",
    access: "commands:give",
    summary: { "zh-CN": "撤销尚未下发的命令", en: "Takes back a command that nobody has begun to send" },
    body: Noted,
    async check({ command }) {
      requireState(command, "waiting_approval", "queued");
      return {};
    },
    act: ({ command, body, by }, { commands }) => {
      const reason = command.requestedBy === by ? "by-requester" : "by-person";
      return commands.ledger.cancel(command.id, by, { reason, note: noteOf(body) });
    },
  }),
  defineDecision({
    verb: "resolve",
    action: "command:resolve",
    // No program has looked at the plant, and none is given this permission.
    access: "commands:approve",
    summary: {
      "zh-CN": "由人说明结果不明的命令是否已执行",
      en: "Says what an unknown command did, by a person who has looked",
    },
    body: Outcome,
    async check({ command }) {
      requireState(command, "unknown");
      return {};
    },
    act: ({ command, body: { state, note }, by }, { commands }) =>
      commands.ledger.resolve(command.id, { state, by, reason: "by-person", effectAfterS: null, evidence: { note } }),
  }),
];
