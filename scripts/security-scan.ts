import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { parseArgs } from "node:util";
import { makeCertificate } from "../test/services/certificates.ts";
import { ADMIN_PASSWORD, startFleet, startPlatform } from "../test/services/start-platform.ts";
import type { OpenApi, Report, Scanner, Target } from "./security-scan/scanner.ts";
import { slowClients } from "./security-scan/slow-clients.ts";
import { spectral } from "./security-scan/spectral.ts";
import { sqlmap } from "./security-scan/sqlmap.ts";
import { testssl } from "./security-scan/testssl.ts";
import { wapiti } from "./security-scan/wapiti.ts";

/**
 * `npm run scan -- [name …] [--json FILE]`: the built platform with its own TLS, the embedded database and a simulated
 * fleet, all on loopback, and the scanners that this machine has. As root on Debian it installs them. Prints one table;
 * exit code 1 when anything was found. Takes about a quarter of an hour.
 */
const SCANNERS: readonly Scanner[] = [spectral, testssl, ...slowClients, sqlmap, wapiti];
const DEBIAN_PACKAGES = ["wapiti", "sqlmap", "testssl.sh", "slowhttptest"];
const SITES = 20;

type Line = {
  readonly name: string;
  readonly outcome: "clean" | "findings" | "not installed";
  readonly seconds: number;
} & Report;

const { values, positionals: wanted } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } });
const chosen = SCANNERS.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
if (chosen.length === 0) {
  console.error(`scan: there is ${SCANNERS.map(({ name }) => name).join("; ")}`);
  process.exit(2);
}
// A run that is cut short ends what it started: that hangs on the event `exit`.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
installDebianPackages();
const lines = await scanAll(chosen);
print(lines);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(lines, null, 2)}\n`);
process.exitCode = lines.every(({ outcome }) => outcome === "clean") ? 0 : 1;

async function scanAll(scanners: readonly Scanner[]): Promise<Line[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-scan-"));
  const { certFile, keyFile } = makeCertificate(folder, "scan");
  // Of this process only: its own checks trust the certificate.
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(certFile, "utf8")]);
  const fleet = await startFleet(SITES);
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: null,
    environment: {
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
      EDITOR: "off",
      LOG_LEVEL: "warn",
      // A scanner that is told to wait finds nothing.
      RATE_LIMIT_PER_S: "100000",
    },
  });
  try {
    await platform.ready();
    const target = await openTarget(platform.url, folder);
    const done: Line[] = [];
    for (const scanner of scanners) done.push(await runOne(scanner, target));
    const found = platform.log().match(/^.*"msg":"a request failed".*$/gm) ?? [];
    if (found.length > 0) {
      const findings = found.slice(0, 20).map((line) => line.slice(0, 300));
      done.push({
        name: "the platform's own log",
        outcome: "findings",
        seconds: 0,
        findings,
        figures: `${found.length} failed requests`,
      });
    }
    console.error(`scan: what the scanners wrote is in ${folder}`);
    return done;
  } finally {
    await platform.dispose();
    await fleet.stop();
  }
}

async function openTarget(url: string, folder: string): Promise<Target> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: ADMIN_PASSWORD }),
  });
  if (!response.ok) throw new Error(`sign-in failed: ${response.status} ${await response.text()}`);
  const token = await lastingToken(url, ((await response.json()) as { accessToken: string }).accessToken);
  const reference = await fetch(`${url}/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
  const openApi = (await reference.json()) as OpenApi;
  return { url, port: Number(new URL(url).port), token, folder, openApi };
}

/** Ten minutes of an access token are too short for a scan. @returns one of a day, with all that a program may read */
async function lastingToken(url: string, accessToken: string): Promise<string> {
  const permissions = [
    ...["sites:read", "snapshots:read", "history:read", "rounds:read", "points:read", "profiles:read", "status:read"],
    ...[
      "docs:read",
      "lab:read",
      "dashboard:use",
      "history:export",
      "raw:read",
      "metrics:read",
      "jobs:read",
      "audit:read",
    ],
    ...["sites:manage", "settings:read", "webhooks:manage"],
  ];
  const response = await fetch(`${url}/api/v1/service-tokens`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ name: "scan", permissions, expiresInDays: 1 }),
  });
  if (!response.ok) throw new Error(`no service token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { token: string }).token;
}

async function runOne(scanner: Scanner, target: Target): Promise<Line> {
  const { name, program } = scanner;
  const beganMs = performance.now();
  if (program !== null && !isThere(program)) {
    return { name, outcome: "not installed", seconds: 0, findings: [], figures: `no program ${program}` };
  }
  console.error(`scan: ${name} …`);
  const report = await scanner.scan(target).catch((error: unknown) => ({
    findings: [`it could not be run: ${String(error).slice(0, 300)}`],
    figures: "",
  }));
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  return { name, outcome: report.findings.length === 0 ? "clean" : "findings", seconds, ...report };
}

function print(all: readonly Line[]): void {
  for (const { name, outcome, seconds, figures, findings } of all) {
    console.log(`${name.padEnd(28)} ${outcome.padEnd(14)} ${String(seconds).padStart(4)} s  ${figures}`);
    for (const finding of findings) console.log(`    ${finding}`);
  }
}

function isThere(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function installDebianPackages(): void {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !isThere("apt-get") || ["wapiti", "sqlmap", "testssl", "slowhttptest"].every(isThere)) return;
  console.error(`scan: installing ${DEBIAN_PACKAGES.join(", ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"];
  execFileSync("apt-get", [...options, "update"], { env, stdio: "ignore" });
  execFileSync("apt-get", [...options, "install", "--no-install-recommends", ...DEBIAN_PACKAGES], {
    env,
    stdio: "ignore",
  });
}
