import type { LiveSocket } from "../../dashboard/live/connection.ts";
import {
  encodeDeltaBody,
  encodeFullBody,
  type FrameLayout,
  stampDelta,
  stampFull,
} from "../../domain/live/encode-frame.ts";
import { OVERVIEW_POINTS, type Subscribe } from "../../domain/live/live-frame.ts";
import { POINT_NAMES } from "../../domain/points/catalogue.ts";
import type { FakeFleet } from "../e2e/harness/fake-fleet.ts";

/** A socket whose other end is the test. */
export class FakeSocket implements LiveSocket {
  static readonly opened: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Subscribe[] = [];
  isClosed = false;

  constructor() {
    FakeSocket.opened.push(this);
  }
  static newest(): FakeSocket {
    const socket = FakeSocket.opened.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Subscribe);
  }
  close(): void {
    this.isClosed = true;
  }
  accept(): void {
    this.onopen?.();
  }
  receive(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
  lose(): void {
    this.onclose?.();
  }
}

/** Frames as the server makes them, from a made-up fleet. */
export function framesOf(
  fleet: FakeFleet,
  view: "overview" | "site" = "overview",
  sites: readonly string[] = fleet.ids,
) {
  const layout: FrameLayout = {
    epoch: "e1",
    view,
    sites: [...sites],
    points: view === "overview" ? OVERVIEW_POINTS : POINT_NAMES,
  };
  return {
    full: (seq: number, atMs: number): string =>
      stampFull(
        encodeFullBody(
          layout,
          seq,
          sites.map((id) => fleet.snapshot(id)),
        ),
        new Date(atMs).toISOString(),
      ),
    delta: (seq: number, atMs: number, ids: readonly string[]): string =>
      stampDelta(
        encodeDeltaBody(
          layout,
          seq,
          ids.map((id) => sites.indexOf(id)),
          ids.flatMap((id) => fleet.snapshot(id) ?? []),
        ),
        new Date(atMs).toISOString(),
      ),
    heartbeat: (seq: number, atMs: number) => ({
      type: "heartbeat",
      epoch: "e1",
      seq,
      at: new Date(atMs).toISOString(),
    }),
  };
}

/** Answers of the API by path, query left out. What is not named is 404. */
export function answersFor(routes: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const answer = (path: string | URL | Request): Promise<Response> => {
    const name = String(path).split("?")[0] ?? "";
    asked.push(String(path));
    const body = routes[name];
    if (body === undefined) return Promise.resolve(new Response("{}", { status: 404 }));
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }));
  };
  return { asked, fetch: answer as typeof fetch };
}
