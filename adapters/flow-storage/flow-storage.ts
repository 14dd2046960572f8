import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { diffFlows, type FlowChanges } from "../../domain/flows/diff-flows.ts";
import { isFlowFile } from "../../domain/flows/file-names.ts";
import type { FlowNode } from "../../domain/flows/flow-node.ts";
import { isDashboardFile, joinFlows, parseFlowFile, splitFlows } from "../../domain/flows/split-flows.ts";
import { type FlowCredentials, opens, reencrypted, sealed, sealStateOf, withoutSeal } from "./flow-credentials.ts";
import { namesIn, recoverFiles, replaceFiles } from "./replace-files.ts";

/** Who deployed what: `sha256` over the files, in order of their names, so that the audit can prove which flows ran. */
export type Deploy = {
  readonly username: string | null;
  readonly sha256: string;
  readonly files: readonly string[];
  readonly changes: FlowChanges;
};

type CredentialSecrets = { readonly present: string; readonly former: string | null };

export type FlowStorageOptions = {
  /** Folder of the versioned flow files. */
  readonly flowsDir: string;
  /** Refuses every deploy with a clean 403. */
  readonly isReadOnly: boolean;
  /** For processes without pages: leaves out the Dashboard's tabs and global nodes. Only together with `isReadOnly`. */
  readonly withoutDashboard?: boolean;
  readonly onDeploy?: (deploy: Deploy) => void;
  /** Keys of the credentials; `former` while a rotation is under way. Absent: the file is left to Node-RED. */
  readonly credentialSecrets?: CredentialSecrets;
  /**
   * Told when the file of credentials is not as it was sealed: `changed`, and not used, or without any seal, which it gets.
   */
  readonly onCredentials?: (state: "changed" | "unsealed") => void;
};

/** What Node-RED calls of a storage module. It looks for the methods by `hasOwnProperty`, so this is a plain object, not a class. */
export type StorageModule = {
  init(settings: object, runtime: object): Promise<void>;
  getFlows(): Promise<FlowNode[]>;
  saveFlows(flows: FlowNode[], user?: { username?: string }): Promise<void>;
  getCredentials(): Promise<FlowCredentials>;
  saveCredentials(credentials: FlowCredentials): Promise<void>;
  saveSettings(settings: Record<string, unknown>): Promise<void>;
  readonly [method: string]: unknown;
};

/**
 * Node-RED storage with one file per tab and subflow (`domain/flows`); credentials, settings, sessions and library are
 * those of the stock module, in `userDir`.
 *
 * `saveFlows` replaces the content of the array it is given by exactly what `getFlows` will return: Node-RED makes its
 * revision from that array afterwards, and an editor left open over a restart gets no conflict.
 */
export function createFlowStorage(options: FlowStorageOptions): StorageModule {
  if (options.withoutDashboard && !options.isReadOnly) {
    throw new Error(
      "flow storage without the Dashboard must be read-only: a deploy would delete the Dashboard's files",
    );
  }
  const stock = stockStorage();
  let loadFailed = false;

  return {
    ...stock,
    projects: undefined,
    async init(settings, runtime) {
      if (!options.isReadOnly) await recoverFiles(options.flowsDir);
      await stock.init(settings, runtime);
    },
    async getFlows() {
      loadFailed = true;
      const files = await readFlowFiles(options.flowsDir);
      const flows = joinFlows(options.withoutDashboard ? withoutDashboard(files) : files);
      loadFailed = false;
      return flows;
    },
    async saveFlows(flows, user) {
      if (options.isReadOnly) throw refusal("read_only", "the flows are read-only here: deploy where EDITOR=on", 403);
      // What could not be read is not in the editor either: saving would delete it.
      if (loadFailed) throw refusal("unreadable", "the flow files could not be read: repair them, then restart", 409);
      const files = splitFlows(flows);
      const canonical = joinFlows(files);
      const before = await writeChanges(options.flowsDir, files);
      const changes = diffFlows(readableFlows(before), canonical);
      flows.length = 0;
      for (const node of canonical) flows.push(node);
      options.onDeploy?.({ ...describe(files, user), changes });
    },
    async getCredentials() {
      const stored = await stock.getCredentials();
      if (!options.credentialSecrets) return stored;
      const { credentials, toSave } = examine(stored, options.credentialSecrets, options.onCredentials);
      if (toSave) await stock.saveCredentials(toSave);
      return credentials;
    },
    async saveCredentials(credentials) {
      const { credentialSecrets: secrets } = options;
      await stock.saveCredentials(secrets ? sealed(credentials, secrets.present) : credentials);
    },
    async saveSettings(settings) {
      // Telemetry is off for good: what a user switches on in the editor would win over settings.ts.
      const { telemetryEnabled: _telemetryEnabled, ...kept } = settings;
      await stock.saveSettings(kept);
    },
  };
}

