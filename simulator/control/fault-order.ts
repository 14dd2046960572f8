import { isRecord, readArguments, readNumber, refuse } from "../faults/fault-arguments.ts";
import type { FaultOrder } from "../faults/fault-book.ts";
import { FAULT_KINDS, isFaultKind } from "../faults/fault-kinds.ts";
import type { SimulatedSite } from "../fleet/simulated-site.ts";
import { selectSites } from "./select-sites.ts";

const FIELDS = ["sites", "kind", "args", "forS", "afterS", "everyS"];
const MAX_S = 604_800;

/** Reads `{sites, kind, args?, forS?, afterS?, everyS?}`. @throws {InputError} or {UnknownSiteError} */
export function readFaultOrder(sites: readonly SimulatedSite[], input: unknown): FaultOrder {
  if (!isRecord(input)) refuse("body", input, "an object");
  for (const field of Object.keys(input)) if (!FIELDS.includes(field)) refuse(field, input[field], FIELDS.join(", "));
  const kind = input["kind"];
  if (typeof kind !== "string" || !isFaultKind(kind)) refuse("kind", kind, Object.keys(FAULT_KINDS).join(", "));
  const definition = FAULT_KINDS[kind];
  const forS = optionalSeconds(input, "forS", 0.05);
  const everyS = optionalSeconds(input, "everyS", 0.1);
  if (everyS !== null && (forS === null || forS >= everyS))
    refuse("everyS", everyS, "more than forS, which is needed with it");
  return {
    sites: selectSites(sites, kind === "all_silent" ? (input["sites"] ?? "all") : input["sites"]),
    kind,
    args: readArguments(definition, input["args"]),
    forS,
    afterS: optionalSeconds(input, "afterS", 0) ?? 0,
    everyS,
  };
}

function optionalSeconds(input: Record<string, unknown>, field: string, min: number): number | null {
  const value = input[field];
  return value === undefined || value === null ? null : readNumber(field, value, min, MAX_S);
}
