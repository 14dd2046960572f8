import type { Collector } from "../../adapters/controller/collector.ts";
import { createCollector } from "../../adapters/controller/create-collector.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import { findCompiledProfile } from "../../domain/profiles/index.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import type { NewJournalEntry } from "../../domain/telemetry/journal-entry.ts";

export function aSite(id: string, controllerUrl: string): Site {
  return {
    id,
    name: id,
    region: "r",
    zone: "z",
    enabled: true,
    controllerUrl,
    profileId: "bitmain-antbox-hk3",
    cameraUrl: null,
    cameraQueries: false,
    location: null,
    intervalS: null,
    minersExpected: null,
    ratedPowerKw: null,
  };
}

/** A collector over real sockets, with everything it said. */
export function collectorOver(sites: readonly Site[], pollIntervalS: number) {
  const journalled: NewJournalEntry[] = [];
  const complaints: string[] = [];
  const complain = (facts: object, text: string): void => void complaints.push(`${text} ${JSON.stringify(facts)}`);
  const collector: Collector = createCollector({
    inventory: { all: () => sites, onChange: () => () => undefined },
    profileOf: (id) => findCompiledProfile(id),
    journal: {
      append: (entry) => {
        journalled.push(entry);
        return Promise.resolve(journalled.length);
      },
    },
    pollIntervalS,
    log: { info: () => undefined, warn: complain, error: complain },
  });
  return { collector, journalled, complaints };
}

/** Collects until so many rounds have ended. */
export function rounds(
  collector: Collector,
  count: number,
): Promise<{ reports: RoundReport[]; replies: ControllerReply[] }> {
  const reports: RoundReport[] = [];
  const replies: ControllerReply[] = [];
  return new Promise((resolve) => {
    const detach = collector.attach({
      onReply: ({ reply }) => void replies.push(reply),
      onRound(report) {
        reports.push(report);
        if (reports.length < count) return;
        detach();
        resolve({ reports, replies });
      },
    });
  });
}
