import { AppError } from "../domain/errors.ts";
import type { ApiContext } from "./context.ts";
import { findingFields, type JudgedNow, type JudgedOrder } from "./judge-order.ts";
import { refuseFields } from "./problem.ts";

/** One or several orders that belong together, as they are judged now. */
type Judged = { readonly order: JudgedOrder; readonly judged: JudgedNow };

type Confirmed = {
  /** As it came; absent: nothing was selected. */
  readonly token: string | undefined;
  readonly by: string;
  /** All that makes it this order. */
  readonly content: unknown;
  /** The requester has given it a name of its own: sent again, it is answered the same. */
  readonly mayRepeat: boolean;
  readonly orders: readonly Judged[];
};

/**
 * Does what was selected, once for each selection.
 *
 * @param work gets the name of the selection, under which it keeps for good what it has made
 * @throws {AppError} `command.confirmation-required`, `-over` or `-used`; `command.changed` with what the interlocks see
 *   now; `request.in-progress`, `storage.unavailable`; and what the work throws
 */
export async function confirmOnce<T>(
  context: ApiContext,
  { token, by, content, mayRepeat, orders }: Confirmed,
  work: (name: string) => Promise<T>,
): Promise<T> {
  const name = token === undefined ? null : context.commands.confirmations.nameOf(token);
  if (token === undefined || name === null) {
    const detail = "select first: the same request with `dryRun`, whose answer has the token for `confirmation`";
    throw new AppError("command.confirmation-required", detail);
  }
  let isBegun = false;
  const asked = { username: by, key: `command ${name}`, content: JSON.stringify(content) };
  const once = context.idempotency.once(asked, async () => {
    isBegun = true;
    requireConfirmed(context, token, by, orders);
    return { body: await work(name) };
  });
  const { answer, isRepeated } = await once.catch((error: unknown) => {
    const isOther = error instanceof AppError && error.code === "request.idempotency-mismatch" && !isBegun;
    throw isOther ? usedBefore() : error;
  });
  if (isRepeated && !mayRepeat) throw usedBefore();
  return answer.body as T;
}

function usedBefore(): AppError {
  return new AppError("command.confirmation-used", "this confirmation was used before: select anew");
}

/** What a confirmation is about. */
export function confirmable({ order, judged }: Judged, by: string) {
  const { siteId, kind, args, overrides } = order;
  return { siteId, kind, args, overrides, seen: judged.seen, requestedBy: by };
}

/** @throws {AppError} `command.confirmation-over`, `command.changed` */
function requireConfirmed({ commands }: ApiContext, token: string, by: string, orders: readonly Judged[]): void {
  const verdict = commands.confirmations.judge(
    token,
    orders.map((each) => confirmable(each, by)),
  );
  if (verdict === "over") throw new AppError("command.confirmation-over", "the confirmation has run out: select anew");
  if (verdict === "good") return;
  const detail = "the order is not the one that was selected, or the plant is not as it was seen then: select anew";
  const fields = orders.flatMap(({ order, judged }) => findingFields(order.kind, judged.judgement.findings));
  refuseFields("command.changed", fields, detail);
}
