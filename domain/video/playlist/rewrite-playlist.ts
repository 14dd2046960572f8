import { VideoError } from "../video-cause.ts";
import { PlaylistPass } from "./playlist-pass.ts";
import { rewriteTag } from "./playlist-tags.ts";
import { MAX_LINE_LENGTH, MAX_LINES, playlistText } from "./playlist-text.ts";
import type { PlaylistContext, RewrittenPlaylist } from "./rewritten-playlist.ts";
import { ServedUris } from "./served-uri.ts";
import { suspiciousText } from "./suspicious-text.ts";

/**
 * Reads one playlist again and again, as a live one is: an address that it named the time before, too, is not parsed and
 * judged once more. Everything in the context, and whatever its functions answer by, has to stay as it is.
 *
 * @returns as `rewritePlaylist`
 */
export function createPlaylistRewriter(context: PlaylistContext): (input: Uint8Array | string) => RewrittenPlaylist {
  const suspicious = suspiciousText([context.upstreamUrl, context.baseUrl]);
  const uris = new ServedUris(context, suspicious);
  return (input) => {
    uris.begin();
    return rewrite(playlistText(input, context.maxBytes), new PlaylistPass(context, suspicious, uris));
  };
}

/**
 * Rewrites a playlist of a camera (HLS, RFC 8216 and its successor) so that browsers ask us for everything it names, and
 * tells what that is. One pass over the lines, work linear in the input. Lines stay where they are: one that is taken out
 * becomes `#`. Over a limit the whole playlist is refused, never cut.
 *
 * @throws {VideoError} `playlist_invalid`, `playlist_too_large`, `playlist_too_deep`, and what `judge` refuses an address
 *   for. The message names the line, and nothing that the camera wrote.
 */
export function rewritePlaylist(input: Uint8Array | string, context: PlaylistContext): RewrittenPlaylist {
  return createPlaylistRewriter(context)(input);
}

function rewrite(text: string, pass: PlaylistPass): RewrittenPlaylist {
  const lines = rewriteLines(text, pass);
  if (pass.type !== "master" && pass.targetDurationS === null) {
    throw new VideoError("playlist_invalid", "the playlist has neither variants nor a target duration");
  }
  const { run } = pass;
  return {
    text: lines.join("\n"),
    isMaster: pass.type === "master",
    resources: pass.resources,
    segments: run.segments,
    variants: pass.variants,
    targetDurationS: pass.targetDurationS,
    partTargetS: pass.partTargetS,
    mediaSequence: run.mediaSequence,
    skippedSegments: run.skippedSegments,
    isEnded: pass.isEnded,
    isIframesOnly: pass.isIframesOnly,
    canBlockReload: pass.canBlockReload,
    variables: pass.variables.known,
    dropped: pass.dropped,
  };
}

function rewriteLines(text: string, pass: PlaylistPass): string[] {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (let from = 0; from <= text.length; ) {
    const feed = text.indexOf("\n", from);
    const to = feed < 0 ? text.length : feed;
    if (to - from > MAX_LINE_LENGTH || lines.length === MAX_LINES) {
      throw new VideoError("playlist_too_large", "the playlist has too many lines, or too long ones");
    }
    const line = text.slice(from, to).trim();
    try {
      lines.push(lines.length === 0 ? firstLine(line) : rewriteLine(line, pass, seen));
    } catch (error) {
      throw error instanceof VideoError ? inLine(lines.length + 1, error) : error;
    }
    from = to + 1;
  }
  return lines;
}

function firstLine(line: string): string {
  if (line !== "#EXTM3U") throw new VideoError("playlist_invalid", "it does not begin with #EXTM3U");
  return line;
}

function rewriteLine(line: string, pass: PlaylistPass, seen: Set<string>): string {
  if (line === "" || line === "#") return line;
  if (!line.startsWith("#")) return pass.serveLine(line);
  if (line.startsWith("#EXT")) return rewriteTag(pass, line, seen);
  pass.drop("comment");
  return "#";
}

function inLine(number: number, { videoCause, message, cause }: VideoError): VideoError {
  return new VideoError(videoCause, `line ${number}: ${message}`, { cause });
}
