import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const START_WITHIN_MS = 60_000;

/** A server that dies with us, even when we are killed: a test run leaves nothing behind. */
export type ChildServer = { readonly child: ChildProcess; readonly exited: Promise<void>; log(): string };

/**
 * Starts a program that listens on 127.0.0.1. Linux only: `setpriv` lets the kernel end it together with us.
 *
 * @param user name of an unprivileged user to run as, when we are root; PostgreSQL refuses root
 */
export function startChild(program: string, parameters: readonly string[], user?: string): ChildServer {
  const identity = user && process.getuid?.() === 0 ? ["--reuid", user, "--regid", "nogroup", "--clear-groups"] : [];
  const child = spawn("setpriv", ["--pdeathsig", "TERM", ...identity, "--", program, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: "/",
  });
  let text = "";
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-20_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const exited = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      text += error.message;
      resolve();
    });
    child.once("exit", () => resolve());
  });
  return { child, exited, log: () => text };
}

/**
 * Waits until the check passes.
 *
 * @throws {Error} with the end of the server's log, when it exits or stays silent for 60 s
 */
export async function waitUntilUp({ exited, log }: ChildServer, isUp: () => Promise<boolean>): Promise<void> {
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await isUp())) {
    if (hasExited || Date.now() > deadline) throw new Error(`the server did not start: ${log().slice(-2_000)}`);
    await sleep(25);
  }
}

/** True when something accepts connections on that port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
