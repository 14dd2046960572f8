import type { Command, CommandArgs } from "../../domain/commands/command.ts";
import { AppError } from "../../domain/errors.ts";
import {
  COLUMNS,
  type CommandDatabase,
  commandFrom,
  type Evidence,
  evidenceText,
  SELECT_MOVED,
  told,
} from "./command-rows.ts";

/** What somebody wants of one site. Permission, arguments and interlocks were judged before. */
export type NewCommand = {
  readonly siteId: string;
  readonly kind: string;
  readonly args: CommandArgs;
  readonly reason: string | null;
  readonly overrides: readonly string[];
  readonly requestedBy: string;
  /** The same key of the same requester is the same command; null = a command of its own. */
  readonly idempotencyKey: string | null;
  /** It is not sent when it has waited for longer, approval included. Up to a day. */
  readonly expiresInS: number;
  /** A second person has to agree first. */
  readonly needsApproval: boolean;
  /** The order for several sites that it is a part of: once that has ended, nothing is made. */
  readonly batchId?: string | null;
  /** State that the requester saw, and what the interlocks said. */
  readonly evidence: Evidence | null;
};

/** What makes two orders of one key the same. */
export type OrderContent = Pick<
  NewCommand,
  "siteId" | "kind" | "args" | "reason" | "overrides" | "requestedBy" | "idempotencyKey" | "expiresInS"
>;

/** `isRepeated`: it was there before; nothing was made. */
export type RequestedCommand = { readonly command: Command; readonly isRepeated: boolean };

// The lock on the batch: whoever ends it sees what was made before, and nothing is made after.
// The lock on the site gives the numbers of its commands in the order in which they become visible: without it the younger
// of two that come at once may be seen, and claimed, first.
const REQUEST = `
  with batch as materialized (
    select id from command_batch where id = $11::uuid and ended_at is null for share
  ), place as materialized (
    select id from site where code = $1::text and ($11::uuid is null or exists (select from batch)) for no key update
  ), moved as (
    insert into command (site_id, kind, args, reason, overrides, requested_by, idempotency_key, expires_in_s, expires_at, state,
      evidence, batch_id)
    select id, $2::text, $3::text::jsonb, $4::text, $5::text[], $6::text, $7::text, $8::float8,
      clock_timestamp() + $8::float8 * interval '1 s', $9::text, $10::text::jsonb, $11::uuid from place
    on conflict (requested_by, idempotency_key) do nothing returning *
  ), ${told("requested_by")}
  ${SELECT_MOVED}`;

const KNOWN = `
  select ${COLUMNS}, s.code = $1::text and c.kind = $2::text and c.args = $3::text::jsonb
    and c.reason is not distinct from $4::text and c.overrides = $5::text[] and c.expires_in_s = $8::float8 as is_same
  from command c join site s on s.id = c.site_id where c.requested_by = $6::text and c.idempotency_key = $7::text`;

/**
 * The command that this requester has ordered with this key before.
 *
 * @returns null when there is none
 * @throws {AppError} `request.idempotency-mismatch`: the key stands for another order of this requester
 */
export async function repeatedCommand(database: CommandDatabase, order: OrderContent): Promise<Command | null> {
  const [known] = order.idempotencyKey === null ? [] : await database.query(KNOWN, contentOf(order));
  if (!known) return null;
  if (known["is_same"] !== true) {
    throw new AppError("request.idempotency-mismatch", "this idempotency key was used for another command", {
      context: { id: String(known["id"]) },
    });
  }
  return commandFrom(known);
}

function contentOf({ siteId, kind, args, reason, overrides, requestedBy, idempotencyKey, expiresInS }: OrderContent) {
  return [siteId, kind, JSON.stringify(args), reason, overrides, requestedBy, idempotencyKey, expiresInS];
}

/**
 * Takes an order, once for each idempotency key.
 *
 * @throws {AppError} `site.not-found`, also for a batch that has ended; `request.idempotency-mismatch`: the key stands for another order of this requester
 */
export async function requestCommand(database: CommandDatabase, order: NewCommand): Promise<RequestedCommand> {
  const state = order.needsApproval ? "waiting_approval" : "queued";
  const given = [...contentOf(order), state, evidenceText(order.evidence), order.batchId ?? null];
  const [made] = await database.query(REQUEST, given);
  if (made) return { command: commandFrom(made), isRepeated: false };
  const known = await repeatedCommand(database, order);
  if (known === null) throw new AppError("site.not-found", `there is no site ${order.siteId}`);
  return { command: known, isRepeated: true };
}
