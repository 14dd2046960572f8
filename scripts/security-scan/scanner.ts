import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

/** The platform as the scanners see it: its own TLS on loopback, and a token of an engineer. */
export type Target = {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** For what the scanners write. */
  readonly folder: string;
  /** Its API reference, as it serves it. */
  readonly openApi: OpenApi;
};

export type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
};

/** What one scanner says. `figures`: what it looked at, so that an empty list of findings means something. */
export type Report = { readonly findings: readonly string[]; readonly figures: string };

export type Scanner = {
  readonly name: string;
  /** The program that must be there; null: brought by the scan itself. */
  readonly program: string | null;
  scan(target: Target): Promise<Report>;
};

/** Runs a program to its end or to `limitS`, keeps its output in the folder, and returns it. */
export function runProgram(
  words: readonly string[],
  { folder, name, limitS }: { folder: string; name: string; limitS: number },
): Promise<{ output: string; isComplete: boolean; exitCode: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(words[0] ?? "", words.slice(1), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const file = createWriteStream(path.join(folder, `${name}.log`));
    let output = "";
    let isComplete = true;
    const timer = setTimeout(() => {
      isComplete = false;
      child.kill("SIGKILL");
    }, limitS * 1000);
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
      file.write(chunk);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    child.once("close", (exitCode) => {
      clearTimeout(timer);
      process.off("exit", end);
      file.end();
      resolve({ output: stripVTControlCharacters(output), isComplete, exitCode });
    });
  });
}

/** Values that the platform knows, for the parameters of its addresses. */
const VALUES: Readonly<Record<string, string>> = {
  id: "site-001",
  name: "rollup",
  username: "admin",
  point: "supply_temp_c",
  points: "supply_temp_c",
  limit: "5",
  format: "json",
  step: "5m",
  lang: "en",
  search: "a",
  region: "north",
};

/** Every address that can be read, with a value for each of its parameters: what is not sent is not tried. */
export function readableAddresses({ url, openApi }: Target): string[] {
  return Object.entries(openApi.paths).flatMap(([template, methods]) => {
    const operation = methods["get"];
    if (!operation || /\/(live|oidc|healthz)/.test(template)) return [];
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? "1");
    const query = (operation.parameters ?? [])
      .filter((one) => one.in === "query" && (one.required || VALUES[one.name] !== undefined))
      .map(({ name }) => `${name}=${encodeURIComponent(VALUES[name] ?? "1")}`)
      .join("&");
    return [`${url}${filled}${query ? `?${query}` : ""}`];
  });
}
