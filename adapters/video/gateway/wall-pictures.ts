import {
  type BatchFrame,
  JPEG_CODEC,
  MAX_BATCH_STREAMS,
  NO_PICTURE,
  writeFrameBatch,
} from "../../../domain/video/frame-batch.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { CameraStream } from "./camera-stream.ts";
import type { SessionRightsBook } from "./session-rights.ts";
import type { Transcoding } from "./transcoding.ts";

/** Key frames as cameras make them, or JPEGs for cameras, or browsers, that need those. */
export type WallPicture = "frames" | "jpegs";

export type WallPicturesOptions = {
  readonly stream: (id: string) => CameraStream | undefined;
  readonly rights: SessionRightsBook;
  readonly transcoding: Transcoding;
};

/**
 * The newest pictures of the streams of a wall, as one batch. Streams that the session may not see are left out, as if they
 * were not there.
 *
 * @param isWanted false as soon as nobody waits any more
 * @throws {VideoError} where nobody can say what the session may see, or it may see nothing
 */
type WallPictures = (
  sessionId: string,
  ids: readonly string[],
  kind: WallPicture,
  isWanted: () => boolean,
) => Promise<Buffer>;

/** The newest picture of a stream; null = there is none now. */
type PictureOf = (stream: CameraStream) => Pick<BatchFrame, "codec" | "bytes"> | null;

/** A wall that has just been opened waits so long for its first pictures [J]. */
const FIRST_FRAMES_MS = 1_200;
/** Whatever is there is shown when nothing has come for so long: one dead camera must not hold up eighty others [J]. */
const SETTLED_MS = 400;
const LOOK_AGAIN_MS = 60;

export function createWallPictures({ stream: streamOf, rights, transcoding }: WallPicturesOptions): WallPictures {
  const newest: Readonly<Record<WallPicture, PictureOf>> = {
    frames(stream) {
      const found = stream.newestFrame();
      return found && { codec: found.frame.codec, bytes: found.frame.bytes };
    },
    /** A camera that is not there needs no process. */
    jpegs(stream) {
      if (stream.report().health.state === "offline") return null;
      const picture = transcoding.picture(stream.config.id);
      if (picture === "busy" || picture === "failed") return { codec: picture, bytes: NO_PICTURE };
      return picture && { codec: JPEG_CODEC, bytes: picture };
    },
  };

  async function visible(sessionId: string, id: string): Promise<CameraStream | null> {
    try {
      await rights.require(sessionId, id, "live");
      return streamOf(id) ?? null;
    } catch (error) {
      if (error instanceof VideoError && error.videoCause === "unknown_stream") return null;
      throw error;
    }
  }

  return async (sessionId, ids, kind, isWanted) => {
    const pictureOf = newest[kind];
    const streams: (CameraStream | null)[] = [];
    for (const id of ids.slice(0, MAX_BATCH_STREAMS)) {
      const stream = await visible(sessionId, id);
      streams.push(stream);
      stream?.wantFrames();
      // At once: the next look of the clock is up to a quarter of a second away.
      stream?.tick();
    }
    await firstPictures(streams, pictureOf, isWanted);
    const frames = streams.flatMap((stream, index) => {
      const picture = stream && pictureOf(stream);
      return picture ? [{ index, ...picture }] : [];
    });
    return Buffer.from(writeFrameBatch(frames));
  };
}

/** Until there is one of each camera that is there, or no more come. */
async function firstPictures(
  streams: readonly (CameraStream | null)[],
  pictureOf: PictureOf,
  isWanted: () => boolean,
): Promise<void> {
  const untilMs = performance.now() + FIRST_FRAMES_MS;
  let [found, foundAtMs] = [0, Number.POSITIVE_INFINITY];
  while (isWanted() && performance.now() < Math.min(untilMs, foundAtMs + SETTLED_MS)) {
    const present = streams.filter((stream) => stream !== null && pictureOf(stream) !== null).length;
    if (present > found) [found, foundAtMs] = [present, performance.now()];
    if (!streams.some((stream) => isAwaited(stream, pictureOf))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function isAwaited(stream: CameraStream | null, pictureOf: PictureOf): boolean {
  return stream !== null && pictureOf(stream) === null && stream.report().health.state !== "offline";
}
