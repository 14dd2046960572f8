import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Delivery } from "../../../domain/notification/channel.ts";
import { answer, type Behaviour, FAULTS, RECEIVER_HOST, type Receiver, startReceiver } from "../webhooks/receiver.ts";
import { HTTP_CHANNEL_NAMES, HTTP_CHANNELS, messageOf, never, openHttpChannel, SECRETS } from "./channel-under-test.ts";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
});

const INSIDE_HOST = "127.0.0.3";

/** What a hostile or careless receiver might send back: everything that it was sent. */
const echo: Behaviour = (request, response, body) => {
  const said = `${request.url} ${decodeURIComponent(request.url ?? "")} ${JSON.stringify(request.headers)} ${body}`;
  response.writeHead(400, { "content-type": "application/json" });
  const code = { errcode: 1, code: 1, ok: false, error_code: 400, Code: "isv.WRONG", result: { code: said } };
  response.end(JSON.stringify({ ...code, errmsg: said, msg: said, description: said, Message: said }));
};

/** A byte a tenth of a second, for ever. */
const drip: Behaviour = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 100);
  response.on("close", () => clearInterval(timer));
};

describe.each(HTTP_CHANNEL_NAMES)("%s", (name) => {
  async function deliver(url = receiver.url, signal = never()): Promise<Delivery> {
    const { address } = HTTP_CHANNELS[name]("http://unused");
    const delivery = await openHttpChannel(name, url).deliver(messageOf(), address, signal);
    const shown = JSON.stringify(delivery);
    for (const secret of Object.values(SECRETS)) expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/:\/\/|127\.0\.0/);
    return delivery;
  }
  const wholeAnswerCounts = name !== "webhook";

  test("nobody listens", async () => {
    const gone = await startReceiver();
    await gone.close();
    expect(await deliver(gone.url)).toEqual({
      ok: false,
      reason: "connection",
      retryable: true,
      mayHaveArrived: false,
    });
  });
  test("a receiver that hangs may have it", async () => {
    receiver.behave(FAULTS.hang);
    expect(await deliver()).toEqual({ ok: false, reason: "timeout", retryable: true, mayHaveArrived: true });
    expect(receiver.received).toHaveLength(1);
  });
  test("one that never accepts the connection's bytes has not", async () => {
    // Listens, and the handshake of TLS is never answered.
    const mute = createServer(() => undefined);
    await new Promise<void>((done) => mute.listen(0, RECEIVER_HOST, done));
    const url = `https://${RECEIVER_HOST}:${(mute.address() as AddressInfo).port}`;
    expect(await deliver(url)).toEqual({ ok: false, reason: "timeout", retryable: true, mayHaveArrived: false });
    mute.close();
  });
  test("one that takes it and drops the connection may have it", async () => {
    receiver.behave(FAULTS["drop after accept"]);
    expect(await deliver()).toEqual({ ok: false, reason: "connection", retryable: true, mayHaveArrived: true });
  });
  test("a 5xx after accepting is a refusal, and is tried again", async () => {
    receiver.behave(answer(500));
    expect(await deliver()).toEqual({ ok: false, reason: "status 500", retryable: true, mayHaveArrived: false });
  });
  test("a gateway that heard nothing may have handed it on", async () => {
    receiver.behave(answer(504));
    expect(await deliver()).toEqual({ ok: false, reason: "status 504", retryable: true, mayHaveArrived: true });
  });
  test("503 refuses it, for as long as it says", async () => {
    receiver.behave(answer(503, { "retry-after": "120" }));
    const wanted = { reason: "status 503", retryable: true, mayHaveArrived: false, retryAfterMs: 120_000 };
    expect(await deliver()).toEqual({ ok: false, ...wanted });
  });
  test("429 waits, an hour at most", async () => {
    receiver.behave(answer(429, { "retry-after": "999999" }));
    expect(await deliver()).toMatchObject({ reason: "rate-limit 429", retryable: true, retryAfterMs: 3_600_000 });
  });
  test("404 is for ever", async () => {
    receiver.behave(answer(404));
    expect(await deliver()).toMatchObject({ reason: "status 404", retryable: false, mayHaveArrived: false });
  });
  test.for([301, 302, 307, 308])("%i is not followed", async (status) => {
    receiver.behave(answer(status, { location: `${receiver.url}/elsewhere` }));
    expect(await deliver()).toMatchObject({ ok: false, reason: `redirect ${status}`, retryable: false });
    expect(receiver.received).toHaveLength(1);
  });
  test("an answer that drips is not waited for", async () => {
    receiver.behave(drip);
    const startedMs = performance.now();
    const delivery = await deliver();
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    if (wholeAnswerCounts) expect(delivery).toMatchObject({ reason: "unreadable-answer", mayHaveArrived: true });
    else expect(delivery).toEqual({ ok: true });
  });
  test("of an answer of 300 MB little is read", async () => {
    receiver.behave(FAULTS["300 MB"]);
    const before = receiver.sentBytes();
    const delivery = await deliver();
    expect(receiver.sentBytes() - before).toBeLessThan(20_000_000);
    if (wholeAnswerCounts) expect(delivery).toMatchObject({ reason: "unreadable-answer", mayHaveArrived: true });
    else expect(delivery).toEqual({ ok: true });
  });
  test("200 with something else in it is no delivery where the vendor says more", async () => {
    receiver.behave((_request, response) => response.end("<html>captive portal</html>"));
    const delivery = await deliver();
    if (wholeAnswerCounts)
      expect(delivery).toMatchObject({ reason: "unreadable-answer", retryable: true, mayHaveArrived: true });
    else expect(delivery).toEqual({ ok: true });
  });
  test("what it was sent and gives back is not in the reason", async () => {
    receiver.behave(echo);
    expect(await deliver()).toMatchObject({ ok: false, retryable: false });
    // The fault bites: the secret was on the wire.
    const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = receiver.received;
    const wire = `${path} ${JSON.stringify(headers)} ${body}`;
    const seen = Object.values(SECRETS).filter((secret) => wire.includes(secret));
    expect(name === "webhook" || seen.length > 0).toBe(true);
  });
  test("is broken off when the process stops", async () => {
    receiver.behave(FAULTS.hang);
    const stopping = new AbortController();
    const delivering = deliver(receiver.url, stopping.signal);
    while (receiver.received.length === 0) await new Promise((done) => setTimeout(done, 5));
    stopping.abort();
    expect(await delivering).toEqual({ ok: false, reason: "stopped", retryable: true, mayHaveArrived: true });
    expect(await deliver(receiver.url, AbortSignal.abort())).toMatchObject({
      reason: "stopped",
      mayHaveArrived: false,
    });
  });
  test("does not reach into the own network", async () => {
    const inside = await startReceiver(INSIDE_HOST);
    expect(await deliver(inside.url)).toEqual({
      ok: false,
      reason: "forbidden-address",
      retryable: false,
      mayHaveArrived: false,
    });
    expect(inside.received).toHaveLength(0);
    await inside.close();
  });
});
