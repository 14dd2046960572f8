import type { SimulatedSite } from "../fleet/simulated-site.ts";
import type { FleetRuntime } from "./fleet-runtime.ts";
import { answerBytes } from "./http-text.ts";
import { type ReadKind, readBody } from "./reply-body.ts";

type Kept = { revision: number; bodies: Partial<Record<ReadKind, Buffer>>; answers: Partial<Record<ReadKind, Buffer>> };
const keptBySite = new WeakMap<SimulatedSite, Kept>();
/** In a larger fleet nobody asks twice within a step, and the kept replies would only fill memory. */
const KEEP_UP_TO_SITES = 2000;

/** The body of a reading. That of one physics step is made once; a witness number makes every body its own. */
export function bodyOfReading(
  runtime: FleetRuntime,
  site: SimulatedSite,
  kind: ReadKind,
  witness: number | null,
): Buffer {
  if (!mayKeep(runtime, witness)) return readBody(site, kind, runtime.options, witness);
  const { bodies } = keptOf(site);
  const body = bodies[kind] ?? readBody(site, kind, runtime.options, witness);
  bodies[kind] = body;
  return body;
}

/** The whole answer with a reading, header included, for a connection that stays open. */
export function answerWithReading(
  runtime: FleetRuntime,
  site: SimulatedSite,
  kind: ReadKind,
  witness: number | null,
): Buffer {
  if (!mayKeep(runtime, witness))
    return answerBytes(readBody(site, kind, runtime.options, witness), { keepAlive: true });
  const { answers } = keptOf(site);
  const answer = answers[kind] ?? answerBytes(bodyOfReading(runtime, site, kind, witness), { keepAlive: true });
  answers[kind] = answer;
  return answer;
}

function mayKeep(runtime: FleetRuntime, witness: number | null): boolean {
  return witness === null && runtime.sites.length <= KEEP_UP_TO_SITES;
}

function keptOf(site: SimulatedSite): Kept {
  const known = keptBySite.get(site);
  if (known?.revision === site.revision) return known;
  const fresh: Kept = { revision: site.revision, bodies: {}, answers: {} };
  keptBySite.set(site, fresh);
  return fresh;
}
