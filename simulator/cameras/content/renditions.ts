/** Length of every segment, s. */
export const SEGMENT_S = 2;
/** Of the loop that every camera shows, at each rendition. */
const LOOP_SEGMENTS = 6;
export const LOOP_S = SEGMENT_S * LOOP_SEGMENTS;

export type Rendition = {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Pictures per second; a whole number per segment, or segments would not be as long as they say. */
  readonly fps: number;
  readonly kbitPerS: number;
  /**
   * B-frames at most in a row. With two or more in fMP4 the first picture is late by as many, which at 12 pictures a second is
   * a hole that players notice each time the loop begins again; most cameras send none.
   */
  readonly bFrames: number;
  /** Letters of the text in the picture, pixels. */
  readonly fontSize: number;
};

export const RENDITIONS = {
  "720p": { name: "720p", width: 1280, height: 720, fps: 25, kbitPerS: 2000, bFrames: 3, fontSize: 64 },
  "360p": { name: "360p", width: 640, height: 360, fps: 25, kbitPerS: 500, bFrames: 3, fontSize: 32 },
  "240p": { name: "240p", width: 426, height: 240, fps: 12, kbitPerS: 150, bFrames: 0, fontSize: 24 },
} as const satisfies Record<string, Rendition>;
export type RenditionName = keyof typeof RENDITIONS;

/** The rendition that each site has with its own id in the picture. */
export const OWN_RENDITION = RENDITIONS["240p"];

/** Parts of a segment for low latency: a whole number of pictures each. */
export const PARTS_PER_SEGMENT = { "240p": 4, "360p": 5 } as const satisfies Partial<Record<RenditionName, number>>;
