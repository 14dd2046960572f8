import { randomFillSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type ActiveFault, isSet, namesOf, numberOf, textOf } from "../../faults/active-fault.ts";
import { CAMERA_FAULT_KINDS, type CameraFaultKind } from "../../faults/camera-fault-kinds.ts";
import { type Random, uniform } from "../../plant/random.ts";
import { keptGzipBomb } from "../../server/gzip-bomb.ts";
import type { ResourceKind } from "../layouts/find-resource.ts";
import { partial } from "./byte-range.ts";
import { type CameraReply, withBody } from "./camera-reply.ts";
import { hugePlaylist, moreOf, nestedPlaylist } from "./hostile-playlists.ts";

/** What the faults of one request act upon. */
export type FaultedRequest = {
  readonly kind: ResourceKind;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly asksForRange: boolean;
  /** The whole body, whatever range was asked for. */
  readonly whole: Buffer;
  readonly random: Random;
};

type Effect = (reply: CameraReply, fault: ActiveFault, request: FaultedRequest) => CameraReply;

const LOGIN_PAGE = Buffer.from(`<!DOCTYPE html><html><head><title>Camera</title></head><body><form action="/login">
<input name="user"><input name="password" type="password"></form></body></html>`);
const HOP = "hop";

/** Whether the fault has to do with a request of this kind. */
export function hitsCamera(fault: ActiveFault, kind: ResourceKind): boolean {
  if (fault.kind === "camera_nested") return kind === "entry";
  if (fault.kind === "camera_frozen") return kind === "entry" || kind === "playlist";
  if (fault.kind === "camera_file") return false;
  const on = fault.args["on"] ?? "all";
  if (on === "all" || on === kind) return true;
  return on === "playlist" && kind === "entry";
}

const EFFECTS: Readonly<Record<CameraFaultKind, Effect>> = {
  camera_slow: (reply, fault, { random }) => {
    const low = numberOf(fault, "minMs");
    return { ...reply, delayMs: low + Math.max(0, numberOf(fault, "maxMs") - low) * uniform(random) };
  },
  camera_drip: (reply, fault) => ({
    ...reply,
    bytesPerS: numberOf(fault, "bytesPerS"),
    dripsHeader: isSet(fault, "header"),
  }),
  camera_stall: (reply, fault) => breakAt(reply, fault, "pause", numberOf(fault, "forMs")),
  camera_silent: (reply) => ({ ...reply, refusal: "silent" }),
  camera_reset: (reply, fault) =>
    textOf(fault, "when") === "request" ? { ...reply, refusal: "reset" } : breakAt(reply, fault, "reset"),
  camera_status: (reply, fault) => withBody(reply, Buffer.from("an error"), "text/plain", numberOf(fault, "status")),
  camera_html: (reply) => withBody(reply, LOGIN_PAGE, "text/html; charset=utf-8"),
  camera_garbage: (reply, fault) => withBody(reply, randomFillSync(Buffer.alloc(Math.round(numberOf(fault, "bytes"))))),
  camera_redirect: redirect,
  camera_truncated: (reply, fault) => {
    if (textOf(fault, "mode") === "cut") return breakAt(reply, fault, "close");
    return withBody(reply, reply.body.subarray(0, byteAt(reply, fault)), reply.type, reply.status);
  },
  camera_wrong_length: (reply, fault) => {
    const length = Math.max(0, reply.body.length + Math.round(numberOf(fault, "byBytes")));
    return { ...reply, length };
  },
  camera_endless: (reply, fault) => ({
    ...reply,
    length: textOf(fault, "framing") === "chunked" ? "chunked" : "close",
    repeat: { block: moreOf(reply.type), times: Number.POSITIVE_INFINITY },
  }),
  camera_gzip: (reply, fault) => {
    const mb = Math.round(numberOf(fault, "mb"));
    const body = mb === 0 ? gzipSync(reply.body) : keptGzipBomb(mb);
    return {
      ...withBody(reply, body, reply.type, reply.status),
      headers: [...reply.headers, "Content-Encoding: gzip"],
    };
  },
  camera_huge_playlist: (reply, fault) => hugePlaylist(reply, numberOf(fault, "mb"), textOf(fault, "shape")),
  camera_nested: (reply) => withBody(reply, nestedPlaylist(0)),
  // acts where the playlist is written
  camera_frozen: (reply) => reply,
  camera_flap: (reply, fault, { random }) =>
    uniform(random) >= numberOf(fault, "share") ? reply : withBody(reply, Buffer.from("try again"), "text/plain", 503),
  camera_headers: (reply, fault) => ({
    ...reply,
    type: textOf(fault, "contentType") || reply.type,
    headers: [...reply.headers, ...namesOf(fault, "lines").map(oneLine)],
  }),
  camera_ignores_range: (reply, fault, { whole, asksForRange }) => {
    if (!asksForRange) return reply;
    if (textOf(fault, "how") === "whole") return withBody({ ...reply, headers: [] }, whole);
    return partial(reply.type, whole, 0, Math.max(0, Math.floor(whole.length / 2) - 1));
  },
  // found by its path before anything else
  camera_file: (reply) => reply,
};

/** The reply under all faults that hit the request, in the order of their start. */
export function underFaults(reply: CameraReply, faults: readonly ActiveFault[], request: FaultedRequest): CameraReply {
  return faults.reduce(
    (changed, fault) => (isCameraFault(fault.kind) ? EFFECTS[fault.kind](changed, fault, request) : changed),
    reply,
  );
}

function isCameraFault(kind: ActiveFault["kind"]): kind is CameraFaultKind {
  return Object.hasOwn(CAMERA_FAULT_KINDS, kind);
}

function byteAt({ body }: CameraReply, fault: ActiveFault): number {
  return Math.floor(body.length * numberOf(fault, "at"));
}

type Break = NonNullable<CameraReply["breakAt"]>;

function breakAt(reply: CameraReply, fault: ActiveFault, how: Break["how"], pauseMs = 0): CameraReply {
  return { ...reply, breakAt: { byte: byteAt(reply, fault), how, pauseMs } };
}

function redirect(reply: CameraReply, fault: ActiveFault, { path, query }: FaultedRequest): CameraReply {
  const done = Number(query.get(HOP) ?? 0);
  const how = textOf(fault, "how");
  if (how === "chain" && done >= numberOf(fault, "hops")) return reply;
  const target = how === "to" ? textOf(fault, "to") : how === "loop" ? path : `${path}?${HOP}=${done + 1}`;
  const answer = withBody(reply, Buffer.alloc(0), "text/plain", Number(textOf(fault, "status")));
  return { ...answer, headers: [...answer.headers, `Location: ${oneLine(target)}`] };
}

/** What is no letter of a header could end it. */
function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "");
}
