import type { Schemas } from "../../client/contract.ts";
import { nt } from "./text.ts";

/** Names of what a plan names by id. */
export type PlanNames = {
  readonly recipient: (id: string) => string;
  readonly schedule: (id: string) => string;
  readonly site: (id: string) => string;
  readonly rule: (id: string) => string;
};

type Named = { readonly id: string; readonly name: string };

export function namesOf(
  recipients: readonly Named[],
  schedules: readonly Named[],
  sites: readonly Named[],
  ruleTitles: ReadonlyMap<string, string>,
): PlanNames {
  const among = (items: readonly Named[]) => {
    const names = new Map(items.map(({ id, name }) => [id, name]));
    return (id: string): string => names.get(id) ?? nt("gone", { id });
  };
  return {
    recipient: among(recipients),
    schedule: among(schedules),
    site: among(sites),
    rule: (id) => ruleTitles.get(id) ?? id,
  };
}

/** An id that nothing else has: the words of a name where it has Latin ones. */
export function freshId(name: string, taken: readonly string[], fallback: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 56)
    .replace(/-+$/, "");
  const base = words === "" ? fallback : words;
  for (let n = 1; ; n += 1) {
    const id = n === 1 && words !== "" ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

/** What a plan says of a recipient, so that nobody is removed who is still named. */
export function usesOf(plan: Schemas["NotificationPlan"], recipientId: string): readonly string[] {
  const names = (value: unknown): boolean => JSON.stringify(value).includes(recipientId);
  return [...plan.routes, ...plan.schedules].filter(names).map(({ name }) => name);
}
