import type { Exchange } from "./exchange.ts";
import { createWallPictures, type WallPicture, type WallPicturesOptions } from "./wall-pictures.ts";

type WallAnswersOptions = WallPicturesOptions & {
  /** @throws {VideoError} when no session asks */
  readonly sessionOf: (exchange: Exchange) => string;
  readonly onSent: (bytes: number) => void;
};

/** Answers what is asked of the wall as a whole. @returns null when the path is none of its addresses */
export type WallAnswers = (exchange: Exchange, path: string, query: string) => Promise<void> | null;

const FRAMES = "/v/_wall/keyframes";
/** The same for cameras, or browsers, that need JPEGs; and what there is of that. */
const JPEGS = "/v/_wall/jpegs";
const OFFER = "/v/_wall/offer";

export function createWallAnswers(options: WallAnswersOptions): WallAnswers {
  const { transcoding, sessionOf, onSent } = options;
  const picturesOf = createWallPictures(options);

  async function sendOffer(exchange: Exchange): Promise<void> {
    sessionOf(exchange);
    send(exchange, "application/json", Buffer.from(JSON.stringify(await transcoding.offer())));
  }

  async function sendPictures(exchange: Exchange, query: string, kind: WallPicture): Promise<void> {
    const ids = (new URLSearchParams(query).get("streams") ?? "").split(",");
    const body = await picturesOf(sessionOf(exchange), ids, kind, () => exchange.isOpen);
    if (!exchange.isOpen) return;
    send(exchange, "application/octet-stream", body);
    onSent(body.length);
  }

  return (exchange, path, query) => {
    if (path === FRAMES) return sendPictures(exchange, query, "frames");
    if (path === JPEGS) return sendPictures(exchange, query, "jpegs");
    return path === OFFER ? sendOffer(exchange) : null;
  };
}

function send(exchange: Exchange, type: string, body: Buffer): void {
  exchange.head(200, { "content-type": type, "cache-control": "no-store", "content-length": body.length });
  exchange.end(body);
}
