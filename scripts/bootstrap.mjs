// Runs on any Node ≥ 20 with nothing installed: brings Node 24, installs from the lockfile, builds what changed,
// then hands over to the command. Dependency-free on purpose.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const RUNTIME = path.join(ROOT, ".runtime");
const REQUIRED_MAJOR = 24;
/** Exact, so that two machines run the same Node. */
const NODE_PACKAGE = "node@24.21.0";
const COMMANDS = {
  start: { script: "scripts/start.ts", needsBuild: true },
  test: { script: "scripts/test.ts", needsBuild: true },
  setup: { script: null, needsBuild: true },
  serve: { script: "dist/server.js", needsBuild: false },
  simulate: { script: "simulator/main.ts", needsBuild: false },
  bench: { script: "scripts/bench.ts", needsBuild: true },
  backup: { script: "scripts/backup.ts", needsBuild: false },
  restore: { script: "scripts/restore.ts", needsBuild: false },
  "reset-admin": { script: "scripts/reset-admin.ts", needsBuild: false },
  "rotate-keys": { script: "scripts/rotate-keys.ts", needsBuild: false },
  audit: { script: "scripts/audit.ts", needsBuild: false },
  backtest: { script: "scripts/backtest.ts", needsBuild: false },
  doctor: { script: "scripts/profile-doctor.ts", needsBuild: false },
  "new-node": { script: "scripts/new-node.ts", needsBuild: false },
  check: { script: "scripts/check.ts", needsBuild: false },
  coverage: { script: "scripts/coverage.ts", needsBuild: false },
  "check-libraries": { script: "scripts/check-libraries.ts", needsBuild: false },
  scan: { script: "scripts/security-scan.ts", needsBuild: true },
};
/**
 * How much memory the runtime may use before it looks through it; the same in the image. Why these: docs/decisions/0026.
 */
const NODE_FLAGS = JSON.parse(readFileSync(path.join(ROOT, "scripts/node-flags.json"), "utf8"));
/** What the build is made from: a change in any of these files builds again. */
const SOURCES = {
  server: [
    "domain",
    "adapters",
    "nodes",
    "api",
    // The composition root, in whatever files it stands.
    ...readdirSync(ROOT).filter((file) => file.endsWith(".ts")),
    "scripts/audit.ts",
    "scripts/backtest.ts",
    "scripts/backup",
    "scripts/list-licences.ts",
    "scripts/backup.ts",
    "scripts/restore.ts",
    "scripts/reset-admin.ts",
    "scripts/rotate-keys.ts",
    "package-lock.json",
  ],
  widgets: ["domain", "dashboard", "vite.config.ts", "package-lock.json"],
};

const command = process.argv[2] ?? "";
if (!Object.hasOwn(COMMANDS, command)) {
  console.error(`usage: node scripts/bootstrap.mjs ${Object.keys(COMMANDS).join(" | ")} [arguments]`);
  process.exit(2);
}
const { script, needsBuild } = COMMANDS[command];
const node = nodeBinary();
const environment = { ...process.env, PATH: path.dirname(node) + path.delimiter + process.env.PATH };
installDependencies();
if (needsBuild) {
  buildWhenChanged("server", ["node_modules/tsup/dist/cli-default.js"]);
  buildWhenChanged("widgets", ["node_modules/vite/bin/vite.js", "build"]);
}
if (script) handOver(script, process.argv.slice(3));

/** The running Node when it is new enough, otherwise one from npm's `node` package, kept in `.runtime/`. */
function nodeBinary() {
  if (Number(process.versions.node.split(".")[0]) >= REQUIRED_MAJOR) return process.execPath;
  const home = path.join(RUNTIME, "node");
  const binary = path.join(home, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    say(`Node ${process.versions.node} is too old, getting ${NODE_PACKAGE} from npm`);
    mkdirSync(home, { recursive: true });
    // Its install script copies the binary for this machine: the one script that may run.
    npm(
      process.execPath,
      ["install", "--prefix", home, "--no-audit", "--no-fund", "--no-save", "--ignore-scripts=false", NODE_PACKAGE],
      home,
    );
  }
  return binary;
}

function installDependencies() {
  const lock = path.join(ROOT, "package-lock.json");
  const stamp = path.join(ROOT, "node_modules", ".installed");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("installing packages from the lockfile");
  npm(node, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ROOT);
  writeFileSync(stamp, wanted);
}

function npm(nodePath, args, cwd) {
  const cli = npmCli();
  const env = { ...process.env, PATH: path.dirname(nodePath) + path.delimiter + process.env.PATH };
  for (const name of Object.keys(env)) if (name.toLowerCase().startsWith("npm_config_prefix")) delete env[name];
  try {
    if (cli) execFileSync(nodePath, [cli, ...args], { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
    else
      execFileSync("npm", args, {
        cwd,
        env,
        stdio: ["ignore", "ignore", "inherit"],
        shell: process.platform === "win32",
      });
  } catch (error) {
    console.error(`antbox-flow: npm ${args[0]} failed: ${error.message}`);
    process.exit(1);
  }
}

/** npm's own entry, so that it can be run by another Node than the one it came with. */
function npmCli() {
  const candidates = [
    process.env.npm_execpath,
    path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  return candidates.find((file) => file?.endsWith("npm-cli.js") && existsSync(file));
}

function buildWhenChanged(name, args) {
  const stamp = path.join(RUNTIME, `built-${name}`);
  const fingerprint = fingerprintOf(SOURCES[name]);
  const output = path.join(ROOT, name === "server" ? "dist/server.js" : "resources/login/index.html");
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return;
  say(`building ${name}`);
  rmSync(stamp, { force: true });
  // Chunks carry a hash in their name: the old ones would pile up.
  if (name === "server") rmSync(path.join(ROOT, "dist"), { recursive: true, force: true });
  try {
    execFileSync(node, args, { cwd: ROOT, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    console.error(`${error.stdout ?? ""}${error.stderr ?? ""}\nantbox-flow: building ${name} failed`);
    process.exit(1);
  }
  mkdirSync(RUNTIME, { recursive: true });
  writeFileSync(stamp, fingerprint);
}

/** Names, sizes and times: enough to see a change, and quick (some milliseconds). */
function fingerprintOf(sources) {
  const hash = createHash("sha256");
  const visit = (file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isDirectory()) for (const child of readdirSync(file).sort()) visit(path.join(file, child));
    else if (stats) hash.update(`${path.relative(ROOT, file)}\0${stats.size}\0${stats.mtimeMs}\n`);
  };
  for (const source of sources) visit(path.join(ROOT, source));
  return hash.digest("hex");
}

function handOver(file, args) {
  const child = spawn(node, [...NODE_FLAGS, path.join(ROOT, file), ...args], {
    cwd: ROOT,
    env: environment,
    stdio: "inherit",
  });
  // The terminal sends Ctrl-C to both: stay until the child has ended everything that it started.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

function say(text) {
  console.error(`antbox-flow: ${text} …`);
}
