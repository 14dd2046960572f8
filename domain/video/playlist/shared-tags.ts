import { AttributeList } from "./attribute-list.ts";
import { invalid, type Tags, wholeNumberTag } from "./tag-value.ts";

/** Tags that stand in both kinds of playlists. */
export const SHARED_TAGS: Tags = {
  EXTM3U: (pass, _, tag) => pass.drop(tag),
  "EXT-X-VERSION": wholeNumberTag,
  "EXT-X-INDEPENDENT-SEGMENTS": () => "",
  "EXT-X-START": (pass, value, tag) => pass.attributesOf(tag, value).toString() || invalid("a start without its time"),
  "EXT-X-DEFINE": (pass, value) => {
    pass.variables.define(new AttributeList(value, pass.variables));
    return null;
  },
};
