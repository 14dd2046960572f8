import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { Rule } from "../../domain/alarms/rule.ts";
import { FAULTS, type FaultName } from "../../domain/points/faults.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { startChild, waitUntilUp } from "../../test/services/child-server.ts";
import { freePort } from "../../test/services/free-port.ts";
import { processorMsOf } from "./processor-time.ts";
import { faultMetric, promqlOf } from "./promql.ts";
import { median } from "./statistics.ts";

export type PrometheusFigures = {
  /** Rules of ours that PromQL can say. */
  readonly rules: number;
  readonly evaluations: number;
  /** What it says itself: the wall time of its last evaluation of the group, median. */
  readonly groupMs: number;
  /** Processor time of an evaluation: with rules less without, the same scraping in both. */
  readonly cpuMsPerEvaluation: number;
  /** Pairs of rule and site whose condition holds. */
  readonly hits: number;
};

const PROGRAM = "/usr/bin/prometheus";
const SCRAPE_S = 5;
const EVALUATE_S = 1;
/** A core of its own, as its peers here have one. */
const CORE = "1";

/**
 * Debian's Prometheus on the same readings: scrapes them from a server of ours, and evaluates the rules each second.
 *
 * @param seconds how long it runs without rules, and again with them
 * @returns null where it is not installed
 */
export async function runPrometheus(
  rules: readonly Rule[],
  snapshots: readonly Snapshot[],
  seconds: number,
): Promise<PrometheusFigures | null> {
  if (!existsSync(PROGRAM)) return null;
  const exporter = await startExporter(snapshots);
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-prometheus-"));
  const ruleFile = path.join(folder, "rules.yml");
  const config = path.join(folder, "prometheus.yml");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const alerts = alertsOf(rules);
  writeFileSync(ruleFile, stringify({ groups: [] }));
  writeFileSync(config, stringify(configuration(exporter.port, ruleFile)));
  const parameters = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${path.join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--web.enable-lifecycle",
    "--log.level=error",
  ];
  const server = startChild("taskset", ["-c", CORE, PROGRAM, ...parameters]);
  try {
    await waitUntilUp(server, async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok === true);
    const cpu = async () => {
      const before = processorMsOf(server.child.pid ?? 0);
      const readings = await watch(url, seconds);
      return { ms: processorMsOf(server.child.pid ?? 0) - before, readings };
    };
    await sleep(2 * SCRAPE_S * 1000);
    const without = await cpu();
    writeFileSync(ruleFile, stringify({ groups: [{ name: "bench", interval: `${EVALUATE_S}s`, rules: alerts }] }));
    await fetch(`${url}/-/reload`, { method: "POST" });
    await sleep(5_000);
    const evaluated = await evaluationsOf(url);
    const withRules = await cpu();
    const evaluations = (await evaluationsOf(url)) - evaluated;
    return {
      rules: alerts.length,
      evaluations,
      groupMs: median(withRules.readings) * 1000,
      cpuMsPerEvaluation: (withRules.ms - without.ms) / evaluations,
      hits: await query(url, "count(count by (alertname, site) (ALERTS))"),
    };
  } finally {
    server.child.kill("SIGKILL");
    await server.exited;
    await exporter.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rules as alerting rules: those that PromQL can say. */
function alertsOf(rules: readonly Rule[]): object[] {
  return rules.flatMap((rule) => {
    const expr = promqlOf(rule);
    if (expr === null) return [];
    const { id, priority, onDelayS, offDelayS } = rule;
    const off = offDelayS > 0 ? { keep_firing_for: `${offDelayS}s` } : {};
    return [{ alert: id, expr, for: `${onDelayS}s`, ...off, labels: { priority } }];
  });
}

function configuration(exporterPort: number, ruleFile: string) {
  return {
    global: { scrape_interval: `${SCRAPE_S}s`, evaluation_interval: `${EVALUATE_S}s` },
    rule_files: [ruleFile],
    scrape_configs: [{ job_name: "sites", static_configs: [{ targets: [`127.0.0.1:${exporterPort}`] }] }],
  };
}

/** Looks once a second. @returns what Prometheus says each time of its last evaluation, seconds */
async function watch(url: string, seconds: number): Promise<number[]> {
  const found: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    await sleep(1_000);
    const text = await (await fetch(`${url}/metrics`)).text();
    const value = /^prometheus_rule_group_last_duration_seconds\{.*bench.*\} (\S+)$/m.exec(text)?.[1];
    if (value !== undefined) found.push(Number(value));
  }
  return found;
}

async function evaluationsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^prometheus_rule_group_iterations_total\{.*bench.*\} (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
}

async function query(url: string, promql: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

async function startExporter(snapshots: readonly Snapshot[]): Promise<{ port: number; close(): Promise<unknown> }> {
  const text = exposition(snapshots);
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** In the text format of Prometheus. Words have no place in it. */
function exposition(snapshots: readonly Snapshot[]): string {
  const metrics = new Map<string, string[]>();
  const put = (metric: string, siteId: string, value: number) => {
    const lines = metrics.get(metric) ?? [`# TYPE ${metric} gauge`];
    lines.push(`${metric}{site="${siteId}"} ${value}`);
    metrics.set(metric, lines);
  };
  for (const { siteId, values, faults } of snapshots) {
    for (const [point, value] of Object.entries(values)) {
      if (typeof value === "number" || typeof value === "boolean") put(point, siteId, Number(value));
    }
    for (const fault of Object.keys(FAULTS) as FaultName[]) {
      put(faultMetric(fault), siteId, faults.includes(fault) ? 1 : 0);
    }
  }
  return `${[...metrics.values()].flat().join("\n")}\n`;
}
