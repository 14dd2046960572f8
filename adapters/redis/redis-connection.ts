import type { ConnectionOptions } from "node:tls";
import { Redis } from "ioredis";
import { type BackendAccess, PLAIN_ACCESS } from "../../domain/backend-access.ts";

/** How the platform stands to its optional Redis. */
export type RedisState = "connected" | "unreachable";

/** The connection; every command may fail at any time, and nothing waits for it. */
export type RedisConnection = {
  readonly client: Redis;
  state(): RedisState;
  /** Called each time the connection is ready again: what lives in Redis may be gone. @returns unsubscribe */
  onReady(listener: () => void): () => void;
  close(): void;
};

const MAX_RETRY_DELAY_MS = 2_000;
const COMMAND_TIMEOUT_MS = 1_000;

/**
 * Connects in the background, and again and again when the server goes away. Commands fail at once meanwhile: with the
 * library's default queue a dead Redis would stall every caller.
 *
 * @param url `redis://…`, or `rediss://…` with `access.tls`
 * @param onFault told about connection errors, by their code only: the URL may hold a password
 */
export function connectRedis(
  url: string,
  onFault: (code: string) => void,
  access: BackendAccess = PLAIN_ACCESS,
): RedisConnection {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 3_000,
    // The library's own would be refused unheard when the connection goes at that moment, and end the process.
    autoResubscribe: false,
    // The object itself, not a copy: its members read the files of now at each handshake.
    ...(access.tls && { tls: access.tls as ConnectionOptions }),
    retryStrategy: (attempt) => Math.min(attempt * 100, MAX_RETRY_DELAY_MS),
  });
  const { password } = access;
  // Read by the library at each connection; what is given to it above counts once and for all.
  if (password) Object.defineProperty(client.options, "password", { get: password });
  client.on("error", (error: NodeJS.ErrnoException) => onFault(error.code ?? error.name));
  return {
    client,
    state: () => (client.status === "ready" ? "connected" : "unreachable"),
    onReady(listener) {
      client.on("ready", listener);
      return () => client.off("ready", listener);
    },
    close: () => client.disconnect(),
  };
}
