import type { PlaybackRange } from "../../../domain/video/recording/playback-playlist.ts";
import type { RecordedPiece } from "../../../domain/video/recording/recorded-piece.ts";
import type { FromRecorder, ToRecorder } from "../recording-protocol.ts";

type Answer = Extract<ToRecorder, { readonly type: "recordings" }>;

/** Asks the platform what was recorded: it has the rows. */
export interface PlaybackQuestions {
  /** @returns null when nobody can say now */
  piecesOf(streamId: string, range: PlaybackRange): Promise<readonly RecordedPiece[] | null>;
  take(answer: Answer): void;
}

/** A database that is away has said so before. */
const ANSWER_MS = 4_000;

export function createPlaybackQuestions(tell: (message: FromRecorder) => void): PlaybackQuestions {
  const waiting = new Map<number, (pieces: readonly RecordedPiece[] | null) => void>();
  let newest = 0;

  return {
    async piecesOf(streamId, { fromMs, toMs }) {
      newest += 1;
      const requestId = newest;
      const { promise, resolve } = Promise.withResolvers<readonly RecordedPiece[] | null>();
      const timer = setTimeout(() => resolve(null), ANSWER_MS);
      waiting.set(requestId, resolve);
      tell({ type: "ask-recordings", requestId, streamId, fromMs, toMs });
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(requestId);
      }
    },
    take: ({ requestId, pieces }) => waiting.get(requestId)?.(pieces),
  };
}
