import type { Command } from "../../domain/commands/command.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { createReadBack } from "./read-back.ts";
import { type SendParts, sendClaimed } from "./send-claimed.ts";
import type { CommandClaim } from "./send-command.ts";

/**
 * Sends the commands of the sites that this process has, and reads back what they did. Between claiming and sending lies the
 * flow: whoever has taken nothing claims nothing, and what is not handed back for sending goes to the queue again until it
 * expires. Reading back needs no flow but the one of the readings: what was sent has to come to an end.
 */
export interface CommandSender {
  /** Takes what is claimed, one site's oldest command after the other. A second taker replaces the first. @returns detach */
  attach(take: (command: Command) => void): () => void;
  /**
   * Judges, and sends once, a command that was handed out.
   *
   * @returns as it is now; null when it is not in hand, or not any more
   * @throws {Error} while the database is away
   */
  send(id: string): Promise<Command | null>;
  /** There may be something to claim: look now instead of at the next turn. */
  ring(): void;
  /** Called with each command that this process has moved. @returns unsubscribe */
  onChange(listener: (command: Command) => void): () => void;
  stats(): { readonly inHand: number; readonly underWay: number; readonly isAttached: boolean };
  /** Claims nothing more, gives back what nobody sends, and waits for the calls under way, 4 s at most. */
  close(): Promise<void>;
}

export type CommandSenderOptions = SendParts & {
  /** Names this start of this process in the leases. */
  readonly holder: string;
  /** Tells while there are commands that are not over, whichever process they were given to. */
  readonly work: WorkSignal;
  readonly log: Log;
};

/** While something is in hand. */
const TURN_MS = 500;
/** Reading back and reaping, which cost two statements: at each turn of the second, however punctual it is. */
const CARE_MS = 900;
/** More at once would only wait for the database. */
const MOST_IN_HAND = 32;
/** What the flow does not send by then is given back; sooner than the ledger takes it away. */
const HAND_BACK_MS = 6_000;
/** After a start, what was sent before gets a reading before the reaper calls it unseen. */
const FIRST_READING_MS = 20_000;
const CLOSE_MS = 4_000;
const COMPLAIN_MS = 60_000;

type InHand = { readonly claim: CommandClaim; readonly sinceMs: number; isSending: boolean };

export function createCommandSender(options: CommandSenderOptions): CommandSender {
  const { ledger, clock, holder, leases, work, log } = options;
  const readBack = createReadBack(options);
  const listeners = new Set<(command: Command) => void>();
  const inHand = new Map<string, InHand>();
  const underWay = new Set<Promise<unknown>>();
  const startedMs = clock.monotonicMs();
  let taker: ((command: Command) => void) | null = null;
  let caredMs = Number.NEGATIVE_INFINITY;
  let mayReap = false;
  let isClosed = false;
  let isRung = false;
  let turning: Promise<void> | null = null;
  const mayComplain = seldom(COMPLAIN_MS, clock.monotonicMs);
  const stopWork = work.onWork(ring);
  const timer = setInterval(() => {
    if (inHand.size > 0) ring();
  }, TURN_MS);
  timer.unref();

  function tell(command: Command | null): void {
    if (command === null) return;
    for (const listener of [...listeners]) {
      try {
        listener(command);
      } catch (error) {
        log.error({ error: String(error) }, "a listener to commands threw");
      }
    }
  }

  function complain(error: unknown): void {
    if (isClosed || !mayComplain()) return;
    log.warn({ reason: String(error) }, "commands wait: the database cannot be asked");
  }

  function ring(): void {
    isRung = true;
    if (turning !== null || isClosed) return;
    turning = turn().finally(() => {
      turning = null;
    });
  }

  /** One at a time: whoever rings meanwhile gets one more. */
  async function turn(): Promise<void> {
    while (isRung && !isClosed) {
      isRung = false;
      try {
        await handBack();
        await claim();
        if (clock.monotonicMs() - caredMs >= CARE_MS) await care();
      } catch (error) {
        complain(error);
      }
    }
  }

  async function claim(): Promise<void> {
    const room = MOST_IN_HAND - inHand.size;
    const tokens = leases();
    if (taker === null || room <= 0 || tokens.size === 0) return;
    for (const claimed of await ledger.claim(holder, tokens, room)) {
      inHand.set(claimed.command.id, { claim: claimed, sinceMs: clock.monotonicMs(), isSending: false });
      tell(claimed.command);
      // Detached, or closing, while it was being claimed: given back by the next turn or by the end.
      if (taker !== null && !isClosed) taker(claimed.command);
    }
  }

  /** What nobody sends. With nobody attached that is everything. */
  async function handBack(): Promise<void> {
    for (const [id, { claim: claimed, sinceMs, isSending }] of inHand) {
      const isLeft = taker === null || isClosed || clock.monotonicMs() - sinceMs > HAND_BACK_MS;
      if (isSending || !isLeft) continue;
      inHand.delete(id);
      tell(await ledger.release(claimed));
    }
  }

  /** Reads back before it reaps: what shows an effect is not called unseen. */
  async function care(): Promise<void> {
    caredMs = clock.monotonicMs();
    const sent = await ledger.inFlight(holder);
    const moved = await readBack.look(sent);
    mayReap ||= clock.monotonicMs() - startedMs > FIRST_READING_MS || (leases().size > 0 && readBack.hasRead(sent));
    if (mayReap) moved.push(...(await ledger.reap()));
    for (const command of moved) tell(command);
    // The next one of its site need not wait.
    if (moved.length > 0) isRung = true;
  }

  async function sendOne(one: InHand): Promise<Command | null> {
    try {
      const command = await sendClaimed(one.claim, options);
      tell(command);
      return command;
    } finally {
      inHand.delete(one.claim.command.id);
      ring();
    }
  }

  return {
    attach(next) {
      taker = next;
      ring();
      return () => {
        if (taker !== next) return;
        taker = null;
        ring();
      };
    },
    async send(id) {
      const one = inHand.get(id);
      if (one === undefined || one.isSending || isClosed) return null;
      one.isSending = true;
      const work = sendOne(one);
      underWay.add(work);
      try {
        return await work;
      } finally {
        underWay.delete(work);
      }
    },
    ring,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stats: () => ({ inHand: inHand.size, underWay: underWay.size, isAttached: taker !== null }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      taker = null;
      clearInterval(timer);
      stopWork();
      readBack.stop();
      await turning;
      await handBack().catch(() => undefined);
      let limit: NodeJS.Timeout | undefined;
      const longest = new Promise<void>((resolve) => {
        limit = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([Promise.allSettled(underWay), longest]);
      clearTimeout(limit);
    },
  };
}
