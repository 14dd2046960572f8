import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import tls from "node:tls";
import type { SMTPServerOptions } from "smtp-server";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { CHANNELS } from "../../../adapters/channels/index.ts";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createAddressGuard, createResolveHost } from "../../../adapters/webhooks/address-guard.ts";
import { naughtyStrings } from "../../services/naughty-strings.ts";
import { RECEIVER_HOST, startReceiver } from "../webhooks/receiver.ts";
import { LIMIT_MS, messageOf, never, PARTS } from "./channel-under-test.ts";
import { type Certificate, type MailServerUnderTest, makeCertificate, startMailServer } from "./mail-server.ts";

const PASSWORD = "mail-password-4711";
const NAME = "mail.example.com";
const trusted: Certificate = makeCertificate(NAME);
let plain: MailServerUnderTest;
let secured: MailServerUnderTest;
let wrapped: MailServerUnderTest;

/** Names lead to the server of the test; the addresses are judged as ever. */
const guard = createAddressGuard({
  allow: blockListOf([RECEIVER_HOST]),
  forbidden: () => new Set(),
  resolve: async () => [RECEIVER_HOST],
});
const PARTS_BY_NAME = { ...PARTS, resolve: createResolveHost(guard) };

const account: SMTPServerOptions = {
  onAuth: (auth, _session, done) =>
    auth.username === "alarms" && auth.password === PASSWORD
      ? done(null, { user: "alarms" })
      : done(new Error(`no ${auth.password}`)),
};

beforeAll(async () => {
  plain = await startMailServer({ authOptional: true, disabledCommands: ["STARTTLS", "AUTH"] });
  secured = await startMailServer({ ...trusted, ...account });
  wrapped = await startMailServer({ ...trusted, ...account, secure: true });
});
afterAll(() => Promise.all([plain.close(), secured.close(), wrapped.close()]));
afterEach(() => {
  for (const server of [plain, secured, wrapped]) {
    server.letters.length = 0;
    server.onLetter = null;
  }
  vi.restoreAllMocks();
});

const PLAIN = () => ({ host: RECEIVER_HOST, port: plain.port, security: "none", from: "alarms@example.com" });
const SECURED = () => ({
  host: NAME,
  port: secured.port,
  user: "alarms",
  password: PASSWORD,
  from: "alarms@example.com",
});
/** As patient as it takes on a busy machine: only where a server hangs the limit has to be reached. */
const open = (settings: object, timeLimitMs = 15_000) =>
  CHANNELS.email.create(settings, { ...PARTS_BY_NAME, timeLimitMs });
const TO = "ann@example.com";

/** This process trusts the authority of the test, as `NODE_EXTRA_CA_CERTS` would make it. */
function trustTheTest(): void {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), trusted.cert.toString()]);
}

