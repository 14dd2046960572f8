import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * Runs the Dockerfile's steps in clean Debian roots, for machines without a Docker engine: each stage is a fresh
 * `debootstrap --variant=minbase` with this machine's Node 24 and npm, which is what the base image adds. The image is then
 * started as its own user, and its own health check must pass. Debian as root; needs `debootstrap`.
 *
 * `node scripts/prove-dockerfile.ts [scratch folder]`
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const scratch = mkdtempSync(path.join(process.argv[2] ?? "/var/tmp", "antbox-image-"));
const PORT = "18880";
const HEALTHY_WITHIN_S = 120;

type Stage = {
  readonly name: string;
  readonly root: string;
  workdir: string;
  user: string;
  readonly env: Record<string, string>;
};
type Instruction = { readonly word: string; readonly rest: string };

const stages: Stage[] = [];
let healthcheck: string[] = [];
let command: string[] = [];

process.once("exit", () => {
  for (const stage of stages) unmount(stage);
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

for (const instruction of instructionsOf(readFileSync(path.join(ROOT, "Dockerfile"), "utf8"))) apply(instruction);
await startImage(stageNow());
console.log("every step of the Dockerfile ran in a clean Debian root, and the health check passed");

function instructionsOf(text: string): Instruction[] {
  const lines = text
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => ({ word: line.split(" ", 1)[0] ?? "", rest: line.slice(line.indexOf(" ") + 1).trim() }));
}

function apply({ word, rest }: Instruction): void {
  console.log(`${word} ${rest.slice(0, 100)}`);
  if (word === "FROM") from(rest);
  else applyToStage(stageNow(), word, rest);
}

function applyToStage(stage: Stage, word: string, rest: string): void {
  if (word === "WORKDIR") {
    stage.workdir = rest;
    mkdirSync(path.join(stage.root, rest), { recursive: true });
  } else if (word === "ENV") {
    for (const pair of rest.split(" ")) stage.env[pair.split("=")[0] ?? ""] = pair.slice(pair.indexOf("=") + 1);
  } else if (word === "COPY") copy(stage, rest);
  else if (word === "RUN") inRoot(stage, ["sh", "-c", rest]);
  else if (word === "USER") stage.user = rest;
  else if (word === "HEALTHCHECK") healthcheck = JSON.parse(rest.slice(rest.indexOf("["))) as string[];
  else if (word === "CMD") command = JSON.parse(rest) as string[];
  else if (!["VOLUME", "EXPOSE", "STOPSIGNAL"].includes(word))
    throw new Error(`Dockerfile: unknown instruction ${word}`);
}

function from(rest: string): void {
  const [image = "", , name = `stage-${stages.length}`] = rest.split(/\s+/);
  const suite = /^node:24-(\w+)-slim$/.exec(image)?.[1];
  if (!suite) throw new Error(`FROM ${image}: only node:24-<suite>-slim can be stood in for`);
  const root = path.join(scratch, name);
  execFileSync("debootstrap", ["--variant=minbase", "--include=ca-certificates", suite, root], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  cpSync(realpathSync(process.execPath), path.join(root, "usr/local/bin/node"));
  const npm = npmFolder();
  cpSync(npm, path.join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
  execFileSync("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", path.join(root, "usr/local/bin/npm")]);
  // How this machine reaches its package registry.
  for (const file of ["/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"])
    cpSync(file, path.join(root, file));
  execFileSync("chroot", [root, "useradd", "--create-home", "node"]);
  for (const folder of ["proc", "dev"]) execFileSync("mount", ["--bind", `/${folder}`, path.join(root, folder)]);
  const caFile = "/etc/ssl/certs/ca-certificates.crt";
  stages.push({
    name,
    root,
    workdir: "/",
    user: "root",
    env: { npm_config_cafile: caFile, NODE_EXTRA_CA_CERTS: caFile },
  });
}

function copy(stage: Stage, rest: string): void {
  const words = rest.split(/\s+/);
  const source = words[0]?.startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
  const from = source ? stages.find(({ name }) => name === source)?.root : ROOT;
  if (!from) throw new Error(`COPY: no stage ${source}`);
  const target = words.pop() ?? "";
  const folder = path.join(stage.root, path.resolve(stage.workdir, target));
  for (const word of words) {
    const origin = source ? path.join(from, word) : path.resolve(from, word);
    const isFolder = execFileSync("stat", ["-c", "%F", origin]).toString().trim() === "directory";
    mkdirSync(target.endsWith("/") || isFolder ? folder : path.dirname(folder), { recursive: true });
    const ignored = source ? [] : ignoredPaths();
    cpSync(origin, isFolder ? folder : path.join(folder, path.basename(origin)), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !ignored.includes(path.relative(ROOT, file)),
    });
  }
}

function ignoredPaths(): string[] {
  return readFileSync(path.join(ROOT, ".dockerignore"), "utf8").split("\n").filter(Boolean);
}

function inRoot(stage: Stage, words: readonly string[]): void {
  const [program, ...parameters] = chrootWords(stage, words);
  execFileSync(program ?? "", parameters, { stdio: ["ignore", "ignore", "inherit"] });
}

function chrootWords(stage: Stage, words: readonly string[], extra: Record<string, string> = {}): string[] {
  const env = Object.entries({
    PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    HOME: "/root",
    ...stage.env,
    ...extra,
  });
  const script = `cd "$0" && exec "$@"`;
  return [
    ...["chroot", ...(stage.user === "root" ? [] : [`--userspec=${stage.user}:${stage.user}`]), stage.root],
    ...["env", "-i", ...env.map(([name, value]) => `${name}=${value}`), "sh", "-c", script, stage.workdir, ...words],
  ];
}

/** As `docker run` would, but on a port of its own on loopback; then asks by the image's own health check. */
async function startImage(stage: Stage): Promise<void> {
  const extra = { HOST: "127.0.0.1", PORT };
  const [program, ...parameters] = chrootWords(stage, command, extra);
  const child = spawn(program ?? "", parameters, { stdio: ["ignore", "ignore", "inherit"] });
  try {
    for (let second = 0; ; second += 1) {
      const [check, ...words] = chrootWords(stage, healthcheck, extra);
      if (child.exitCode !== null) throw new Error(`the image ended with ${child.exitCode}`);
      if (succeeds(check ?? "", words)) return console.log(`healthy after ${second} s, as user ${stage.user}`);
      if (second > HEALTHY_WITHIN_S) throw new Error(`not healthy within ${HEALTHY_WITHIN_S} s`);
      await sleep(1000);
    }
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

function succeeds(program: string, words: readonly string[]): boolean {
  try {
    execFileSync(program, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function unmount({ root }: Stage): void {
  for (const folder of ["proc", "dev"]) succeeds("umount", [path.join(root, folder)]);
}

function stageNow(): Stage {
  const stage = stages.at(-1);
  if (!stage) throw new Error("Dockerfile: an instruction before FROM");
  return stage;
}

function npmFolder(): string {
  const candidates = [
    path.resolve(path.dirname(realpathSync(process.execPath)), "../lib/node_modules/npm"),
    "/usr/lib/node_modules/npm",
    "/usr/local/lib/node_modules/npm",
    "/usr/share/nodejs/npm",
  ];
  const found = candidates.find((folder) => existsSync(path.join(folder, "bin/npm-cli.js")));
  if (!found) throw new Error("no npm found on this machine");
  return found;
}
