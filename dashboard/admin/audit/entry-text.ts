import type { Schemas } from "../../client/contract.ts";
import { it } from "../inventory-text.ts";

/** Whose name stands in the trail. */
export function actorText({ actorKind, actor }: Pick<Schemas["AuditEntry"], "actorKind" | "actor">): string {
  if (actor !== "") return actor;
  return it(actorKind === "platform" ? "audit.platform" : "audit.anonymous");
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Date and time to the millisecond, with the zone: what is shown to an auditor must not need a guess. */
export function exactTime(iso: string, locale: string): string {
  const format =
    formats.get(locale) ??
    new Intl.DateTimeFormat(locale, {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      hourCycle: "h23",
      timeZoneName: "short",
    });
  formats.set(locale, format);
  return format.format(Date.parse(iso));
}
