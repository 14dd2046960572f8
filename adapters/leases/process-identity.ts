import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Who a process is among others. */
export type ProcessIdentity = {
  /** The same over restarts: it belongs to the data folder. */
  readonly name: string;
  /** This start of it: host, process id and chance. */
  readonly holder: string;
  /** The holder of the start before; null at the first one. Gone, when the data folder is locked by this process. */
  readonly formerHolder: string | null;
};

const FILE = "process.json";
const NAME = /^[a-z0-9-]{1,80}$/;
/** A host that is named after its address must not tell it to browsers. */
const ADDRESS = /\d{1,3}[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3}/;

/** For a process that owns no data folder: it has no former self. */
export function newIdentity(): ProcessIdentity {
  return { name: randomBytes(4).toString("hex"), holder: newHolder(), formerHolder: null };
}

/**
 * Names this start of the process and remembers it in `DATA_DIR/process.json`.
 *
 * Call it after the folder's journal was opened: only one process can have that, so the former holder is gone for certain
 * and its leases need not be waited for.
 */
export function takeIdentity(dataDir: string): ProcessIdentity {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, FILE);
  const former = readFormer(file);
  const name = former.name ?? randomBytes(4).toString("hex");
  const holder = newHolder();
  writeFileSync(`${file}.draft`, `${JSON.stringify({ name, holder })}\n`, { mode: 0o600 });
  renameSync(`${file}.draft`, file);
  return { name, holder, formerHolder: former.holder ?? null };
}

function newHolder(): string {
  const host = ADDRESS.test(hostname())
    ? "host"
    : hostname()
        .replaceAll(/[^a-zA-Z0-9-]/g, "-")
        .slice(0, 40);
  return `${host.toLowerCase()}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** What cannot be read counts as a first start: then the former leases run out by themselves. */
function readFormer(file: string): { name?: string; holder?: string } {
  try {
    const { name, holder } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return {
      ...(typeof name === "string" && NAME.test(name) ? { name } : {}),
      ...(typeof holder === "string" && NAME.test(holder) ? { holder } : {}),
    };
  } catch {
    return {};
  }
}