describe("a mail", () => {
  test("is text, the same as HTML, and the trend inside of it", async () => {
    const trendPng = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const delivery = await open(PLAIN()).deliver(messageOf({ trendPng }), TO, never());
    expect(delivery).toMatchObject({ ok: true, providerId: expect.stringContaining("250") });
    const [{ mail, from, to } = { mail: null, from: "", to: [] }] = plain.letters;
    expect([from, to]).toEqual(["alarms@example.com", [TO]]);
    expect(mail).toMatchObject({
      subject: "紧急 上海一号 供液温度过高",
      from: { address: "alarms@example.com", name: "AntBox Flow" },
    });
    expect(mail?.text).toContain("供液温度 41.2 °C，限值 40.0 °C\n自 14:05 起");
    expect(mail?.html).toContain('href="https://flow.example.com/alarms/7?tab=trend&amp;x=1"');
    expect(mail?.html).toContain("cid:trend@antbox-flow");
    expect(mail?.attachments[0]).toMatchObject({
      mimeType: "image/png",
      disposition: "inline",
      contentId: "<trend@antbox-flow>",
    });
    const headers = Object.fromEntries((mail?.headers ?? []).map(({ key, value }) => [key, value]));
    expect(headers).toMatchObject({
      "auto-submitted": "auto-generated",
      importance: "high",
      "content-language": "zh-CN",
    });
  });
  test("has the same Message-ID with every try, another with every key", async () => {
    const channel = open(PLAIN());
    for (const key of ["1", "1", "2"]) await channel.deliver(messageOf({ key }), TO, never());
    const [one, again, other] = plain.letters.map(({ mail }) => mail.messageId);
    expect(one).toMatch(/^<antbox\.[0-9a-f]{40}@example\.com>$/);
    expect([again === one, other === one]).toEqual([true, false]);
  });
  test("no title and no address adds a header or a recipient", async () => {
    const evil = "x\r\nBcc: eve@example.com\r\n\r\nbody\u2028\nSubject: y";
    await open(PLAIN()).deliver(messageOf({ title: evil, text: evil, key: evil }), TO, never());
    const [{ mail, to } = { mail: null, to: [] }] = plain.letters;
    expect(to).toEqual([TO]);
    expect(mail?.bcc ?? []).toEqual([]);
    expect(mail?.subject).toBe("x Bcc: eve@example.com body Subject: y");
    // Past the schema: the library refuses it as well.
    for (const address of ["a@example.com\r\nRCPT TO:<eve@example.com>", "a@example.com>, <eve@example.com"]) {
      const delivery = await open(PLAIN()).deliver(messageOf(), address, never());
      const reached = plain.letters.flatMap((letter) => letter.to);
      expect([delivery.ok, reached.includes("eve@example.com")]).toEqual([false, false]);
    }
  });
  test("every naughty string comes out whole, as the text that it is", async () => {
    const text = naughtyStrings().join("\n");
    await open(PLAIN()).deliver(messageOf({ text }), TO, never());
    const [{ mail } = { mail: null }] = plain.letters;
    const wanted = text
      .toWellFormed()
      .replace(/\r\n?/g, "\n")
      .replace(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
    expect(mail?.text?.replace(/\r\n/g, "\n")).toContain(wanted);
    expect(mail?.html).not.toMatch(/<(?:script|img|svg|iframe|style|form|object|math)\b/i);
  });
});

describe("TLS", () => {
  test("STARTTLS with a certificate that is trusted, and a password", async () => {
    trustTheTest();
    expect(await open(SECURED()).deliver(messageOf(), TO, never())).toMatchObject({ ok: true });
    expect(secured.letters).toHaveLength(1);
    expect(
      await open({ ...SECURED(), security: "tls", port: wrapped.port }).deliver(messageOf(), TO, never()),
    ).toMatchObject({ ok: true });
    expect(wrapped.letters).toHaveLength(1);
  });
  test("a certificate for another name ends it before the password", async () => {
    trustTheTest();
    let asked = 0;
    const server = await startMailServer({
      ...makeCertificate("other.example.com"),
      onAuth: (_auth, _session, done) => {
        asked += 1;
        done(null, { user: "x" });
      },
    });
    for (const security of ["starttls", "tls"] as const) {
      const delivery = await open({ ...SECURED(), port: server.port, security }).deliver(messageOf(), TO, never());
      expect(delivery).toMatchObject({ ok: false, retryable: true, mayHaveArrived: false });
    }
    expect([asked, server.letters.length]).toEqual([0, 0]);
    await server.close();
  });
  test("a server without STARTTLS gets nothing", async () => {
    const settings = { ...PLAIN(), security: "starttls" };
    expect(await open(settings).deliver(messageOf(), TO, never())).toMatchObject({
      reason: "tls",
      mayHaveArrived: false,
    });
    expect(plain.letters).toHaveLength(0);
  });
  test("a wrong password is for ever, and not in the reason", async () => {
    trustTheTest();
    const delivery = await open({ ...SECURED(), password: "wrong-password-77" }).deliver(messageOf(), TO, never());
    expect(delivery).toMatchObject({ ok: false, reason: expect.stringMatching(/^sign-in 535/), retryable: false });
    expect(JSON.stringify(delivery)).not.toContain("wrong-password-77");
  });
  test("a password never goes with plain text", () => {
    expect(() => open({ ...SECURED(), security: "none" })).toThrow(/plain text/);
  });
});

describe("faults", () => {
  const deliver = (settings: object = PLAIN(), signal = never(), timeLimitMs?: number) =>
    open(settings, timeLimitMs).deliver(messageOf(), TO, signal);
  const reply = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

  test("nobody listens", async () => {
    const gone = await startReceiver();
    await gone.close();
    const settings = { ...PLAIN(), port: Number(new URL(gone.url).port) };
    expect(await deliver(settings)).toEqual({
      ok: false,
      reason: "connection",
      retryable: true,
      mayHaveArrived: false,
    });
  });
  test("a server that never greets", async () => {
    const mute: Server = createServer(() => undefined);
    await new Promise<void>((done) => mute.listen(0, RECEIVER_HOST, done));
    const startedMs = performance.now();
    const delivery = await deliver({ ...PLAIN(), port: (mute.address() as AddressInfo).port }, never(), LIMIT_MS);
    expect(delivery).toEqual({ ok: false, reason: "timeout", retryable: true, mayHaveArrived: false });
    expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS * 10);
    mute.close();
  });
  test("a server that is not one", async () => {
    const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((done) => other.listen(0, RECEIVER_HOST, done));
    const delivery = await deliver({ ...PLAIN(), port: (other.address() as AddressInfo).port });
    expect(delivery).toMatchObject({ ok: false, retryable: true, mayHaveArrived: false });
    other.close();
  });
  test.for(["hang", "drop"] as const)("takes the mail, then %s: it may have arrived", async (fate) => {
    plain.onLetter = () => fate;
    const reason = fate === "hang" ? "timeout" : "connection";
    const timeLimitMs = fate === "hang" ? LIMIT_MS : undefined;
    expect(await deliver(PLAIN(), never(), timeLimitMs)).toEqual({
      ok: false,
      reason,
      retryable: true,
      mayHaveArrived: true,
    });
    expect(plain.letters).toHaveLength(1);
  });
  test("a reply that begins with 4 passes, one with 5 lasts", async () => {
    plain.onLetter = () => reply(451, "4.7.1 greylisted, see https://mail.example.com/why?token=1");
    expect(await deliver()).toEqual({
      ok: false,
      reason: "refused 451 4.7.1 greylisted, see …",
      retryable: true,
      mayHaveArrived: false,
    });
    plain.onLetter = () => reply(552, "mailbox full");
    expect(await deliver()).toMatchObject({
      reason: "refused 552 mailbox full",
      retryable: false,
      mayHaveArrived: false,
    });
  });
  test("a recipient that is refused is for ever", async () => {
    const server = await startMailServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      onRcptTo: (_address, _session, done) => done(reply(550, "no such user")),
    });
    expect(await deliver({ ...PLAIN(), port: server.port })).toMatchObject({
      reason: "refused 550 no such user",
      retryable: false,
    });
    await server.close();
  });
  test("is broken off when the process stops", async () => {
    plain.onLetter = () => "hang";
    const stopping = new AbortController();
    const delivering = deliver(PLAIN(), stopping.signal);
    await vi.waitFor(() => expect(plain.letters).toHaveLength(1));
    stopping.abort();
    expect(await delivering).toEqual({ ok: false, reason: "stopped", retryable: true, mayHaveArrived: true });
  });
  test("goes to no address that is not open, and in plain text only where it was allowed", async () => {
    const strict = createResolveHost(
      createAddressGuard({ allow: blockListOf([]), forbidden: () => new Set(), resolve: async () => ["8.8.8.8"] }),
    );
    const closed = CHANNELS.email.create(PLAIN(), { ...PARTS, resolve: strict });
    expect(await closed.deliver(messageOf(), TO, never())).toMatchObject({
      reason: "forbidden-address",
      retryable: false,
    });
    expect([await strict(NAME, false), await strict(NAME, true)]).toEqual([
      "forbidden-address",
      { address: "8.8.8.8", family: 4 },
    ]);
    const unknown = createResolveHost(
      createAddressGuard({ allow: blockListOf([]), forbidden: () => new Set(), resolve: async () => [] }),
    );
    const lost = CHANNELS.email.create(PLAIN(), { ...PARTS, resolve: unknown });
    expect(await lost.deliver(messageOf(), TO, never())).toMatchObject({
      reason: expect.stringMatching(/dns|forbidden/),
    });
  });
});
