import { type Interlock, judged } from "../interlock.ts";

export const siteEnabled: Interlock = {
  id: "site-enabled",
  title: { "zh-CN": "站点已启用", en: "The site is enabled" },
  refused: {
    "zh-CN": "站点已停用：不采集，也不下发命令。",
    en: "The site is disabled: it is neither polled nor commanded.",
  },
  judge: ({ site }) => judged(site.isEnabled, { enabled: site.isEnabled }),
};
