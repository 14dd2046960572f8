import { type Interlock, judged } from "../interlock.ts";

/** Somebody may have their hands in the plant: nobody and no override gets past a lock, only taking it away does. */
export const noLock: Interlock = {
  id: "maintenance-lock",
  title: { "zh-CN": "未挂检修牌", en: "No maintenance lock" },
  refused: {
    "zh-CN": "{locked_by} 已挂检修牌（{lock_reason}）：检修牌只能由人摘除。",
    en: "{locked_by} has locked the site for maintenance ({lock_reason}): only a person takes the lock away.",
  },
  judge: ({ site: { lock } }) =>
    lock === null
      ? judged(true, { locked: false })
      : judged(false, { locked: true, locked_by: lock.by, lock_reason: lock.reason }),
};
