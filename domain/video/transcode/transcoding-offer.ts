import { RENDITIONS, type Rendition } from "./rendition.ts";

/** What a page may ask FFmpeg for at this gateway. */
export type TranscodingOffer = {
  /** `missing`: the gateway's machine has none, or one that does not start. `unknown`: it has not said so far. */
  readonly ffmpeg: "unknown" | "ready" | "missing";
  /** H.264 that is made on demand; none where the flow asks for none. */
  readonly renditions: readonly Rendition[];
  /** Cameras at once of which small pictures are made; 0 = of none. */
  readonly jpegs: number;
};

/** Before the gateway has been asked, and where it cannot be. */
export const NO_OFFER: TranscodingOffer = { ffmpeg: "unknown", renditions: [], jpegs: 0 };

/** What the gateway answered, as far as it makes sense: another version of it may be there. */
export function readTranscodingOffer(answer: unknown): TranscodingOffer {
  if (typeof answer !== "object" || answer === null) return NO_OFFER;
  const { ffmpeg, renditions, jpegs } = answer as Record<string, unknown>;
  const named = Array.isArray(renditions) ? renditions : [];
  return {
    ffmpeg: ffmpeg === "ready" || ffmpeg === "missing" ? ffmpeg : "unknown",
    renditions: RENDITIONS.filter((one) => named.includes(one)),
    jpegs: typeof jpegs === "number" && Number.isSafeInteger(jpegs) && jpegs > 0 ? jpegs : 0,
  };
}
