import type { AuditEntry } from "../domain/access/audit-entry.ts";
import type { Command } from "../domain/commands/command.ts";
import type { CommandKind } from "../domain/commands/command-kind.ts";
import { AppError, type ErrorCode } from "../domain/errors.ts";
import { audited } from "./audited.ts";
import type { NewCommandBody, Requester } from "./command-order.ts";
import { confirmOnce } from "./confirm-once.ts";
import type { ApiContext } from "./context.ts";
import { type JudgedNow, type JudgedOrder, notable } from "./judge-order.ts";
import type { Services } from "./route.ts";
import { stored } from "./stored.ts";

/** Somebody has to read it, walk there and agree: a command that waits for a second person lives longer [J]. */
const APPROVAL_EXPIRES_S = 900;

/** How long a command may wait, when the request does not say. */
export function expiryOf({ expiresInS, needsSecondPerson }: CommandKind, wanted: number | undefined): number {
  return wanted ?? (needsSecondPerson ? APPROVAL_EXPIRES_S : expiresInS);
}

/** @throws {AppError} `request.rate-limited` */
export function spendCommand(
  { commandRate }: Pick<Services, "commandRate">,
  by: string,
  ...siteIds: readonly string[]
): void {
  const waits = [commandRate.take("user", by), ...siteIds.map((siteId) => commandRate.take("site", siteId))];
  const retryAfterS = Math.max(...waits.map((allowance) => allowance.retryAfterS ?? 0));
  if (retryAfterS === 0) return;
  const detail = "too many commands in a short time, by you or to this site";
  throw new AppError("request.rate-limited", detail, { context: { retryAfterS }, retryable: true });
}

/** Writes what was refused into the trail, and refuses it all the same. */
export async function withRefusals<T>(
  { audit }: Pick<ApiContext, "audit">,
  line: Omit<AuditEntry, "outcome">,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && isRefusal(error.code)) {
      const detail = { ...line.detail, code: error.code, reason: error.message };
      audit.note({ ...line, outcome: "refused", detail });
    }
    throw error;
  }
}

/** Anything else failed of itself, or has a line in the trail already. */
function isRefusal(code: ErrorCode): boolean {
  return code.startsWith("command.") || code === "request.rate-limited";
}

type ConfirmedCommand = {
  readonly body: NewCommandBody;
  readonly kind: CommandKind;
  readonly order: JudgedOrder;
  readonly judged: JudgedNow;
  readonly requester: Requester;
  readonly line: Omit<AuditEntry, "outcome">;
};

/**
 * Puts an order into the ledger, once for each selection. Interlocks have allowed it. Without a selection it is as many
 * commands as orders, and one for each key of a requester who may order directly.
 *
 * @throws {AppError} as `confirmOnce` does; `request.idempotency-mismatch`, `storage.unavailable`
 */
export function giveCommand(context: ApiContext, confirmed: ConfirmedCommand): Promise<Command> {
  const { body, requester, order, judged } = confirmed;
  if (body.confirmation === undefined && requester.isDirect) return orderCommand(context, null, confirmed);
  const asked = {
    token: body.confirmation,
    by: requester.by,
    content: body,
    mayRepeat: body.idempotencyKey !== undefined,
    orders: [{ order, judged }],
  };
  return confirmOnce(context, asked, (name) => orderCommand(context, name, confirmed));
}

/**
 * What was ordered directly before under the same key: interlocks have judged it, and would count it now as an earlier one.
 *
 * @throws {AppError} `request.idempotency-mismatch`, `storage.unavailable`
 */
export async function repeatedOrder(
  { commands }: Pick<ApiContext, "commands">,
  { body, kind, order, requester }: Pick<ConfirmedCommand, "body" | "kind" | "order" | "requester">,
): Promise<Command | null> {
  const { idempotencyKey, confirmation } = body;
  if (idempotencyKey === undefined || confirmation !== undefined || !requester.isDirect) return null;
  const { siteId, kind: name, args, reason, overrides } = order;
  const content = { siteId, kind: name, args, reason, overrides, requestedBy: requester.by, idempotencyKey };
  return await stored(commands.ledger.repeated({ ...content, expiresInS: expiryOf(kind, body.expiresInS) }));
}

async function orderCommand(
  context: ApiContext,
  confirmation: string | null,
  { body, kind, order, judged, requester, line }: ConfirmedCommand,
): Promise<Command> {
  const found = notable(judged);
  const detail = { ...line.detail, ...found, ...(confirmation === null ? { isDirect: true } : {}) };
  const { siteId, args, reason, overrides } = order;
  const { command } = await audited(context.audit, { ...line, detail }, () =>
    stored(
      context.commands.ledger.request({
        siteId,
        kind: order.kind,
        args,
        reason,
        overrides,
        requestedBy: requester.by,
        // The ledger keeps for good what was confirmed: not even a lost answer makes two commands of one selection.
        idempotencyKey: body.idempotencyKey ?? (confirmation === null ? null : `confirmation ${confirmation}`),
        expiresInS: expiryOf(kind, body.expiresInS),
        needsApproval: kind.needsSecondPerson,
        evidence: { ...found, role: requester.role },
      }),
    ),
  );
  return command;
}
