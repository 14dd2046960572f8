import type { Dialect, Encoder, JsonObject } from "../dialects/dialect.ts";
import { encodeCoolerState, encodeMinerInfo, encodeSensorData } from "../dialects/dialect-a.ts";
import { encodeNested } from "../dialects/dialect-b.ts";
import { encodeFlat } from "../dialects/dialect-c.ts";
import { encodeParts } from "../dialects/dialect-d.ts";
import { encodeImmersionState } from "../dialects/immersion.ts";
import { type SimulatedSite, viewOf } from "../fleet/simulated-site.ts";
import type { RequestKind } from "../ledger/ledger.ts";
import { alterObject, alterText, withStringValues } from "./reply-faults.ts";

/** The answers that tell something; all others are fixed texts. */
export type ReadKind = Extract<RequestKind, "state" | "miners" | "sensors">;

const STATE_ENCODER: Readonly<Record<Dialect, Encoder>> = {
  a: encodeCoolerState,
  b: encodeNested,
  c: encodeFlat,
  d: encodeParts,
  immersion: encodeImmersionState,
};
const ENCODERS: Readonly<Record<Exclude<ReadKind, "state">, Encoder>> = {
  miners: encodeMinerInfo,
  sensors: encodeSensorData,
};

export type BodySettings = { readonly minerDetails: number };

/**
 * The body of a reading, faults of its content included.
 *
 * @param witness sequence number to be carried, or null
 * @param wallMs what a right clock says, ms since the Unix epoch
 */
export function readBody(
  site: SimulatedSite,
  kind: ReadKind,
  settings: BodySettings,
  witness: number | null,
  wallMs: number = Date.now(),
): Buffer {
  const view = viewOf(site, wallMs);
  const { firmware, index, dialect } = site.spec;
  const context = { siteNumber: index + 1, firmware, minerDetails: settings.minerDetails, witness };
  const encode = kind === "state" ? STATE_ENCODER[dialect] : ENCODERS[kind];
  let object: JsonObject = encode(view, context);
  if (firmware === "strings") object = withStringValues(object);
  const altered = alterObject(object, site, kind);
  return alterText(JSON.stringify(altered), site, kind);
}
