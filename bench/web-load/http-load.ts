import { connect, type Socket } from "node:net";
import { answerParent, percentile } from "./pinned-child.ts";

/**
 * A load generator on raw keep-alive sockets. Questions: open loop (a request per user and second), closed loop. Each user
 * has one of the header blocks, and asks for one path after the other. In a path `{dayAgo}` and `{now}` become times.
 */
type Load = {
  readonly port: number;
  readonly paths: readonly string[];
  readonly headers: readonly string[];
  readonly users: number;
  readonly seconds: number;
};
type User = { readonly socket: Socket; pending: (() => void) | null; left: number; head: Buffer };
const DAY_MS = 86_400_000;
let errors = 0;
let firstError: string | null = null;
let bytes = 0;

function openUser(port: number): Promise<User> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const user: User = { socket, pending: null, left: -1, head: Buffer.alloc(0) };
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("data", (chunk) => take(user, chunk));
    socket.on("connect", () => resolve(user));
  });
}

function take(user: User, chunk: Buffer): void {
  bytes += chunk.length;
  let rest = chunk;
  if (user.left < 0) {
    const head = Buffer.concat([user.head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      user.head = head;
      return;
    }
    const text = head.subarray(0, end).toString("latin1");
    if (!/^HTTP\/1\.1 (200|304)/.test(text)) {
      errors += 1;
      firstError ??= text.slice(0, text.indexOf("\r\n"));
    }
    user.left = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    rest = head.subarray(end + 4);
  }
  user.left -= rest.length;
  if (user.left > 0) return;
  user.left = -1;
  user.head = Buffer.alloc(0);
  const done = user.pending;
  user.pending = null;
  done?.();
}

function ask(user: User, text: string): Promise<void> {
  return new Promise((resolve) => {
    user.pending = resolve;
    user.socket.write(text);
  });
}

/** Each user asks once a second, the users evenly spread; a latency counts from when the request was due. */
async function openLoop(load: Load) {
  const { port, users, seconds } = load;
  const all = await Promise.all(Array.from({ length: users }, () => openUser(port)));
  const latencies: number[] = [];
  let late = 0;
  const startMs = performance.now() + 50;
  await Promise.all(
    all.map(async (user, place) => {
      for (let second = 0; second < seconds; second += 1) {
        const dueMs = startMs + second * 1000 + (place / users) * 1000;
        await until(dueMs);
        late = Math.max(late, performance.now() - dueMs);
        await ask(user, textOf(load, place, second));
        latencies.push(performance.now() - dueMs);
      }
    }),
  );
  for (const { socket } of all) socket.destroy();
  return {
    requests: latencies.length,
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
    p99Ms: percentile(latencies, 0.99),
    lateMs: late,
  };
}

async function closedLoop(load: Load) {
  const { port, users, seconds } = load;
  const all = await Promise.all(Array.from({ length: users }, () => openUser(port)));
  const endMs = performance.now() + seconds * 1000;
  let requests = 0;
  await Promise.all(
    all.map(async (user, place) => {
      for (let turn = 0; performance.now() < endMs; turn += 1) {
        await ask(user, textOf(load, place, turn));
        requests += 1;
      }
    }),
  );
  for (const { socket } of all) socket.destroy();
  return { requests };
}

function textOf({ paths, headers, users }: Load, place: number, turn: number): string {
  const path = paths[(place + turn * users) % paths.length] ?? "/";
  const nowMs = Date.now();
  const timed = path
    .replace("{dayAgo}", new Date(nowMs - DAY_MS).toISOString())
    .replace("{now}", new Date(nowMs).toISOString());
  return `GET ${timed} HTTP/1.1\r\nhost: x\r\n${headers[place % headers.length] ?? ""}\r\n`;
}

function until(dueMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
}

answerParent(async (question) => {
  errors = 0;
  firstError = null;
  bytes = 0;
  const load = question as unknown as Load;
  const result = question["type"] === "open" ? await openLoop(load) : await closedLoop(load);
  return { ...result, errors, firstError, bytes };
});
