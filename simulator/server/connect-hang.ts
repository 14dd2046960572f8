import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

type Address = { readonly host: string; readonly port: number };

/** Addresses whose handshake never ends. */
export type ConnectHang = {
  /** Holds exactly these addresses, which nobody else may listen on; an empty list lets all go. */
  hold: (addresses: readonly Address[]) => Promise<void>;
  close: () => Promise<void>;
};

type Holder = { readonly release: () => Promise<void>; readonly key: string };
/** A backlog of 1 keeps two connections; one more proves that it is full. */
const FILLERS = 3;
const FILL_MS = 300;

/**
 * A listener in a thread that sleeps, and an accept queue that we fill ourselves: Linux then drops the SYN of everybody else,
 * as a dead device behind a router does.
 */
export function createConnectHang(): ConnectHang {
  let holder: Holder | null = null;
  const hold = async (addresses: readonly Address[]) => {
    const key = addresses.map(({ host, port }) => `${host}:${port}`).join(" ");
    if (key === (holder?.key ?? "")) return;
    await holder?.release();
    holder = addresses.length === 0 ? null : await startHolder(addresses, key);
  };
  return { hold, close: () => hold([]) };
}

async function startHolder(addresses: readonly Address[], key: string): Promise<Holder> {
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./connect-hang-worker.ts", import.meta.url), { workerData: { addresses, wake } });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  const fillers = await Promise.all(
    addresses.flatMap((address) => Array.from({ length: FILLERS }, () => fill(address))),
  );
  return {
    key,
    async release() {
      for (const socket of fillers) socket?.destroy();
      Atomics.store(wake, 0, 1);
      Atomics.notify(wake, 0);
      await ended;
    },
  };
}

/** Takes one place of the accept queue. @returns null when there was none left */
function fill({ host, port }: Address): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(null);
    }, FILL_MS);
    socket.once("error", () => socket.destroy());
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
