import { answerParent, percentile } from "../web-load/pinned-child.ts";
import { createViewerLine, type ViewerLine } from "./viewer-line.ts";

/**
 * Players without a picture, as a process of its own. Questions: `play` (each begins at a random moment, asks for its
 * playlist every 2 s, and loads each new segment); `herd` (all of them ask for the newest segment of theirs at once).
 */
export type Viewer = {
  /** Of its playlist; segments are relative to it. */
  readonly path: string;
  /** Header lines with their ends. */
  readonly headers: string;
};
export type Played = {
  readonly segments: number;
  readonly megabits: number;
  readonly errors: number;
  readonly firstError: string | null;
  /** Segments that took longer than they last, and players that fell more than three segments behind. */
  readonly stalls: number;
  readonly playlistP95Ms: number;
  readonly segmentP95Ms: number;
};
export type Herd = {
  readonly errors: number;
  readonly firstError: string | null;
  readonly firstByteP50Ms: number;
  readonly firstByteP95Ms: number;
  readonly wholeP95Ms: number;
};

const POLL_MS = 2_000;
const MOST_BEHIND = 3;
/** Between the playlists and the herd. */
const CALM_MS = 300;

class Playing {
  segments = 0;
  bytes = 0;
  errors = 0;
  stalls = 0;
  firstError: string | null = null;
  readonly playlistMs: number[] = [];
  readonly segmentMs: number[] = [];

  blame(error: unknown): void {
    this.errors += 1;
    this.firstError ??= error instanceof Error ? error.message : String(error);
  }
}

type Window = { readonly newest: number; readonly uris: readonly string[] };

async function windowOf(line: ViewerLine, { path, headers }: Viewer, playing: Playing): Promise<Window> {
  const { status, text, wholeMs } = await line.get(path, headers, true);
  if (status !== 200) throw new Error(`a playlist was answered by ${status}: ${text.slice(0, 200)}`);
  playing.playlistMs.push(wholeMs);
  const uris = text.split("\n").filter((one) => one !== "" && !one.startsWith("#"));
  const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
  if (uris.length === 0 || Number.isNaN(first)) throw new Error(`no live playlist: ${text.slice(0, 200)}`);
  return { newest: first + uris.length - 1, uris };
}

async function load(line: ViewerLine, viewer: Viewer, uri: string, playing: Playing): Promise<void> {
  const { status, bytes, wholeMs } = await line.get(besides(viewer.path, uri), viewer.headers, false);
  if (status !== 200) throw new Error(`a segment was answered by ${status}`);
  playing.segments += 1;
  playing.bytes += bytes;
  playing.segmentMs.push(wholeMs);
  if (wholeMs > POLL_MS) playing.stalls += 1;
}

async function play(port: number, viewer: Viewer, untilMs: number, playing: Playing): Promise<void> {
  const line = createViewerLine(port);
  let next: number | null = null;
  await pause(Math.random() * POLL_MS);
  for (let dueMs = performance.now(); dueMs < untilMs; dueMs += POLL_MS) {
    await pause(dueMs - performance.now());
    try {
      const { newest, uris } = await windowOf(line, viewer, playing);
      next ??= newest;
      if (newest - next >= MOST_BEHIND) {
        playing.stalls += 1;
        next = newest;
      }
      for (; next <= newest; next += 1) await load(line, viewer, uris.at(next - newest - 1) ?? "", playing);
    } catch (error) {
      playing.blame(error);
    }
  }
  line.close();
}

async function playAll(port: number, viewers: readonly Viewer[], seconds: number): Promise<Played> {
  const playing = new Playing();
  const untilMs = performance.now() + seconds * 1000;
  await Promise.all(viewers.map((viewer) => play(port, viewer, untilMs, playing)));
  const { segments, bytes, errors, firstError, stalls, playlistMs, segmentMs } = playing;
  return {
    segments,
    megabits: (bytes * 8) / 1e6,
    errors,
    firstError,
    stalls,
    playlistP95Ms: percentile(playlistMs, 0.95),
    segmentP95Ms: percentile(segmentMs, 0.95),
  };
}

/** Each knows its playlist, as a player does that has been there for a while. */
async function herd(port: number, viewers: readonly Viewer[]): Promise<Herd> {
  const playing = new Playing();
  /** By stream: a server may give some of them a playlist that is a little older. */
  const newest = new Map<string, Window>();
  const known = await Promise.all(
    viewers.map(async (viewer) => {
      const line = createViewerLine(port);
      const found = await windowOf(line, viewer, playing);
      const stream = viewer.path.split("/")[2] ?? "";
      if (found.newest > (newest.get(stream)?.newest ?? -1)) newest.set(stream, found);
      return { viewer, line, stream };
    }),
  );
  await pause(CALM_MS);
  const answers = await Promise.all(
    known.map(async ({ viewer, line, stream }) => {
      const uri = newest.get(stream)?.uris.at(-1) ?? "";
      const answer = await line.get(besides(viewer.path, uri), viewer.headers, false);
      if (answer.status !== 200) playing.blame(new Error(`a segment was answered by ${answer.status}`));
      return answer;
    }),
  );
  for (const { line } of known) line.close();
  const first = answers.map(({ firstByteMs }) => firstByteMs);
  return {
    errors: playing.errors,
    firstError: playing.firstError,
    firstByteP50Ms: percentile(first, 0.5),
    firstByteP95Ms: percentile(first, 0.95),
    wholeP95Ms: percentile(
      answers.map(({ wholeMs }) => wholeMs),
      0.95,
    ),
  };
}

function besides(path: string, uri: string): string {
  return `${path.slice(0, path.lastIndexOf("/") + 1)}${uri}`;
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

answerParent((question) => {
  const port = Number(question["port"]);
  const viewers = question["viewers"] as readonly Viewer[];
  return question["type"] === "herd" ? herd(port, viewers) : playAll(port, viewers, Number(question["seconds"]));
});
