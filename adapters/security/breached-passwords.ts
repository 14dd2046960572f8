import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { AppError } from "../../domain/errors.ts";

/** True for a password that stands in the list. */
export type IsBreached = (password: string) => boolean;

/** As Have I Been Pwned gives its list: SHA-1 in hex, perhaps how often it was seen. */
const LINE = /^([\dA-Fa-f]{40})(?::\d+)?\r?$/;
/** Longer than any two lines. */
const CHUNK_BYTES = 160;

/**
 * A list of passwords from breaches, as `haveibeenpwned-downloader` writes it: one SHA-1 a line, ordered. It may have a
 * billion lines: each question reads some forty places of it, nothing of it stays in memory, and no password leaves the
 * machine. A file that is replaced counts with the next question.
 *
 * @param onFault told when the file cannot be read any more; the password then counts as not breached
 */
export function createBreachedPasswords(file: string, onFault: (reason: string) => void): IsBreached {
  return (password) => {
    try {
      return withFile(file, (lines) =>
        [...new Set([password, password.normalize("NFKC")])].some((text) => holds(lines, hashOf(text))),
      );
    } catch (error) {
      onFault(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
}

/**
 * @returns the file's full path
 * @throws {AppError} `config.invalid` for a file that cannot be read, or is no such list
 */
export function checkBreachedPasswords(file: string): string {
  const full = path.resolve(file);
  try {
    withFile(full, (lines) => lines.from(0));
  } catch (cause) {
    throw new AppError(
      "config.invalid",
      `BREACHED_PASSWORDS_FILE: "${file}" must be a list of SHA-1 hashes, a line each, ordered by hash`,
      { cause },
    );
  }
  return full;
}

type Lines = {
  readonly bytes: number;
  /** The hash of the first line that begins at this place or after it; null behind the last one. */
  from(place: number): string | null;
};

function withFile<T>(file: string, work: (lines: Lines) => T): T {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    return work({ bytes: size, from: (place) => hashFrom(descriptor, place) });
  } finally {
    closeSync(descriptor);
  }
}

function hashFrom(descriptor: number, place: number): string | null {
  const start = Math.max(0, place - 1);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const text = chunk.toString("latin1", 0, readSync(descriptor, chunk, 0, CHUNK_BYTES, start));
  // A line begins at 0, or behind a line feed.
  const from = place === 0 ? 0 : text.indexOf("\n") + 1;
  if (place > 0 && from === 0) return null;
  const line = text.slice(from).split("\n", 1)[0] ?? "";
  if (line === "") return null;
  const hash = LINE.exec(line)?.[1];
  if (hash === undefined) throw new Error("the list of breached passwords has a line that is no hash");
  return hash.toUpperCase();
}

/** Finds the lowest place from which no smaller hash comes: there the hash stands, or nowhere. */
function holds(lines: Lines, wanted: string): boolean {
  let low = 0;
  let high = lines.bytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const hash = lines.from(middle);
    if (hash === null || hash >= wanted) high = middle;
    else low = middle + 1;
  }
  return lines.from(low) === wanted;
}

/** Only to look it up: such lists are made of SHA-1. What is stored is argon2id. */
function hashOf(password: string): string {
  return createHash("sha1").update(password).digest("hex").toUpperCase();
}
