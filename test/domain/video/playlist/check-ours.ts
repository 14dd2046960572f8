import type { PlaylistContext, RewrittenPlaylist } from "../../../../domain/video/playlist/rewritten-playlist.ts";

const STREAM = "https://platform.example/v/site-007/-/";

/**
 * What is wrong with a playlist that goes out, judged without the rewriter's own scanner: addresses are looked for by a
 * player's eyes (lines, `URI=`, what `PREFETCH` names) and by those of somebody who searches for the plant's addresses.
 */
export function complaintsOf({ text, resources }: RewrittenPlaylist, context: PlaylistContext): string[] {
  const servedAs = new Set(resources.map((resource) => resource.servedAs));
  const foreign = addressesIn(text).filter((uri) => !servedAs.has(askedFor(uri, context.servedPath)));
  const unjudged = resources.filter(({ url, kind }) => context.judge(new URL(url), kind) !== null);
  const shown = ["://", "10.1.101.", "169.254", "127.0.0.1", "evil", "s3cret", "{$"].filter((word) =>
    text.includes(word),
  );
  return [
    ...foreign.map((uri) => `names ${uri}`),
    ...unjudged.map(({ url }) => `would ask ${url}`),
    ...shown.map((word) => `shows ${word}`),
  ];
}

/** What a browser asks for, relative to the stream; the address itself where that leaves the stream. */
export function askedFor(uri: string, servedPath: string): string {
  const { href } = new URL(uri, STREAM + servedPath);
  return href.startsWith(STREAM) ? href.slice(STREAM.length) : href;
}

function addressesIn(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r|\u2028|\u2029/);
  const plain = lines.filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const tags = lines.filter((line) => line.startsWith("#"));
  const attributes = tags.flatMap((line) => [...line.matchAll(/([^=,:"]+)=\s*(?:"([^"]*)"|([^,]*))/g)]);
  const named = attributes.filter(([, name]) => /(?:URI|URL|LIST)\s*$/i.test(name ?? ""));
  const prefetched = tags.flatMap((line) => /^#EXT-X-PREFETCH:(.*)$/.exec(line)?.[1] ?? []);
  return [...plain, ...named.map((match) => match[2] ?? match[3] ?? ""), ...prefetched];
}
