/**
 * The collector under test, in three steps so that each share can be told: `fetch` (poll, parse, judge, pack), `map`
 * (and make and check the snapshot), `journal` (and keep each reply on disk).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { z } from "zod";
import type { Collector } from "../../adapters/controller/collector.ts";
import { createCollector } from "../../adapters/controller/create-collector.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import { findCompiledProfile } from "../../domain/profiles/index.ts";
import type { JournalAppender } from "../../domain/telemetry/journal-entry.ts";
import { makeSnapshot } from "../../domain/telemetry/make-snapshot.ts";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { BENCH_PROFILE, benchSites } from "./bench-sites.ts";
import { maxRssMb, type Segment, type SegmentResult, servePeer, sitesFromArgument } from "./peer-loop.ts";

const step = process.argv[3] ?? "map";
const compiled = findCompiledProfile(BENCH_PROFILE);
if (compiled === undefined) throw new Error(`profile ${BENCH_PROFILE} is not there`);
const profile = compiled;
const ajv = addFormats.default(new Ajv2020({ strict: false }));
const isSnapshot = ajv.compile(z.toJSONSchema(Snapshot, { unrepresentable: "any" }));

const urls = await sitesFromArgument();
const sites = benchSites(urls.length, (index) => urls[index] ?? "");
const siteById = new Map(sites.map((site) => [site.id, site]));

type JournalUnderTest = JournalAppender & { acknowledge(ids: readonly number[]): void };

async function openJournalUnderTest(): Promise<JournalUnderTest> {
  let nextId = 0;
  if (step !== "journal") return { append: async () => ++nextId, acknowledge: () => undefined };
  const { openJournal } = await import("../../adapters/journal/open-journal.ts");
  const folder = mkdtempSync(join(tmpdir(), "bench-journal-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return openJournal({ path: join(folder, "journal.db"), log });
}

const log = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };
const journal = await openJournalUnderTest();

function newCollector(intervalMs: number): Collector {
  return createCollector({
    inventory: { all: () => sites, onChange: () => () => undefined },
    profileOf: () => profile,
    journal,
    pollIntervalS: intervalMs / 1000,
    log,
  });
}

let collector: { readonly intervalMs: number; readonly it: Collector } | undefined;

async function run({ rounds, intervalMs }: Segment): Promise<SegmentResult> {
  if (collector?.intervalMs !== intervalMs) collector = { intervalMs, it: newCollector(intervalMs) };
  const { it } = collector;
  let good = 0;
  const reports: RoundReport[] = [];
  let kept: number[] = [];
  const cpuBefore = process.cpuUsage();
  await new Promise<void>((resolve) => {
    const detach = it.attach({
      onReply({ reply, journalId }) {
        if (journalId !== null) kept.push(journalId);
        if (step === "fetch") {
          good += 1;
          return;
        }
        const snapshot = makeSnapshot(reply, profile, siteById.get(reply.siteId));
        if (isSnapshot(snapshot)) good += 1;
      },
      onRound(report) {
        reports.push(report);
        // As after the commit of the round's batch.
        journal.acknowledge(kept);
        kept = [];
        if (reports.length < rounds) return;
        detach();
        resolve();
      },
    });
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  const polled = reports.reduce((total, report) => total + report.sites, 0);
  const roundMs = reports.map((report) => report.durationMs);
  return { roundMs, cpuUs: user + system, snapshots: good, failed: polled - good, maxRssMb: maxRssMb() };
}

await servePeer(run);
