import { CHANGES_SETTLE_MS, type PresentCommands } from "../adapters/commands/command-changes.ts";
import { compileScope, type SiteScope, scopeKey } from "../domain/access/site-scope.ts";
import type { CommandFrame, LiveCommand } from "../domain/live/live-frame.ts";
import type { ApiContext } from "./context.ts";
import { isClogged, type LiveClient } from "./live-client.ts";
import type { SendQueue } from "./send-queue.ts";
import { textFrame } from "./text-frame.ts";

/** How often it looks for what any process has changed. */
const LOOK_EVERY_MS = 1_000;
/** After the flow has shown a command: what comes with it is told together. */
const GATHER_MS = 50;

/** Tells the clients of the live stream what becomes of commands to their sites. */
export interface CommandNews {
  /** To one that has just subscribed, or had no room before: all that counts now. */
  tell(client: LiveClient): void;
  close(): void;
}

export type CommandNewsOptions = {
  readonly context: Pick<ApiContext, "commandFeed" | "inventory"> & {
    readonly commands: { readonly changes: ApiContext["commands"]["changes"] };
  };
  readonly clients: ReadonlySet<LiveClient>;
  readonly queue: Pick<SendQueue<LiveClient>, "push">;
  readonly send: (client: LiveClient, frame: Buffer) => void;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
};

/** The database says what is so; the flow only says that it is worth while to look. */
export function createCommandNews({ context, clients, queue, send, clock }: CommandNewsOptions): CommandNews {
  const { commandFeed, inventory, commands } = context;
  const { changes } = commands;
  /** What was told, by command; of changes that are not complete yet. */
  const told = new Map<string, number>();
  /** The newest change at each look; the oldest one is complete. */
  let looks: { readonly atMs: number; readonly upTo: number }[] = [];
  /** Until something changes: reading once is enough for all who come. */
  let present: Promise<PresentCommands | null> | null = null;
  let gatherTimer: NodeJS.Timeout | null = null;
  let isLooking = false;

  const listeners = () => [...clients].filter(({ hears }) => hears.has("commands"));

  async function readPresent(): Promise<PresentCommands | null> {
    try {
      const read = await changes.present();
      if (looks.length > 0) return read;
      looks = [{ atMs: performance.now() - CHANGES_SETTLE_MS, upTo: read.completeTo }];
      for (const { id, change } of read.commands) told.set(id, change);
      return read;
    } catch {
      // Clients stay marked, and ask again with the next heartbeat.
      present = null;
      return null;
    }
  }

  /** Who may see the same, and asked for the same, gets the same frame. */
  function keyOf({ scope, commandSites }: LiveClient): string {
    return `${scopeKey(scope)} ${commandSites === null ? "*" : [...commandSites].join(",")}`;
  }

  function seenBy({
    scope,
    commandSites,
  }: Pick<LiveClient, "scope" | "commandSites">): (command: LiveCommand) => boolean {
    const isVisible = visibleIn(scope);
    return ({ siteId }) => (commandSites?.has(siteId) ?? true) && isVisible(siteId);
  }

  function visibleIn(scope: SiteScope | null): (siteId: string) => boolean {
    if (scope === null) return () => true;
    const isVisible = compileScope(scope);
    return (siteId) => {
      const site = inventory.get(siteId);
      return site !== undefined && isVisible(site);
    };
  }

  function frameOf(wholeTo: number | null, seen: readonly LiveCommand[]): Buffer {
    const at = new Date(clock()).toISOString();
    return textFrame(JSON.stringify({ type: "commands", at, wholeTo, commands: [...seen] } satisfies CommandFrame));
  }

  function tellAll(changed: readonly LiveCommand[]): void {
    const frames = new Map<string, Buffer | null>();
    queue.push(listeners(), (client) => {
      const key = keyOf(client);
      let frame = frames.get(key);
      if (frame === undefined) {
        const seen = changed.filter(seenBy(client));
        frame = seen.length === 0 ? null : frameOf(null, seen);
        frames.set(key, frame);
      }
      if (frame === null || client.needsCommands) return;
      client.needsCommands = isClogged(client, clock());
      if (!client.needsCommands) send(client, frame);
    });
  }

  /** Every change since the last one that is complete, but for what was told already. */
  async function lookOnce(): Promise<void> {
    const atMs = performance.now();
    const complete = looks.findLast((look) => atMs - look.atMs >= CHANGES_SETTLE_MS) ?? looks[0];
    // Nobody has been told yet what is so.
    if (complete === undefined) return;
    const changed = await changes.changedAfter(complete.upTo, told);
    for (const { id, change } of changed) told.set(id, change);
    const upTo = Math.max(looks.at(-1)?.upTo ?? 0, changed.at(-1)?.change ?? 0);
    looks = [...looks.slice(looks.indexOf(complete)), { atMs, upTo }];
    for (const [id, change] of told) if (change <= complete.upTo) told.delete(id);
    if (changed.length === 0) return;
    present = null;
    tellAll(changed);
  }

  async function look(): Promise<void> {
    if (isLooking) return;
    if (listeners().length === 0) {
      looks = [];
      told.clear();
      present = null;
      return;
    }
    isLooking = true;
    // While the database is away nothing moves, and the next look catches up.
    await lookOnce().catch(() => undefined);
    isLooking = false;
  }

  function lookSoon(): void {
    if (listeners().length === 0) return;
    gatherTimer ??= setTimeout(() => {
      gatherTimer = null;
      void look();
    }, GATHER_MS);
  }

  const lookTimer = setInterval(() => void look(), LOOK_EVERY_MS);
  lookTimer.unref();
  const stopHearing = commandFeed.onShown(lookSoon);

  return {
    tell(client) {
      if (!client.hears.has("commands")) return;
      client.needsCommands = false;
      present ??= readPresent();
      void present.then((read) => {
        client.needsCommands = read === null || isClogged(client, clock());
        if (read !== null && !client.needsCommands)
          send(client, frameOf(read.upTo, read.commands.filter(seenBy(client))));
      });
    },
    close() {
      clearInterval(lookTimer);
      if (gatherTimer) clearTimeout(gatherTimer);
      stopHearing();
    },
  };
}
