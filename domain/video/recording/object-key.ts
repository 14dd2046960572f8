import { SiteId } from "../../sites/site-id.ts";
import type { Container, PieceKind, RecordedPiece } from "./recorded-piece.ts";

/** What a key tells of a piece. */
export type KeyParts = Pick<RecordedPiece, "siteId" | "startMs" | "durationMs" | "kind" | "container">;

/** 2001-09-09 to 2286: times of thirteen digits, so that names sort as their times do. */
const FIRST_MS = 1_000_000_000_000;
const LAST_MS = 9_999_999_999_999;
/** Longer than any segment that is taken: its bytes are capped far below. */
const LONGEST_MS = 600_000;
const NAME = /^(\d{13})-(\d{1,6})(\.key)?\.(ts|mp4)$/;
const KEY = /^([^/]+)\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\/([^/]+)$/;

/** `<startMs>-<durationMs>.ts`, which is also what players ask for. @throws {RangeError} for what no name can be made of */
export function pieceName({ startMs, durationMs, kind, container }: Omit<KeyParts, "siteId">): string {
  if (!Number.isInteger(startMs) || startMs < FIRST_MS || startMs > LAST_MS)
    throw new RangeError(`the start of a recording is ${startMs}, a time between 2001 and 2286 is right`);
  if (!Number.isInteger(durationMs) || durationMs < 1 || durationMs > LONGEST_MS)
    throw new RangeError(`the duration of a recording is ${durationMs}, 1 to ${LONGEST_MS} is right`);
  return `${startMs}-${durationMs}${kind === "key_frame" ? ".key" : ""}.${container}`;
}

/** @returns null for anything that is no such name */
export function parsePieceName(name: string): Omit<KeyParts, "siteId"> | null {
  const [, start, duration, key, container] = NAME.exec(name) ?? [];
  if (start === undefined || duration === undefined) return null;
  const parts = {
    startMs: Number(start),
    durationMs: Number(duration),
    kind: (key === undefined ? "segment" : "key_frame") satisfies PieceKind as PieceKind,
    container: container as Container,
  };
  // Numbers that are written in another way than ours are no names of ours: each piece has one name.
  return isPossible(parts) && pieceName(parts) === name ? parts : null;
}

/**
 * Where a piece lies: `<site>/<yyyy>/<mm>/<dd>/<hh>/<name>` in UTC. Every part is checked, so no key leads anywhere else.
 *
 * @throws {RangeError} when a part is not what it has to be
 */
export function objectKey(parts: KeyParts): string {
  const { siteId } = parts;
  if (!SiteId.safeParse(siteId).success) throw new RangeError("a recording's site is no id of a site");
  const name = pieceName(parts);
  return `${siteId}/${hourPath(parts.startMs)}/${name}`;
}

/** Folder of all pieces of a site that begin within an hour: `<yyyy>/<mm>/<dd>/<hh>`. */
export function hourPath(startMs: number): string {
  const [day = "", time = ""] = new Date(startMs).toISOString().split("T");
  return `${day.replaceAll("-", "/")}/${time.slice(0, 2)}`;
}

/** @returns null for anything that is not exactly where `objectKey` puts a piece */
export function parseObjectKey(key: string): KeyParts | null {
  const [, siteId, , , , , name] = KEY.exec(key) ?? [];
  const parts = parsePieceName(name ?? "");
  if (siteId === undefined || parts === null || !SiteId.safeParse(siteId).success) return null;
  return objectKey({ siteId, ...parts }) === key ? { siteId, ...parts } : null;
}

function isPossible({ startMs, durationMs }: { readonly startMs: number; readonly durationMs: number }): boolean {
  return startMs >= FIRST_MS && startMs <= LAST_MS && durationMs >= 1 && durationMs <= LONGEST_MS;
}
