import type { CommandText } from "../command-text.ts";
import { FRESH_S } from "../freshness.ts";
import { type Interlock, judged } from "../interlock.ts";

const TOO_OLD: CommandText = {
  "zh-CN": "没有 {limit} 秒以内的数据（现有数据 {age_s} 秒）：无法核实，不下发命令。",
  en: "There are no readings of at most {limit} s (age: {age_s} s): nothing can be verified, so nothing is sent.",
};

export const freshData: Interlock = {
  id: "fresh-data",
  title: { "zh-CN": "数据不超过 15 秒", en: "Readings of at most 15 s" },
  refused: TOO_OLD,
  unverified: TOO_OLD,
  judge: ({ reading, ageS }) => judged(reading === null ? null : true, { age_s: ageS }, FRESH_S),
};
