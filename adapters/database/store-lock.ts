import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { AppError } from "../../domain/errors.ts";

/**
 * Who holds the embedded database. Process ids come again, in a container at every start, so that only the four facts
 * together name a process.
 */
export type LockOwner = {
  readonly pid: number;
  /** Start of the process in kernel ticks since boot; null where `/proc` is missing. */
  readonly processStart: string | null;
  readonly host: string;
  readonly bootId: string | null;
};

/**
 * Takes the folder of the embedded database, which itself lets two processes in and then loses what one of them wrote.
 * A lock left by a process that is provably gone is taken over.
 *
 * @returns release
 * @throws {AppError} `storage.locked`, naming the file and its owner
 */
export function takeStoreLock(file: string): () => void {
  const me = thisProcess();
  const draft = `${file}.${me.pid}`;
  writeFileSync(draft, JSON.stringify(me), { mode: 0o600 });
  try {
    if (!tryCreate(draft, file)) {
      const owner = readOwner(file);
      if (owner !== "gone" && !isProvablyGone(owner, me)) throw locked(file, owner);
      if (owner !== "gone") removeStale(file, owner);
      if (!tryCreate(draft, file)) throw locked(file, readOwner(file));
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (isSame(readOwner(file), me)) rmSync(file, { force: true });
  };
}

/** The owner of another host can never be proved gone: its process table is out of sight. */
export function isProvablyGone(owner: LockOwner | null, me: LockOwner): boolean {
  if (owner === null || owner.host !== me.host) return false;
  if (owner.bootId !== me.bootId) return true;
  const start = processStartOf(owner.pid);
  return start === "gone" || (start !== null && owner.processStart !== null && start !== owner.processStart);
}

export function thisProcess(): LockOwner {
  const start = processStartOf(process.pid);
  return {
    pid: process.pid,
    processStart: start === "gone" ? null : start,
    host: hostname(),
    bootId: readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null,
  };
}

/** A hard link appears whole and only once, whoever else tries at the same moment. */
function tryCreate(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Moves the stale lock aside; if another process was faster, what was moved is its lock, and is put back. */
function removeStale(file: string, owner: LockOwner | null): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readOwner(aside);
  if (moved !== "gone" && !isSame(moved, owner)) tryCreate(aside, file);
  rmSync(aside, { force: true });
}

/** @returns null when the file says nothing that can be understood */
function readOwner(file: string): LockOwner | null | "gone" {
  const text = readText(file);
  if (text === null) return "gone";
  try {
    const { pid, processStart, host, bootId } = JSON.parse(text) as Partial<LockOwner>;
    if (typeof pid !== "number" || typeof host !== "string") return null;
    return { pid, host, processStart: processStart ?? null, bootId: bootId ?? null };
  } catch {
    return null;
  }
}

function isSame(one: LockOwner | null | "gone", other: LockOwner | null): boolean {
  if (one === null || one === "gone" || other === null) return one === other;
  const { pid, processStart, host, bootId } = other;
  return one.pid === pid && one.processStart === processStart && one.host === host && one.bootId === bootId;
}

/** @returns "gone" when there is no such process, null when there is one whose start cannot be read */
function processStartOf(pid: number): string | null {
  const status = readText(`/proc/${pid}/stat`);
  // Fields are counted behind the program's name, which may itself hold blanks and brackets.
  if (status !== null) return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  try {
    process.kill(pid, 0);
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM" ? null : "gone";
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function locked(file: string, owner: LockOwner | null | "gone"): AppError {
  const who = owner === null || owner === "gone" ? "another process" : `process ${owner.pid} on ${owner.host}`;
  const text = `the embedded database is in use by ${who}; if that process is gone for certain, delete ${file}`;
  return new AppError("storage.locked", text);
}