/** Node-RED starts the flows without any credentials, and says so: what it does with a file of another key. */
const REFUSED: FlowCredentials = { $: "changed" };

/** @returns what Node-RED is given, and the file as it should be where it is not */
function examine(
  stored: FlowCredentials,
  { present, former }: CredentialSecrets,
  tell: FlowStorageOptions["onCredentials"],
): { readonly credentials: FlowCredentials; readonly toSave: FlowCredentials | null } {
  const state = sealStateOf(stored, former === null ? [present] : [present, former]);
  if (state === "changed" || state === "unsealed") tell?.(state);
  if (state === "changed") return { credentials: REFUSED, toSave: null };
  const renewed = former === null ? null : reencrypted(stored, present, former);
  const credentials = renewed ?? withoutSeal(stored);
  // What no key opens keeps its state: the right key may still come.
  const isDue = renewed !== null || (state === "unsealed" && opens(credentials, present));
  return { credentials, toSave: isDue ? sealed(credentials, present) : null };
}

/** Text of every flow file of a folder, by file name. */
export async function readFlowFiles(flowsDir: string): Promise<Map<string, string>> {
  const names = (await namesIn(flowsDir)).filter(isFlowFile).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(flowsDir, name), "utf8")));
  return new Map(names.map((name, index) => [name, texts[index] ?? ""]));
}

/** @returns what was there before */
async function writeChanges(
  flowsDir: string,
  files: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const onDisk = await readFlowFiles(flowsDir);
  const writes = new Map([...files].filter(([name, text]) => onDisk.get(name) !== text));
  const removals = [...onDisk.keys()].filter((name) => !files.has(name));
  await replaceFiles(flowsDir, writes, removals);
  return onDisk;
}

/** None when somebody has damaged the files since they were read: that must not hold up a deploy that repairs them. */
function readableFlows(files: ReadonlyMap<string, string>): FlowNode[] {
  try {
    return joinFlows(files);
  } catch {
    return [];
  }
}

function withoutDashboard(files: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...files].filter(([name, text]) => !isDashboardFile(name, parseFlowFile(name, text))));
}

function describe(
  files: ReadonlyMap<string, string>,
  user: { username?: string } | undefined,
): Omit<Deploy, "changes"> {
  const names = [...files.keys()].sort();
  const hash = createHash("sha256");
  for (const name of names)
    hash
      .update(name)
      .update("\0")
      .update(files.get(name) ?? "");
  return { username: user?.username ?? null, sha256: hash.digest("hex"), files: names };
}

function refusal(code: string, message: string, status: number): Error {
  return Object.assign(new Error(message), { code, status });
}

/** The stock module is found through `node-red`, so that it is the one of the runtime, wherever npm put it. */
function stockStorage(): StorageModule {
  const fromHere = createRequire(import.meta.url);
  const fromNodeRed = createRequire(fromHere.resolve("node-red"));
  return fromNodeRed("@node-red/runtime/lib/storage/localfilesystem") as StorageModule;
}
