import { type Interlock, judged, numberIn } from "../interlock.ts";

/** Supply water stays so far above the dew point of the box, K [CALC, J]. */
const MARGIN_K = 2;

/** Colder pipes sweat onto the electronics. */
export const aboveDewPoint: Interlock = {
  id: "dew-point",
  title: { "zh-CN": "不低于露点 + 2 K", en: "≥ dew point + 2 K" },
  refused: {
    "zh-CN": "箱内露点 {container_dew_point_c} °C，供液不得低于 {limit} °C（要求 {temp_c} °C）：会结露。",
    en: "The dew point in the box is {container_dew_point_c} °C, so {limit} °C is the least ({temp_c} °C wanted): water would condense.",
  },
  judge({ args, reading }) {
    const wanted = args["temp_c"];
    const dewPoint = numberIn(reading, "container_dew_point_c");
    const values = { temp_c: wanted ?? null, container_dew_point_c: dewPoint };
    const limit = dewPoint === null ? null : dewPoint + MARGIN_K;
    return judged(typeof wanted !== "number" || limit === null ? null : wanted >= limit, values, limit);
  },
};
