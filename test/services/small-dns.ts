import { createSocket, type RemoteInfo } from "node:dgram";

export type DnsAnswers = {
  /** IPv4 addresses as text. */
  readonly a: readonly string[];
  /** IPv6 addresses, each as 16 bytes. */
  readonly aaaa: readonly Buffer[];
};

/** A name server on UDP that answers each question anew, with a time to live of 0. */
export type SmallDns = {
  /** Questions for an address of this name so far. */
  asked(name: string): number;
  close(): void;
};

const TYPE_A = 1;
const TYPE_AAAA = 28;

/**
 * Answers questions of one name each (RFC 1035 §4), which is what the system's resolver asks.
 *
 * @param answersOf by the name and how often its IPv4 address was asked for before; null = there is no such name
 */
export async function startSmallDns(
  host: string,
  port: number,
  answersOf: (name: string, askedBefore: number) => DnsAnswers | null,
): Promise<SmallDns> {
  const asked = new Map<string, number>();
  const socket = createSocket("udp4");
  socket.on("message", (question: Buffer, { port: from, address }: RemoteInfo) => {
    const { name, end } = nameAt(question, 12);
    const type = question.readUInt16BE(end);
    const before = asked.get(name) ?? 0;
    const found = answersOf(name, before);
    if (type === TYPE_A) asked.set(name, before + 1);
    const addresses =
      type === TYPE_A
        ? (found?.a ?? []).map((text) => Buffer.from(text.split(".").map(Number)))
        : type === TYPE_AAAA
          ? (found?.aaaa ?? [])
          : [];
    const head = Buffer.alloc(12);
    head.writeUInt16BE(question.readUInt16BE(0), 0);
    // An answer with authority; 3: no such name.
    head.writeUInt16BE(found === null ? 0x8583 : 0x8580, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((bytes) => recordOf(type, bytes));
    socket.send(Buffer.concat([head, question.subarray(12, end + 4), ...records]), from, address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, resolve);
  });
  return { asked: (name) => asked.get(name) ?? 0, close: () => socket.close() };
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 1 };
}

function recordOf(type: number, bytes: Buffer): Buffer {
  const record = Buffer.alloc(12);
  // The name of the question.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([record, bytes]);
}
