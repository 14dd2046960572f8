import type { ActiveFault } from "../../faults/active-fault.ts";
import { numberOf, textOf } from "../../faults/active-fault.ts";
import type { SimulatedSite } from "../../fleet/simulated-site.ts";
import type { Connection } from "../../server/connection.ts";
import { type FleetRuntime, usualDelay } from "../../server/fleet-runtime.ts";
import type { RequestHead } from "../../server/parse-request.ts";
import { findResource, kindOfPath, type Resource, type ResourceKind } from "../layouts/find-resource.ts";
import { inRange } from "./byte-range.ts";
import { hitsCamera, underFaults } from "./camera-faults.ts";
import { type CameraReply, goodReply } from "./camera-reply.ts";
import { deliver } from "./deliver.ts";
import { nestedNumber, nestedPlaylist } from "./hostile-playlists.ts";

/** Serves one request to a site's camera: after the site's latency, under its faults, seen by the witness. */
export function answerCamera(runtime: FleetRuntime, connection: Connection, request: RequestHead, head: string): void {
  const { site, socket } = connection;
  const { witness } = runtime.cameras;
  const kind = kindOfPath(request.path);
  const faults = site.effects.camera.filter((fault) => hitsCamera(fault, kind));
  noteConnection(runtime, connection);
  const record = witness.begin({
    siteId: site.spec.id,
    kind,
    path: request.path,
    query: request.query.toString(),
    head,
    connection: connection.id,
    at: Date.now(),
    faults: faults.map(({ kind: name }) => name),
  });
  const timers = new Set<NodeJS.Timeout>();
  let isOpen = true;
  const end = (): boolean => {
    if (!isOpen) return false;
    isOpen = false;
    for (const timer of timers) clearTimeout(timer);
    connection.exchange = null;
    witness.end(record);
    return true;
  };
  const later = (ms: number, action: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (isOpen) action();
    }, ms);
    timers.add(timer);
  };
  connection.exchange = { abandon: end };

  const send = (reply: CameraReply): void => {
    if (reply.refusal === null) record.status = reply.status;
    deliver(reply, {
      socket,
      keepAlive: request.keepAlive,
      later,
      sent(bytes) {
        record.bytes += bytes;
      },
      ended(close) {
        record.whole = true;
        if (!end()) return;
        if (close) socket.end();
        else if (!socket.destroyed) connection.takeNext();
      },
    });
  };
  const answer = (): void => {
    const found = resourceFor(runtime, connection, request);
    if ("untilMs" in found) {
      later(found.untilMs - Date.now() + 1, answer);
      return;
    }
    const reply = replyTo(runtime, site, request, head, found, faults);
    if (reply.delayMs < 1) send(reply);
    else later(reply.delayMs, () => send(reply));
  };
  const delayMs = usualDelay(runtime, site.spec.latencyMs);
  if (delayMs < 1) answer();
  else later(delayMs, answer);
}

/** The first request to the camera makes a connection one of the camera's. */
function noteConnection({ cameras: { witness } }: FleetRuntime, connection: Connection): void {
  if (connection.isCameras) return;
  connection.isCameras = true;
  const { id } = connection.site.spec;
  witness.connected(id);
  connection.socket.once("close", () => witness.disconnected(id));
}

function resourceFor({ cameras }: FleetRuntime, { site, socket }: Connection, { path, query }: RequestHead) {
  const file = site.effects.cameraFiles.findLast((fault) => textOf(fault, "path") === path);
  if (file !== undefined) return fileResource(file, kindOfPath(path));
  const nested = nestedNumber(path);
  if (nested !== null && site.effects.camera.some(({ kind }) => kind === "camera_nested"))
    return nestedResource(nested);
  return findResource({
    siteId: site.spec.id,
    path,
    query,
    origin: `http://${socket.localAddress}:${socket.localPort}`,
    layout: cameras.layoutOf(site),
    content: cameras.content,
    nowMs: Date.now(),
    frozenMs: site.effects.camera.find(({ kind }) => kind === "camera_frozen")?.sinceRealMs ?? null,
  });
}

function fileResource(file: ActiveFault, kind: ResourceKind): Resource {
  const base64 = textOf(file, "base64");
  const body = base64 === "" ? Buffer.from(textOf(file, "text")) : Buffer.from(base64, "base64");
  return { kind, status: Math.round(numberOf(file, "status")), type: textOf(file, "contentType"), body };
}

function nestedResource(number: number): Resource {
  const body = nestedPlaylist(number);
  return { kind: "playlist", status: 200, type: "application/vnd.apple.mpegurl", body };
}

function replyTo(
  runtime: FleetRuntime,
  site: SimulatedSite,
  request: RequestHead,
  head: string,
  { kind, status, type, body }: Resource,
  faults: readonly ActiveFault[],
): CameraReply {
  const lost = networkLoss(site);
  const good = status === 200 ? inRange(head, type, body) : goodReply(status, type, body);
  if (lost !== null) return { ...good, refusal: lost };
  const { path, query } = request;
  const { random } = runtime;
  return underFaults(good, faults, { kind, path, query, asksForRange: good.status === 206, whole: body, random });
}

/** What the way to the site does to the controller, it does to the camera. */
function networkLoss({ effects }: SimulatedSite): CameraReply["refusal"] {
  switch (effects.transport?.kind) {
    case "segment_loss":
    case "all_silent":
    case "connect_hang":
      return "silent";
    case "refused":
      return "reset";
    default:
      return null;
  }
}
