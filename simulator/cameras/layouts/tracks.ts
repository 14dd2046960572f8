import { createCipheriv, createHash } from "node:crypto";
import type { CameraContent } from "../content/camera-content.ts";
import type { BaseContent, Loop } from "../content/load-loop.ts";
import { OWN_RENDITION, type RenditionName } from "../content/renditions.ts";

/** One media playlist and what it names: `<track>/index.m3u8`, `<track>/<segment>.ts`. */
export type Track = {
  /** Null: not to be had from what is there now. */
  readonly loop: (content: CameraContent, siteId: string) => Loop | null;
  readonly extension: "ts" | "m4s";
  /** `segments`: a URI each. `ranges`: byte ranges of one file per round of the loop. `parts`: low latency. */
  readonly delivery: "segments" | "ranges" | "parts";
  readonly isEncrypted: boolean;
};

const KEY = createHash("sha256").update("cameras of the simulator").digest().subarray(0, 16);
const IV = Buffer.alloc(16, 7);
export const ENCRYPTION = { key: KEY, ivHex: IV.toString("hex") };

/** A camera that has no larger picture shows its small one. */
function videoOf(base: BaseContent, name: RenditionName): Loop | null {
  return base.video[name] ?? base.video[OWN_RENDITION.name] ?? null;
}

const plain = { extension: "ts", delivery: "segments", isEncrypted: false } as const;

export const TRACKS = {
  "240p": { ...plain, loop: (content, siteId) => content.own(siteId) ?? videoOf(content.base(), "240p") },
  "360p": { ...plain, loop: (content) => videoOf(content.base(), "360p") },
  "720p": { ...plain, loop: (content) => videoOf(content.base(), "720p") },
  sound: { ...plain, loop: (content) => content.base().sound },
  fmp4: { ...plain, extension: "m4s", loop: (content) => content.base().fmp4 },
  file: { ...plain, delivery: "ranges", loop: (content) => videoOf(content.base(), "240p") },
  aes: { ...plain, isEncrypted: true, loop: (content) => encrypted(videoOf(content.base(), "240p")) },
  "ll-240p": { ...plain, extension: "m4s", delivery: "parts", loop: (content) => content.base().parts["240p"] ?? null },
  "ll-360p": { ...plain, extension: "m4s", delivery: "parts", loop: (content) => content.base().parts["360p"] ?? null },
} as const satisfies Record<string, Track>;
export type TrackName = keyof typeof TRACKS;

export function isTrackName(text: string): text is TrackName {
  return Object.hasOwn(TRACKS, text);
}

const encryptedLoops = new WeakMap<Loop, Loop>();

/** The same loop under AES-128, made once. */
function encrypted(loop: Loop | null): Loop | null {
  if (loop === null) return null;
  const known = encryptedLoops.get(loop);
  if (known !== undefined) return known;
  const segments = loop.segments.map((segment) => {
    const cipher = createCipheriv("aes-128-cbc", KEY, IV);
    return { ...segment, bytes: Buffer.concat([cipher.update(segment.bytes), cipher.final()]) };
  });
  const made = { ...loop, segments };
  encryptedLoops.set(loop, made);
  return made;
}

const files = new WeakMap<Loop, Buffer>();

/** All segments in one file, made once. */
export function fileOf(loop: Loop): Buffer {
  const known = files.get(loop);
  if (known !== undefined) return known;
  const file = Buffer.concat(loop.segments.map(({ bytes }) => bytes));
  files.set(loop, file);
  return file;
}
