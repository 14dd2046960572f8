import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { z } from "zod";
import { findCompiledProfile } from "../domain/profiles/index.ts";
import { ControllerReply } from "../domain/telemetry/controller-reply.ts";
import { makeSnapshot } from "../domain/telemetry/make-snapshot.ts";

/**
 * CPU of one reply after the transfer: JSON.parse, the check of the outer message by ajv, the mapping, and the whole
 * way to a snapshot. 64 different replies in turn, so that neither the parser nor an inline cache sees one object only.
 * Goal: (ajv + map) / JSON.parse ≤ 0.25.
 */
const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "60" }, turns: { type: "string", default: "2000" } },
});
const VARIANTS = 64;
const ROUNDS = Number(options.rounds);
const TURNS = Number(options.turns);
const COLLECTED_AT = "2025-12-30T10:00:02.000Z";

const recordedAt = (id: string) => new URL(`../domain/profiles/recorded/${id}.json`, import.meta.url);
const isReply = compileCheck();
let sink: unknown;

const rows = [
  measure("A: bitmain-antbox-hk3, 2 miners", "bitmain-antbox-hk3", 2),
  measure("A: bitmain-antbox-hk3, 187 miners", "bitmain-antbox-hk3", 187),
  measure("B: x-nested-x10", "x-nested-x10", 0),
  measure("C: x-flat-strings", "x-flat-strings", 0),
];
console.table(Object.fromEntries(rows.map(({ name, ...figures }) => [name, figures])));
console.log(
  JSON.stringify({
    bench: "mapping",
    node: process.version,
    variants: VARIANTS,
    rounds: ROUNDS,
    turns: TURNS,
    rows,
    ok: sink !== null,
  }),
);

function measure(name: string, id: string, miners: number) {
  const compiled = findCompiledProfile(id);
  if (!compiled) throw new Error(`no profile ${id}`);
  const bodies = variantsOf(id, miners);
  const texts = bodies.map((replies) => Object.entries(replies).map(([, body]) => JSON.stringify(body)));
  const messages = bodies.map((_, i) => messageOf(compiled.tag, id, texts[i] ?? []));
  const [parseNs, checkNs, mapNs, snapshotNs] = interleaved([
    (i) => parseAll(texts[i] ?? []),
    (i) => isReply(messages[i]),
    (i) => compiled.map(messages[i]?.replies ?? {}),
    (i) => makeSnapshot(messages[i] ?? fail(), compiled, undefined),
  ]);
  const bytes = Math.round(texts.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0) / VARIANTS);
  const figures = { parseNs: parseNs ?? 0, checkNs: checkNs ?? 0, mapNs: mapNs ?? 0, snapshotNs: snapshotNs ?? 0 };
  const ratio = (ns: number) => Math.round((100 * ns) / figures.parseNs) / 100;
  return {
    name,
    bytes,
    ...figures,
    mapToParse: ratio(figures.mapNs),
    checkAndMapToParse: ratio(figures.checkNs + figures.mapNs),
  };
}

/** Medians in ns of this thread's CPU; the candidates take turns in every round, so that a busy machine troubles all of them alike. */
function interleaved(candidates: readonly ((i: number) => unknown)[]): number[] {
  const samples = candidates.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [c, candidate] of candidates.entries()) samples[c]?.push(timed(candidate));
  }
  return samples.map((list) =>
    Math.round(list.slice(Math.floor(ROUNDS / 5)).sort((a, b) => a - b)[Math.floor((ROUNDS * 2) / 5)] ?? 0),
  );
}

function timed(candidate: (i: number) => unknown): number {
  const before = process.threadCpuUsage();
  for (let turn = 0; turn < TURNS; turn += 1) sink = candidate(turn % VARIANTS);
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / TURNS;
}

function parseAll(texts: readonly string[]): unknown {
  let last: unknown;
  for (const text of texts) last = JSON.parse(text);
  return last;
}

function messageOf(tag: string, id: string, texts: readonly string[]): ControllerReply {
  const names = findCompiledProfile(id)?.profile.requests.map(({ name }) => name) ?? [];
  const replies = Object.fromEntries(texts.map((text, i) => [names[i] ?? "", JSON.parse(text)]));
  const times = { slot: "2025-12-30T10:00:00.000Z", collectedAt: COLLECTED_AT };
  return {
    siteId: "site-001",
    ...times,
    profile: tag,
    attempts: 1,
    latencyMs: 84,
    isLate: false,
    replies,
    failedRequests: {},
  };
}

/** The recorded healthy reply with other digits in every variant. */
function variantsOf(id: string, miners: number): Record<string, unknown>[] {
  const { cases } = JSON.parse(readFileSync(recordedAt(id), "utf8"));
  const healthy = cases[0].replies;
  return Array.from({ length: VARIANTS }, (_, i) => {
    const replies = JSON.parse(
      JSON.stringify(healthy)
        .replaceAll("35.1", (34 + i / 40).toFixed(1))
        .replaceAll("94.6", (90 + i / 7).toFixed(1))
        .replaceAll("463200", String(460_000 + i * 100)),
    );
    if (replies.minerInfo) replies.minerInfo.params.miner_info = minerDetails(miners, i);
    return replies;
  });
}

function minerDetails(miners: number, seed: number): Record<string, unknown> {
  const details = (n: number) => ({
    miner_type: "S19 XP Hyd",
    miner_version: "2024.05.17",
    elapsed: 86_400 + seed,
    GHS_5s: 250 + ((n + seed) % 60) / 10,
    GHS_avg: 253.2,
    pcb_max_temp: 55,
    chip_max_temp: 69,
  });
  return Object.fromEntries(Array.from({ length: miners }, (_, n) => [`10.1.101.${11 + n}`, details(n)]));
}

function compileCheck() {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(z.toJSONSchema(ControllerReply, { io: "input", target: "draft-7", unrepresentable: "any" }));
}

function fail(): never {
  throw new Error("no message");
}
