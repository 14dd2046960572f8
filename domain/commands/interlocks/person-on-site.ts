import { type Interlock, judged, switchesOff } from "../interlock.ts";

export const personOnSite: Interlock = {
  id: "on-site",
  title: { "zh-CN": "操作人在现场", en: "Somebody is on site" },
  refused: {
    "zh-CN": "补液须有人在现场看护。",
    en: "Refilling needs somebody on site who watches it.",
  },
  judge({ args }) {
    if (switchesOff(args)) return null;
    return judged(args["on_site"] === true, { on_site: args["on_site"] === true });
  },
};
