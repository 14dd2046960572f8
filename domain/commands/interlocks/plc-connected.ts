import { flagIn, type Interlock, judged } from "../interlock.ts";

/** A controller without its PLC says ok and does nothing. Models that never tell have nothing to be asked. */
export const plcConnected: Interlock = {
  id: "plc-connected",
  title: { "zh-CN": "控制器与PLC连接正常", en: "The controller reaches its PLC" },
  refused: {
    "zh-CN": "控制器与PLC失联：命令不会生效，读数也可能是旧的。",
    en: "The controller has lost its PLC: a command would do nothing, and its readings may be old.",
  },
  judge({ site, reading }) {
    const mapping = site.profile.map.plc_disconnect;
    if (mapping === undefined) return null;
    // A firmware that may lack the field, and does.
    if (mapping.optional && reading !== null && reading.values.plc_disconnect === undefined) return null;
    const isLost = flagIn(reading, "plc_disconnect");
    return judged(isLost === null ? null : !isLost, { plc_disconnect: isLost });
  },
};
