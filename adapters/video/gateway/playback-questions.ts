import type { PlaybackRange } from "../../../domain/video/recording/playback-playlist.ts";
import type { RecordedPiece } from "../../../domain/video/recording/recorded-piece.ts";
import type { FromRecorder, ToRecorder } from "../recording-protocol.ts";

type Answer = Extract<ToRecorder, { readonly type: "recordings" | "object-url" }>;

/** Asks the platform what was recorded, for it has the rows, and where an object is, for it has the keys of the store. */
export interface PlaybackQuestions {
  /** @returns null when nobody can say now */
  piecesOf(streamId: string, range: PlaybackRange): Promise<readonly RecordedPiece[] | null>;
  /** URL by which an object can be read for a short time. @returns null when nobody can say now */
  urlOf(key: string): Promise<string | null>;
  take(answer: Answer): void;
}

/** A database that is away has said so before. */
const ANSWER_MS = 4_000;

export function createPlaybackQuestions(tell: (message: FromRecorder) => void): PlaybackQuestions {
  const waiting = new Map<number, (answer: Answer | null) => void>();
  let newest = 0;

  async function ask(questionOf: (requestId: number) => FromRecorder): Promise<Answer | null> {
    newest += 1;
    const requestId = newest;
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    const timer = setTimeout(() => resolve(null), ANSWER_MS);
    waiting.set(requestId, resolve);
    tell(questionOf(requestId));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(requestId);
    }
  }

  return {
    async piecesOf(streamId, { fromMs, toMs }) {
      const answer = await ask((requestId) => ({ type: "ask-recordings", requestId, streamId, fromMs, toMs }));
      return answer?.type === "recordings" ? answer.pieces : null;
    },
    async urlOf(key) {
      const answer = await ask((requestId) => ({ type: "ask-object", requestId, key }));
      return answer?.type === "object-url" ? answer.url : null;
    },
    take: (answer) => waiting.get(answer.requestId)?.(answer),
  };
}
