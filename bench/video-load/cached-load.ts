import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** Debian's wrk and h2load: as many requests as they get answers to, over the given paths in turn. */
export type CachedLoad = {
  readonly protocol: "HTTP/1.1" | "HTTP/2";
  readonly port: number;
  readonly paths: readonly string[];
  readonly seconds: number;
  readonly folder: string;
  /** Words in front of the program that pin it. */
  readonly core: readonly string[];
};
export type CachedAnswers = { readonly requests: number; readonly failures: number };

const WRK = "/usr/bin/wrk";
const H2LOAD = "/usr/bin/h2load";
const WRK_CONNECTIONS = "64";
const H2_CLIENTS = "16";
const H2_STREAMS = "20";

/** @throws {Error} where they are not installed, or when their figures cannot be read */
export function loadCached(load: CachedLoad): Promise<CachedAnswers> {
  return load.protocol === "HTTP/1.1" ? runWrk(load) : runH2load(load);
}

async function runWrk({ port, paths, seconds, folder, core }: CachedLoad): Promise<CachedAnswers> {
  const script = path.join(folder, "wrk.lua");
  writeFileSync(script, luaOf(paths));
  const words = ["-t", "1", "-c", WRK_CONNECTIONS, "-d", `${seconds}s`, "-s", script, `http://127.0.0.1:${port}`];
  const said = await run([...core, WRK, ...words]);
  const [, requests, failures] = /^figures (\d+) (\d+)$/m.exec(said) ?? [];
  if (requests === undefined) throw new Error(`wrk said something else: ${said}`);
  return { requests: Number(requests), failures: Number(failures) };
}

function luaOf(paths: readonly string[]): string {
  return `
local paths = { ${paths.map((one) => JSON.stringify(one)).join(", ")} }
local requests = {}
local at = 0
function init()
  for n, one in ipairs(paths) do requests[n] = wrk.format("GET", one) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary)
  local e = summary.errors
  print(string.format("figures %d %d", summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
`;
}

async function runH2load({ port, paths, seconds, folder, core }: CachedLoad): Promise<CachedAnswers> {
  const list = path.join(folder, "h2load.txt");
  writeFileSync(list, paths.map((one) => `https://127.0.0.1:${port}${one}\n`).join(""));
  const words = ["-t", "1", "-c", H2_CLIENTS, "-m", H2_STREAMS, "-D", String(seconds), "-i", list];
  const said = await run([...core, H2LOAD, ...words]);
  const [, ok] = /^status codes: (\d+) 2xx/m.exec(said) ?? [];
  const [, failed] = /(\d+) failed, \d+ errored/.exec(said) ?? [];
  if (ok === undefined) throw new Error(`h2load said something else: ${said}`);
  return { requests: Number(ok), failures: Number(failed) };
}

async function run([program = "", ...words]: readonly string[]): Promise<string> {
  const missing = [WRK, H2LOAD].find((one) => !existsSync(one));
  if (missing !== undefined) throw new Error(`no ${missing} here: scripts/services/install.sh --bench brings it`);
  return (await promisify(execFile)(program, words)).stdout;
}
