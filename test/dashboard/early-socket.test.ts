// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLiveConnection, type LiveConnection } from "../../dashboard/live/connection.ts";
import { offerEarlySocket, takeEarlySocket } from "../../dashboard/live/early-socket.ts";
import { OVERVIEW_SUBSCRIPTION } from "../../domain/live/first-requests.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import { FakeSocket, framesOf } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const frames = framesOf(createFakeFleet(3, 60, START));
const nowMs = (): number => Date.now();

class EarlySocket extends FakeSocket {
  readyState = 0;
  override accept(): void {
    this.readyState = 1;
    super.accept();
  }
}

let connection: LiveConnection | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  FakeSocket.opened.length = 0;
});
afterEach(() => {
  connection?.close();
  takeEarlySocket(nowMs);
  vi.useRealTimers();
});

function offer(subscription: string | null = OVERVIEW_SUBSCRIPTION): EarlySocket {
  const socket = new EarlySocket();
  offerEarlySocket(socket, subscription, nowMs);
  return socket;
}
function connect(): LiveConnection {
  connection = createLiveConnection({
    openSocket: () => takeEarlySocket(nowMs) ?? new FakeSocket(),
    monotonicMs: nowMs,
    random: () => 1,
  });
  return connection;
}
const settle = () => vi.advanceTimersByTimeAsync(0);
const asked = { type: "subscribe", view: "overview" };

describe("a live stream that was opened before there was a widget", () => {
  test("hands over the frames that it has, without asking again", async () => {
    const socket = offer();
    socket.accept();
    socket.receive(frames.full(4, START));
    const live = connect();
    live.show({ view: "overview" });
    await settle();
    expect(live.table().rows.size).toBe(3);
    expect(live.status()).toBe("live");
    expect(socket.sent).toEqual([asked]);
    expect(FakeSocket.opened).toEqual([socket]);
  });

  test("tells the server's time as it is now, not as it was when the frame came", async () => {
    const socket = offer();
    socket.accept();
    socket.receive(frames.full(4, START + 60_000));
    vi.advanceTimersByTime(1500);
    const live = connect();
    live.show({ view: "overview" });
    await settle();
    expect(live.serverNowMs()).toBe(START + 61_500);
  });

  test("gives what comes between the hand-over and the first question too, and what comes later", async () => {
    const socket = offer();
    socket.accept();
    socket.receive(frames.full(4, START));
    const live = connect();
    await settle();
    socket.receive(frames.delta(5, START, ["site-001"]));
    socket.receive(frames.heartbeat(5, START));
    expect(live.status()).toBe("live");
    live.show({ view: "overview" });
    await settle();
    socket.receive(frames.delta(6, START, ["site-002"]));
    expect([live.table().seq, socket.sent.length]).toEqual([6, 1]);
  });

  test("asks once when it opens only after the hand-over", async () => {
    const socket = offer();
    const live = connect();
    live.show({ view: "overview" });
    socket.accept();
    await settle();
    expect(socket.sent).toEqual([asked]);
    socket.receive(frames.full(4, START));
    expect(live.table().rows.size).toBe(3);
  });

  test("asks for another view, and forgets the rows of the first", async () => {
    const socket = offer();
    socket.accept();
    socket.receive(frames.full(4, START));
    const live = connect();
    live.show({ view: "site", sites: ["site-002"] });
    await settle();
    expect(socket.sent.at(-1)).toEqual({ type: "subscribe", view: "site", sites: ["site-002"] });
    expect(live.table().rows.size).toBe(0);
  });

  test("asks again when it waited so long that it kept nothing", async () => {
    const socket = offer();
    socket.accept();
    socket.receive(frames.full(4, START));
    for (let seq = 5; seq < 100; seq++) socket.receive(frames.delta(seq, START, ["site-001"]));
    connect().show({ view: "overview" });
    await settle();
    expect(socket.sent).toEqual([asked, asked]);
  });

  test("is taken once, and not when it is closed already", () => {
    const closed = offer();
    closed.readyState = 3;
    expect(takeEarlySocket(nowMs)).toBeNull();
    offer();
    expect(takeEarlySocket(nowMs)).not.toBeNull();
    expect(takeEarlySocket(nowMs)).toBeNull();
  });

  test("is replaced when it is lost", async () => {
    const socket = offer();
    socket.accept();
    const live = connect();
    live.show({ view: "overview" });
    await settle();
    socket.lose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.opened.length).toBeGreaterThan(1);
    FakeSocket.newest().accept();
    expect(FakeSocket.newest().sent).toEqual([asked]);
  });
});
