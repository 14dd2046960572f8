import { type Interlock, judged } from "../interlock.ts";

/** The vendor's calls are documented by one organisation only: they stay off until one device was tried. */
export const writesOn: Interlock = {
  id: "writes-on",
  title: { "zh-CN": "已允许下发命令", en: "Writing is switched on" },
  refused: {
    "zh-CN": "该站点未开放写操作：须由管理员按设备档案和站点逐一开放，并先在同固件的一台设备上试验。",
    en: "Writing to this site is switched off: an admin switches it on per profile and site, after one device of that firmware was tried.",
  },
  judge: ({ site }) => judged(site.isWritable, { writes_on: site.isWritable }),
};
