import { VideoError } from "../video-cause.ts";
import { type Attribute, AttributeList } from "./attribute-list.ts";
import type { PlaylistContext, PlaylistResource, PlaylistVariant, ResourceKind } from "./rewritten-playlist.ts";
import { SegmentRun } from "./segment-run.ts";
import type { ServedUri, ServedUris } from "./served-uri.ts";
import { Variables } from "./variables.ts";

/** Variants, renditions and reports that one playlist may name [J]: ten qualities in ten languages. */
const MAX_PLAYLISTS = 100;
/** Of all tags together [J]: a live window has some hundred. */
const MAX_ATTRIBUTES = 20_000;

/** What a tag of the standard is, as far as the lines after it are concerned. */
export type PlaylistType = "master" | "media";
type NamedAs = {
  readonly byteRange?: PlaylistResource["byteRange"];
  readonly durationS?: number;
  readonly isHint?: boolean;
};

/** What one pass over a playlist has found so far. Tags read and change it line by line. */
export class PlaylistPass {
  readonly context: PlaylistContext;
  readonly variables: Variables;
  readonly run = new SegmentRun();
  readonly resources: PlaylistResource[] = [];
  readonly variants: PlaylistVariant[] = [];
  /** The variant whose address is due. */
  variantDue: Omit<PlaylistVariant, "url" | "servedAs"> | null = null;
  type: PlaylistType | null = null;
  targetDurationS: number | null = null;
  partTargetS: number | null = null;
  isEnded = false;
  isIframesOnly = false;
  canBlockReload = false;
  readonly dropped: Record<string, number> = {};
  readonly #uris: ServedUris;
  readonly #suspicious: RegExp;
  #playlists = 0;
  #attributes = 0;

  constructor(context: PlaylistContext, suspicious: RegExp, uris: ServedUris) {
    this.context = context;
    this.variables = new Variables(context.variables, context.upstreamUrl, context.maxBytes);
    this.#suspicious = suspicious;
    this.#uris = uris;
  }

  drop(what: string, count = 1): null {
    if (count > 0) this.dropped[what] = (this.dropped[what] ?? 0) + count;
    return null;
  }

  /** The attributes of a tag, without those that are not for viewers. The `URI` goes out only if `serveAttribute` maps it. */
  attributesOf(tag: string, value: string): AttributeList {
    const list = new AttributeList(value, this.variables);
    this.#attributes += list.size;
    if (this.#attributes > MAX_ATTRIBUTES) throw new VideoError("playlist_too_large", "there are too many attributes");
    // Most are harmless altogether, and are looked at only once.
    const isHarmless = !list.isFilledIn && !this.#suspicious.test(value);
    this.drop(
      tag,
      list.filter((name, attribute) => !isAddress(name) && (isHarmless || this.#isHarmless(attribute))),
    );
    return list;
  }

  isSuspicious(text: string): boolean {
    return this.#suspicious.test(text);
  }

  /** Maps the attribute `URI` in place. Null where there is none. */
  serveAttribute(
    list: AttributeList,
    kind: ResourceKind,
    named: (url: string) => NamedAs = nothing,
  ): PlaylistResource | null {
    const uri = list.find("URI");
    if (!uri) return null;
    const served = this.#serve(uri.text, kind, uri.isSecret);
    list.serveUri(served.text);
    return this.#add({ kind, url: served.url, servedAs: served.servedAs, ...NAMED, ...named(served.url) });
  }

  /** Like `serveAttribute`, for a tag that is none without it. */
  serveRequired(list: AttributeList, kind: ResourceKind, named?: (url: string) => NamedAs): PlaylistResource {
    const resource = this.serveAttribute(list, kind, named);
    if (resource === null) throw new VideoError("playlist_invalid", "a tag lacks its URI");
    return resource;
  }

  /** A line, or the rest of one, that is an address. */
  serveText(text: string, kind: ResourceKind): ServedUri {
    const filled = this.variables.substitute(text);
    return this.#serve(filled?.text ?? text, kind, filled?.isSecret ?? false);
  }

  /** @returns the address of this playlist's own line for the line of a URI */
  serveLine(line: string): string {
    if (this.variantDue) {
      const { url, servedAs, text } = this.serveText(line, "playlist");
      this.variants.push({ ...this.variantDue, url, servedAs });
      this.#add({ kind: "playlist", url, servedAs, ...NAMED });
      this.variantDue = null;
      return text;
    }
    if (!this.run.isSegmentDue) throw new VideoError("playlist_invalid", "an address that no tag announces");
    const { url, servedAs, text } = this.serveText(line, "segment");
    this.#add(this.run.addSegment(url, servedAs));
    return text;
  }

  /** A segment that is announced by a tag alone. */
  serveHint(text: string): string {
    const served = this.serveText(text, "segment");
    this.#add({ kind: "segment", url: served.url, servedAs: served.servedAs, ...NAMED, isHint: true });
    return served.text;
  }

  #serve(uri: string, kind: ResourceKind, isSecret: boolean): ServedUri {
    if (kind === "playlist" && ++this.#playlists > MAX_PLAYLISTS) {
      throw new VideoError("playlist_too_large", "the playlist names too many playlists");
    }
    return this.#uris.of(uri, kind, isSecret);
  }

  #add(resource: PlaylistResource): PlaylistResource {
    this.resources.push(resource);
    return resource;
  }

  #isHarmless({ text, isSecret }: Attribute): boolean {
    return !isSecret && !this.#suspicious.test(text);
  }
}

/** Their values are addresses, or lists of such, which no player of ours has a use for. */
function isAddress(attribute: string): boolean {
  return attribute.endsWith("URI") || attribute.endsWith("URL") || attribute.endsWith("LIST");
}

const NAMED = { byteRange: null, durationS: null, isHint: false } as const;
const nothing = (): NamedAs => ({});
