import { type CommandArgument, defineCommandKind } from "../command-kind.ts";
import { type EffectStage, seesLoadMove } from "../effect-stage.ts";
import { numberIn } from "../interlock.ts";
import { flowOk } from "../interlocks/flow-ok.ts";

/** A batch at most, and so long between two: inrush current trips the feeder [AM]. */
const MOST_MINERS = 30;
const LEAST_GAP_S = 8;

const miners: CommandArgument = {
  type: "number",
  label: { "zh-CN": "矿机台数", en: "Miners" },
  unit: "",
  min: 1,
  max: MOST_MINERS,
  step: 1,
};

const hashing: EffectStage = {
  id: "hashrate",
  title: { "zh-CN": "有算力", en: "There is hashrate" },
  withinS: 900,
  reads: ["hashrate_th"],
  look({ reading }) {
    const hashrate = numberIn(reading, "hashrate_th");
    return { isSeen: hashrate === null ? null : hashrate > 0, values: { hashrate_th: hashrate } };
  },
};

const onSite = {
  "zh-CN": "观察总功率逐批变化，有跳闸立即停止。",
  en: "Watch the power batch by batch; stop when a breaker trips.",
};

/** Through the miners' own interface, of which no call is in a profile yet. */
export const minerSleep = defineCommandKind({
  title: { "zh-CN": "矿机休眠", en: "Put miners to sleep" },
  does: { "zh-CN": "一批矿机停止计算，功率下降。", en: "A batch of miners stops hashing; the power falls." },
  onSite,
  args: { miners },
  lowestRole: "operator",
  isForEmergency: true,
  leastGapS: LEAST_GAP_S,
  interlocks: [],
  effect: [seesLoadMove(120, () => false)],
});

/** Only into a loop that flows. */
export const minerWake = defineCommandKind({
  title: { "zh-CN": "矿机唤醒", en: "Wake miners" },
  does: { "zh-CN": "一批矿机开始计算，功率和热量上升。", en: "A batch of miners starts hashing; power and heat rise." },
  onSite,
  args: { miners },
  lowestRole: "operator",
  leastGapS: LEAST_GAP_S,
  interlocks: [flowOk],
  effect: [seesLoadMove(300, () => true), hashing],
});

/** A miner that reboots is back in some minutes. */
export const minerReboot = defineCommandKind({
  title: { "zh-CN": "矿机重启", en: "Reboot miners" },
  does: {
    "zh-CN": "一批矿机重启，数分钟内无算力。",
    en: "A batch of miners reboots and hashes again after some minutes.",
  },
  onSite,
  args: { miners },
  lowestRole: "operator",
  leastGapS: LEAST_GAP_S,
  interlocks: [flowOk],
  effect: [seesLoadMove(120, () => false), hashing],
});
