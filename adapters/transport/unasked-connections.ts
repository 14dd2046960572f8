import type { Server, Socket } from "node:net";
import { CountPerKey } from "../../domain/count-per-key.ts";
import { addressOf, type ConnectionLimits } from "./connection-limit.ts";

/** How many connections may be open that have not asked for anything yet. */
export type UnaskedLimits = ConnectionLimits & {
  readonly inAll: number;
  /** Those that have been open for longer go first, ms. */
  readonly graceMs: number;
};

/** 50 kB each while TLS shakes hands [M]: 50 MB in all. For people 33 browsers of one address that come in one moment. */
export const UNASKED_LIMITS = { perAddress: 200, inAll: 1_000, graceMs: 2_000 } as const;

type Peer = Pick<Socket, "remoteAddress" | "remotePort">;
type Unasked = {
  readonly peer: string;
  readonly address: string | null;
  readonly socket: Socket;
  readonly sinceMs: number;
};

export type UnaskedConnections = {
  /** This peer has asked for something: its request is whole, whenever it may be answered. */
  asked(peer: Peer): void;
};

/**
 * Keeps connections that have not asked for anything few, of one address and in all: limits of time alone let an attacker
 * keep as many as he can open in that time. For one too many the oldest is cut, or, when that has only just come, the new
 * one: of a crowd that comes back at once those go on who are furthest.
 *
 * @param server has the connections; whoever speaks on them says who has asked
 * @param onCut told for each one
 */
export function limitUnasked(server: Server, limits: UnaskedLimits, onCut: () => void): UnaskedConnections {
  /** By peer, the oldest first. */
  const open = new Map<string, Unasked>();
  const openOf = new CountPerKey();

  function forget({ peer, address }: Unasked): void {
    open.delete(peer);
    if (address !== null) openOf.take(address);
  }

  const isFull = (address: string | null) =>
    address === null ? open.size >= limits.inAll : openOf.of(address) >= limits.perAddress;

  function oldestOf(address: string | null): Unasked | null {
    for (const one of open.values()) if (address === null || one.address === address) return one;
    return null;
  }

  /** @param address null: of all @returns false when there is none, and none can be made */
  function makeRoom(address: string | null, now: number): boolean {
    if (!isFull(address)) return true;
    const oldest = oldestOf(address);
    if (oldest === null) return true;
    if (now - oldest.sinceMs < limits.graceMs) return false;
    forget(oldest);
    cut(oldest.socket);
    return true;
  }

  function cut(socket: Socket): void {
    socket.destroy();
    onCut();
  }

  server.on("connection", (socket: Socket) => {
    // Gone already, or refused.
    if (socket.destroyed || socket.remoteAddress === undefined) return;
    const peer = nameOf(socket);
    const address = addressOf(socket.remoteAddress, limits.unlimited);
    const now = performance.now();
    if (!((address === null || makeRoom(address, now)) && makeRoom(null, now))) {
      cut(socket);
      return;
    }
    const own: Unasked = { peer, address, socket, sinceMs: now };
    open.set(peer, own);
    if (address !== null) openOf.add(address);
    socket.once("close", () => {
      if (open.get(peer) === own) forget(own);
    });
  });
  return {
    asked(peer) {
      // Each request comes here, and mostly there is none to be found.
      if (open.size === 0) return;
      const own = open.get(nameOf(peer));
      if (own) forget(own);
    },
  };
}

const nameOf = ({ remoteAddress, remotePort }: Peer): string => `${remoteAddress} ${remotePort}`;
