import type { AttributeList } from "./attribute-list.ts";
import { readByteRange, readDurationS } from "./playlist-number.ts";
import type { PlaylistPass } from "./playlist-pass.ts";
import type { ByteRange } from "./rewritten-playlist.ts";
import { invalid, type Tags, whole, wholeNumberTag } from "./tag-value.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;

/**
 * Players keep a list by this number (hls.js 1.7.4 copies it with each segment: ten seconds of a browser at 150 million).
 * It only has to be the same in all renditions of a moment, and a player takes a smaller one for a new beginning.
 */
export const DISCONTINUITIES = 1_000;

/** Tags of a media playlist. */
export const MEDIA_TAGS: Tags = {
  // Its title is a comment in all but name.
  EXTINF: ({ run }, value) => {
    const comma = value.indexOf(",");
    const duration = (comma < 0 ? value : value.slice(0, comma)).trim();
    run.announce(readDurationS(duration) ?? invalid("a segment's duration is no number of seconds, or too long"));
    return `${duration},`;
  },
  "EXT-X-TARGETDURATION": (pass, value) => {
    const durationS = readDurationS(value);
    if (durationS === null || durationS === 0) return invalid("the target duration is no number of seconds above 0");
    pass.targetDurationS = durationS;
    return value;
  },
  "EXT-X-MEDIA-SEQUENCE": ({ run }, value) => {
    if (run.segments.length > 0) invalid("the number of the first segment stands after it");
    run.mediaSequence = whole(value);
    return value;
  },
  "EXT-X-DISCONTINUITY-SEQUENCE": (_, value) => String(whole(value) % DISCONTINUITIES),
  "EXT-X-BITRATE": wholeNumberTag,
  "EXT-X-PLAYLIST-TYPE": (pass, value, tag) => (/^(?:EVENT|VOD)$/.test(value) ? value : pass.drop(tag)),
  "EXT-X-ALLOW-CACHE": (pass, value, tag) => (/^(?:YES|NO)$/.test(value) ? value : pass.drop(tag)),
  "EXT-X-PROGRAM-DATE-TIME": (pass, value, tag) => {
    const startMs = DATE_TIME.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(startMs)) return pass.drop(tag);
    pass.run.startAt(startMs);
    return value;
  },
  "EXT-X-DISCONTINUITY": ({ run }) => {
    run.isDiscontinuity = true;
    return "";
  },
  "EXT-X-GAP": ({ run }) => {
    run.isGap = true;
    return "";
  },
  "EXT-X-ENDLIST": (pass) => {
    pass.isEnded = true;
    return "";
  },
  "EXT-X-I-FRAMES-ONLY": (pass) => {
    pass.isIframesOnly = true;
    return "";
  },
  "EXT-X-BYTERANGE": ({ run }, value) => {
    if (readByteRange(value) === null) invalid("a byte range is none");
    run.byteRange = value;
    return value;
  },
  "EXT-X-KEY": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    const method = list.get("METHOD") ?? invalid("a key without a method");
    if (method === "NONE") {
      list.filter((name) => name === "METHOD");
      pass.run.setKey("", null);
    } else {
      const resource = pass.serveRequired(list, "key");
      pass.run.setKey(list.get("KEYFORMAT") ?? "identity", { method, iv: list.get("IV"), resource });
    }
    return list.toString();
  },
  "EXT-X-MAP": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    pass.run.map = pass.serveRequired(list, "init", () => ({ byteRange: mapRange(list) }));
    return list.toString();
  },
  "EXT-X-PART": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    const durationS = readDurationS(list.get("DURATION") ?? "") ?? invalid("a part's duration is none, or too long");
    const range = list.get("BYTERANGE");
    pass.serveRequired(list, "part", (url) => ({
      durationS,
      byteRange: range === null ? null : pass.run.rangeOf("part", range, url),
    }));
    return list.toString();
  },
  "EXT-X-PRELOAD-HINT": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    const kind = { PART: "part", MAP: "init" } as const;
    const type = list.get("TYPE");
    if (type !== "PART" && type !== "MAP") return pass.drop(tag);
    pass.serveRequired(list, kind[type], () => ({ isHint: true, byteRange: hintRange(list) }));
    return list.toString();
  },
  "EXT-X-PREFETCH": (pass, value) => pass.serveHint(value),
  "EXT-X-RENDITION-REPORT": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    pass.serveRequired(list, "playlist");
    return list.toString();
  },
  "EXT-X-DATERANGE": (pass, value, tag) => pass.attributesOf(tag, value).toString() || pass.drop(tag),
  "EXT-X-PART-INF": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    pass.partTargetS = readDurationS(list.get("PART-TARGET") ?? "") || invalid("parts without a target duration");
    return list.toString();
  },
  "EXT-X-SERVER-CONTROL": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    const { forwardsBlocking, knownSegments } = pass.context;
    pass.canBlockReload = list.get("CAN-BLOCK-RELOAD") === "YES";
    // What is offered here, players ask for.
    const isKept = (name: string) =>
      (forwardsBlocking || name !== "CAN-BLOCK-RELOAD") &&
      (knownSegments !== undefined || !name.startsWith("CAN-SKIP"));
    pass.drop(tag, list.filter(isKept));
    return list.toString() || null;
  },
  "EXT-X-SKIP": skip,
};

function skip(pass: PlaylistPass, value: string, tag: string): string {
  const list = pass.attributesOf(tag, value);
  const skipped = whole(list.get("SKIPPED-SEGMENTS") ?? "");
  if (skipped > (pass.context.knownSegments ?? 0)) invalid("more segments are left out than are known");
  if (pass.run.segments.length > 0) invalid("segments are left out after others");
  pass.run.skippedSegments = skipped;
  return list.toString();
}

function mapRange(list: AttributeList): ByteRange | null {
  const text = list.get("BYTERANGE");
  if (text === null) return null;
  const { lengthBytes, offset } = readByteRange(text) ?? invalid("a byte range is none");
  return { lengthBytes, offset: offset ?? 0 };
}

function hintRange(list: AttributeList): ByteRange | null {
  const start = list.get("BYTERANGE-START");
  const length = list.get("BYTERANGE-LENGTH");
  if (start === null && length === null) return null;
  const range = { offset: whole(start ?? "0"), lengthBytes: length === null ? null : whole(length) };
  if (!Number.isSafeInteger(range.offset + (range.lengthBytes ?? 0))) invalid("a byte range is none");
  return range;
}
