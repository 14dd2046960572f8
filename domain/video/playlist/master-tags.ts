import type { AttributeList } from "./attribute-list.ts";
import { readInteger, readResolution } from "./playlist-number.ts";
import type { PlaylistVariant } from "./rewritten-playlist.ts";
import { invalid, type Tags, type WriteTag } from "./tag-value.ts";

const dropped: WriteTag = (pass, _, tag) => pass.drop(tag);

/** Tags of a multivariant playlist. */
export const MASTER_TAGS: Tags = {
  "EXT-X-STREAM-INF": (pass, value, tag) => {
    if (pass.variantDue) invalid("a variant has no address");
    const list = pass.attributesOf(tag, value);
    pass.variantDue = { ...qualityOf(list), isIframe: false };
    return list.toString();
  },
  "EXT-X-I-FRAME-STREAM-INF": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    const { url, servedAs } = pass.serveRequired(list, "playlist");
    pass.variants.push({ ...qualityOf(list), url, servedAs, isIframe: true });
    return list.toString();
  },
  "EXT-X-IMAGE-STREAM-INF": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    pass.serveRequired(list, "playlist");
    return list.toString();
  },
  "EXT-X-MEDIA": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    pass.serveAttribute(list, "playlist");
    return list.toString();
  },
  "EXT-X-SESSION-KEY": (pass, value, tag) => {
    const list = pass.attributesOf(tag, value);
    pass.serveRequired(list, "key");
    return list.toString();
  },
  // What they name is fetched by players on their own account, and nothing of ours reads it.
  "EXT-X-SESSION-DATA": dropped,
  "EXT-X-CONTENT-STEERING": dropped,
};

function qualityOf(list: AttributeList): Omit<PlaylistVariant, "url" | "servedAs" | "isIframe"> {
  const { width, height } = readResolution(list.get("RESOLUTION") ?? "") ?? { width: null, height: null };
  return { bandwidth: readInteger(list.get("BANDWIDTH") ?? ""), width, height, codecs: list.get("CODECS") };
}
