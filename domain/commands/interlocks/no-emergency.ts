import { type Interlock, judged } from "../interlock.ts";

/** Latched: what stopped the site has to be looked at before anything is started or set there again. */
export const noEmergency: Interlock = {
  id: "emergency",
  title: { "zh-CN": "站点未处于急停", en: "No emergency stop" },
  refused: {
    "zh-CN": "{stopped_by} 已对该站点急停（{stop_reason}）：现场检查后须先复位急停。",
    en: "{stopped_by} has stopped the site as an emergency ({stop_reason}): look at it on site, then reset the stop first.",
  },
  judge({ site: { emergency }, limits }) {
    if (limits.isForEmergency) return null;
    if (emergency === null) return judged(true, { stopped: false });
    return judged(false, { stopped: true, stopped_by: emergency.by, stop_reason: emergency.reason });
  },
};

/** Its own command is part of a stop: nothing is left of it once somebody has reset the stop. */
export const emergencyInForce: Interlock = {
  id: "emergency-in-force",
  title: { "zh-CN": "急停仍然有效", en: "The emergency stop is in force" },
  refused: {
    "zh-CN": "急停已被复位：不再下发其停止命令。",
    en: "The emergency stop was reset: its command is not sent any more.",
  },
  judge: ({ site: { emergency } }) => judged(emergency !== null, { stopped: emergency !== null }),
};
