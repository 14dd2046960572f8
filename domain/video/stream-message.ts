import { z } from "zod";
import { STREAM_STATES } from "./stream-state.ts";
import { VIDEO_CAUSES } from "./video-cause.ts";

/** One change of one camera, as it travels on a wire under the topic `stream-state`, and to the screens. */
export const StreamMessage = z
  .strictObject({
    streamId: z.string().describe("Of the addresses below /v/"),
    siteId: z.string(),
    state: z
      .enum(STREAM_STATES)
      .describe(
        "stale: nothing new for more than a target duration; offline: for three, or refused; unwatched: nothing is known",
      ),
    since: z.iso.datetime().nullable(),
    ageS: z.number().min(0).nullable().describe("Since the camera last sent something new"),
    cause: z.enum(VIDEO_CAUSES).nullable(),
    codec: z.string().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    bitrateKbps: z.int().nullable().describe("Of the rendition that key frames are cut from"),
  })
  .meta({ id: "VideoStream", description: "The camera of a site. Its address is nowhere told" });
export type StreamMessage = z.infer<typeof StreamMessage>;
