import { flagIn, type Interlock, judged } from "../interlock.ts";

/** The device's own reset may end the protection that a leak has set off: somebody has to have looked. */
export const leakInspected: Interlock = {
  id: "leak-inspected",
  title: { "zh-CN": "无漏液，或已现场检查", en: "No leak, or inspected on site" },
  refused: {
    "zh-CN": "漏液报警未消除：须有人现场检查并勾选“已现场检查”。",
    en: 'A leak is reported: somebody has to look on site and tick "inspected on site".',
  },
  judge({ args, reading }) {
    const isLeaking = flagIn(reading, "leak_detected");
    const isInspected = args["inspected_on_site"] === true;
    const values = { leak_detected: isLeaking, inspected_on_site: isInspected };
    return judged(isLeaking === null ? null : !isLeaking || isInspected, values);
  },
};
