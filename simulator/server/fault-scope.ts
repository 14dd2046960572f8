import type { ActiveFault } from "../faults/active-fault.ts";
import type { RequestKind } from "../ledger/ledger.ts";

/** Whether a transport or reply fault hits a request of this kind (its argument `on`). */
export function faultHits(fault: ActiveFault, kind: RequestKind): boolean {
  const on = fault.args["on"] ?? "all";
  if (on === "all") return true;
  if (on === "commands") return kind === "command";
  return on === kind;
}
