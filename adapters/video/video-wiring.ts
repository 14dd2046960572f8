import type { Log } from "../../domain/log.ts";
import type { RecordingSettings } from "../../domain/video/recording/recording-mode.ts";
import type { GatewaySettings } from "./gateway-protocol.ts";
import { type VideoDatabase, writeWiring } from "./stream-store.ts";

/**
 * What the flows of this process ask of the gateway. A flow without the node asks for nothing, and nothing is served then:
 * so it is told when the flows have started, and not when a node ends, as it does with each restart.
 */
export interface VideoWiring {
  /** Of several nodes that ask the first counts. @returns taken back */
  ask(settings: GatewaySettings): () => void;
  /** What is to be recorded; without such a node nothing is. @returns taken back */
  record(settings: RecordingSettings): () => void;
  /** The flows have started: what was asked for counts. Never rejects; tried again while the database is away. */
  commit(): void;
  close(): void;
}

const RETRY_MS = 2_000;

export function createVideoWiring(database: VideoDatabase, log: Log): VideoWiring {
  const asking = new Map<symbol, GatewaySettings>();
  const recording = new Map<symbol, RecordingSettings>();
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  async function write(): Promise<void> {
    timer = null;
    const [first] = asking.values();
    const [firstRecording] = recording.values();
    try {
      await writeWiring(database, first ?? null, firstRecording ?? null);
      if (first === undefined) log.warn({}, "no flow asks for video: the gateway serves nothing");
    } catch {
      if (isClosed) return;
      timer = setTimeout(() => void write(), RETRY_MS);
      timer.unref();
    }
  }

  return {
    ask: (settings) => enter(asking, settings),
    record: (settings) => enter(recording, settings),
    commit() {
      if (timer) clearTimeout(timer);
      void write();
    },
    close() {
      isClosed = true;
      if (timer) clearTimeout(timer);
    },
  };
}

/** @returns taken back */
function enter<Settings>(asking: Map<symbol, Settings>, settings: Settings): () => void {
  const name = Symbol("video");
  asking.set(name, settings);
  return () => {
    asking.delete(name);
  };
}
