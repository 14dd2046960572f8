import type { Order } from "../controller/commands.ts";
import type { SimulatedSite } from "../fleet/simulated-site.ts";
import { uniform } from "../plant/random.ts";
import { bringUpToDate, type FleetRuntime } from "./fleet-runtime.ts";

/** What the controller answers to a command, if its answer arrives. */
export type CommandOutcome = { readonly accepted: boolean; readonly lost: "hang" | "reset" | null };

/** A command takes effect this long after it was received, s of plant time. */
const LAG_MIN_S = 5;
const LAG_MAX_S = 20;

/** Takes a command: it acts after its lag whether or not the answer reaches anybody. */
export function receiveCommand(
  runtime: FleetRuntime,
  site: SimulatedSite,
  { written, command }: Order,
  connection: number,
): CommandOutcome {
  const { ledger, clock } = runtime;
  const { commands, plcLoss } = site.effects;
  const accepted = command !== null && !commands.refused && plcLoss === null;
  const lost = accepted ? commands.answerLost : null;
  const row = ledger.addCommand({
    site: site.spec.index,
    command: written,
    at: Date.now(),
    connection,
    answer: accepted ? (lost === null ? "ok" : "lost") : "refused",
  });
  if (!accepted || commands.noEffect) return { accepted, lost };

  const lagS = commands.lagS ?? LAG_MIN_S + (LAG_MAX_S - LAG_MIN_S) * uniform(runtime.random);
  site.pending = [
    ...site.pending,
    { command, dueMs: clock.now() + lagS * 1000, onEffect: () => ledger.markActed(row, Date.now()) },
  ];
  // otherwise a site that nobody asks would act at the next coarse tick only
  const realMs = (lagS * 1000) / clock.speed() + 2000 / clock.speed();
  setTimeout(() => bringUpToDate(runtime, site), Math.min(realMs, 3_600_000)).unref();
  return { accepted, lost };
}
