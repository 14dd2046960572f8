import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandDatabase } from "../../../adapters/commands/command-rows.ts";
import type { CommandLedger } from "../../../adapters/commands/ledger.ts";
import type { CallController } from "../../../adapters/commands/sender-ports.ts";

/**
 * Where a sender can be killed or stopped. Of a statement: before it is sent, while it is under way (so before or after its
 * commit, nobody knows), and after its answer. Of the call: when the connection stands and nothing is written, when the
 * request is written, when the plant has it and its answer is awaited, and when the plant has acted and nobody knows yet.
 */
export const FAULT_POINTS = [
  ...["claim:before", "claim:during", "claim:after"],
  ...["sent:before", "sent:during", "sent:after"],
  ...["call:standing", "call:written", "call:received", "call:acted"],
  ...["settle:before", "settle:during", "settle:after"],
  ...["resolve:before", "resolve:during", "resolve:after"],
] as const;

export type FaultAct = "kill" | "stop";
/** An order to a child: at the next passage of that point, once. */
export type ArmedFault = { readonly point: string; readonly act: FaultAct };

/** Faults that a process brings upon itself: the one way to hit a point exactly. */
export type FaultTrap = {
  arm(fault: ArmedFault): void;
  isArmed(point: string): boolean;
  /** Passes a point. Killed, it does not return; stopped, it returns when somebody lets the process go on. */
  pass(point: string): void;
};

export function createFaultTrap(): FaultTrap {
  let armed: ArmedFault | null = null;
  return {
    arm(fault) {
      armed = fault;
    },
    isArmed: (point) => armed?.point === point,
    pass(point) {
      if (armed?.point !== point) return;
      const { act } = armed;
      armed = null;
      // Written before the signal: the parent has to know which fault it was.
      writeSync(1, `fault ${act} ${point}\n`);
      process.kill(process.pid, act === "kill" ? "SIGKILL" : "SIGSTOP");
    },
  };
}

const step = new AsyncLocalStorage<string>();
const ANY_STEP = ["claim", "sent", "settle", "resolve"];

/** The ledger with points around its statements. Its database has to be a `trappedDatabase` for those in between. */
export function trappedLedger(ledger: CommandLedger, trap: FaultTrap): CommandLedger {
  async function around<T>(name: string, work: () => Promise<T>): Promise<T> {
    trap.pass(`${name}:before`);
    const answer = await step.run(name, work);
    trap.pass(`${name}:after`);
    return answer;
  }
  return {
    ...ledger,
    // A claim of nothing is no point: it happens twice a second.
    async claim(holder, leases, most) {
      trap.pass("claim:before");
      const claims = await step.run("claim", () => ledger.claim(holder, leases, most));
      if (claims.length > 0) trap.pass("claim:after");
      return claims;
    },
    markSent: (claim, evidence) => around("sent", () => ledger.markSent(claim, evidence)),
    settle: (claim, outcome) => around("settle", () => ledger.settle(claim, outcome)),
    resolve: (id, outcome) => around("resolve", () => ledger.resolve(id, outcome)),
  };
}

export function trappedDatabase(database: CommandDatabase, trap: FaultTrap): CommandDatabase {
  return {
    async query(text, values) {
      const answer = database.query(text, values);
      const name = step.getStore();
      if (name === undefined || !ANY_STEP.some((each) => each === name && trap.isArmed(`${each}:during`)))
        return answer;
      answer.catch(() => undefined);
      // On its way to the server: it is written in this turn of the loop, or the pool has still to connect.
      await new Promise((resolve) => setImmediate(resolve));
      trap.pass(`${name}:during`);
      return answer;
    },
  };
}

/** What the simulated plants have received and done, as a child may ask while it has the fault in hand. */
export type AskPlant = (path: string, controllerUrl: string) => Promise<{ received: boolean; acted: boolean }>;

/** The call with points in it. The plant's own ledger tells when it has the request, and when it has acted. */
export function trappedCall(call: CallController, trap: FaultTrap, ask: AskPlant): CallController {
  return async (url, request, options) => {
    const calling = call(url, request, {
      ...options,
      mayStart() {
        trap.pass("call:standing");
        const may = options.mayStart();
        if (may && trap.isArmed("call:written")) setImmediate(() => trap.pass("call:written"));
        return may;
      },
    });
    if (trap.isArmed("call:received")) {
      if (await seen(() => ask(request.path, url).then(({ received }) => received), calling))
        trap.pass("call:received");
    }
    const result = await calling;
    if (trap.isArmed("call:acted")) {
      if (await seen(() => ask(request.path, url).then(({ acted }) => acted))) trap.pass("call:acted");
    }
    return result;
  };
}

const WITHIN_MS = 4_000;

/** Looks until it is so, the time is over, or `end` has come. */
async function seen(look: () => Promise<boolean>, end?: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  void end?.then(() => {
    isOver = true;
  });
  const deadline = performance.now() + WITHIN_MS;
  while (!isOver && performance.now() < deadline) {
    if (await look().catch(() => false)) return true;
    await sleep(10);
  }
  return false;
}
