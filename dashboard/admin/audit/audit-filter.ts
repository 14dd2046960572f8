import type { AddressParts } from "../../client/contract.ts";

type Query = NonNullable<AddressParts<"GET", "/api/v1/audit">["query"]>;

export type AuditFilter = {
  actor: string;
  /** A group such as `site`, or one action. */
  action: string;
  outcome: "" | NonNullable<Query["outcome"]>;
  target: string;
  /** As `<input type="datetime-local">` holds them, in this device's time zone. */
  from: string;
  to: string;
};

export const NO_FILTER: AuditFilter = { actor: "", action: "", outcome: "", target: "", from: "", to: "" };

/** The filter as a query, without what is empty or not yet a time. */
export function queryOf({ outcome, ...filter }: AuditFilter): Query {
  const texts = (["actor", "action", "target"] as const).map((key) => [key, filter[key].trim()] as const);
  const times = (["from", "to"] as const).flatMap((key) => {
    const ms = Date.parse(filter[key]);
    return Number.isNaN(ms) ? [] : [[key, new Date(ms).toISOString()] as const];
  });
  const given = Object.fromEntries([...texts.filter(([, text]) => text !== ""), ...times]);
  return outcome === "" ? given : { ...given, outcome };
}
