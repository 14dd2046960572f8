import { type BlockList, isIP, type Server, type Socket } from "node:net";
import { CountPerKey } from "../../domain/count-per-key.ts";

export type ConnectionLimits = {
  /** Open connections of one address. */
  readonly perAddress: number;
  /** Addresses that are not counted: a proxy brings the connections of everybody. */
  readonly unlimited: BlockList;
};

/** A proxy on the same machine connects from there, whether or not it is named. */
export const THIS_MACHINE = ["127.0.0.0/8", "::1"];

/**
 * Refuses connections beyond what one address may have open, so that one client cannot take the sockets of all others.
 *
 * @param onRefused told for each one
 */
export function limitConnections(
  server: Server,
  { perAddress, unlimited }: ConnectionLimits,
  onRefused: () => void,
): void {
  const open = new CountPerKey();
  // Before TLS: a handshake costs more than all else.
  server.on("connection", (socket: Socket) => {
    // Gone already.
    if (socket.remoteAddress === undefined) return;
    const key = addressOf(socket.remoteAddress, unlimited);
    if (key === null) return;
    if (open.of(key) >= perAddress) {
      socket.destroy();
      onRefused();
      return;
    }
    open.add(key);
    socket.once("close", () => open.take(key));
  });
}

/** @returns what connections are counted by; null for one of those that are not counted */
export function addressOf(remoteAddress: string, unlimited: BlockList): string | null {
  const family = isIP(remoteAddress) === 6 ? "ipv6" : "ipv4";
  const plain = /^::ffff:([\d.]+)$/i.exec(remoteAddress)?.[1];
  if (plain ? unlimited.check(plain, "ipv4") : unlimited.check(remoteAddress, family)) return null;
  return plain ?? networkOf(remoteAddress);
}

/** Whoever has one IPv6 address has 2^64 of them: the network counts. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const groups = head.split(":").filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill("0"), ...rest].slice(0, 4).join(":");
}
