import { viewStream } from "../adapters/video/view-stream.ts";
import { compileScope } from "../domain/access/site-scope.ts";
import type { StreamFrame } from "../domain/live/live-frame.ts";
import { hasCamera } from "../domain/sites/site.ts";
import type { ApiContext } from "./context.ts";
import { isClogged, type LiveClient } from "./live-client.ts";
import type { SendQueue } from "./send-queue.ts";
import { textFrame } from "./text-frame.ts";

/** A segment that goes down takes its cameras one after the other: they are told together. */
const GATHER_MS = 200;

/** Tells the clients of the live stream how the cameras of their sites are. */
export interface StreamNews {
  /** To one that has just subscribed, or had no room before: all of its sites. */
  tell(client: LiveClient): void;
  /** The inventory is another one: cameras may be gone, which no change of theirs tells. */
  tellAll(): void;
  close(): void;
}

export type StreamNewsOptions = {
  readonly context: Pick<ApiContext, "video" | "inventory">;
  readonly clients: ReadonlySet<LiveClient>;
  readonly queue: Pick<SendQueue<LiveClient>, "push">;
  readonly send: (client: LiveClient, frame: Buffer) => void;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
};

export function createStreamNews({ context, clients, queue, send, clock }: StreamNewsOptions): StreamNews {
  const { inventory, video } = context;
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  /** @returns null when none of the sites is theirs to see, or has a camera */
  function frameFor({ scope }: LiveClient, siteIds: Iterable<string>, isWhole: boolean): Buffer | null {
    const isVisible = compileScope(scope);
    const streams = [...siteIds].flatMap((siteId) => {
      const site = inventory.get(siteId);
      const isSeen = site !== undefined && hasCamera(site) && isVisible(site);
      return isSeen ? [viewStream(siteId, video.board.get(siteId), clock())] : [];
    });
    if (streams.length === 0 && !isWhole) return null;
    const at = new Date(clock()).toISOString();
    return textFrame(JSON.stringify({ type: "streams", at, isWhole, streams } satisfies StreamFrame));
  }

  const listening = () => [...clients].filter(({ hears }) => hears.has("streams"));

  function tellChanged(): void {
    timer = null;
    const siteIds = [...changed];
    changed.clear();
    queue.push(listening(), (client) => {
      if (client.needsStreams) return;
      client.needsStreams = isClogged(client, clock());
      const frame = client.needsStreams ? null : frameFor(client, siteIds, false);
      if (frame !== null) send(client, frame);
    });
  }

  const stop = video.board.onChange((siteIds) => {
    for (const siteId of siteIds) changed.add(siteId);
    timer ??= setTimeout(tellChanged, GATHER_MS);
  });

  function tell(client: LiveClient): void {
    if (!client.hears.has("streams")) return;
    client.needsStreams = isClogged(client, clock());
    if (client.needsStreams) return;
    const all = inventory.all().map(({ id }) => id);
    const frame = frameFor(client, all, true);
    if (frame !== null) send(client, frame);
  }

  return {
    tell,
    tellAll: () => queue.push(listening(), tell),
    close() {
      stop();
      if (timer) clearTimeout(timer);
    },
  };
}
