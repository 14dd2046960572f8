import { isPointName, POINTS } from "../points/catalogue.ts";
import { faultDefinition } from "../points/fault-labels.ts";
import type { CommandFinding } from "./command.ts";
import { type CommandText, fillText } from "./command-text.ts";
import type { Interlock } from "./interlock.ts";
import { COMMON_INTERLOCKS } from "./interlocks/index.ts";
import { findCommandKind } from "./kinds/index.ts";

/** Values of findings that are no points. */
const FACTS: Readonly<Record<string, CommandText>> = {
  load_kw: { "zh-CN": "负荷", en: "the load" },
  rated_power_kw: { "zh-CN": "额定功率（站点清单）", en: "the rated power (inventory)" },
  baseline_flow_m3h: { "zh-CN": "调试流量（基准值）", en: "the flow at commissioning (baseline)" },
  expected_flow_m3h: { "zh-CN": "预计流量", en: "the expected flow" },
  unloaded_s: { "zh-CN": "负荷卸除时长", en: "for how long the load has been off" },
  present: { "zh-CN": "现设定值", en: "the present set-point" },
  wanted: { "zh-CN": "要求值", en: "the wanted value" },
  temp_c: { "zh-CN": "要求温度", en: "the wanted temperature" },
  faults: { "zh-CN": "故障位", en: "the fault bits" },
};

const NO_SUCH_KIND: CommandText = { "zh-CN": "没有这种命令。", en: "There is no such kind of command." };
const MET: CommandText = { "zh-CN": "{title}：满足。", en: "{title}: met." };
const OVERRIDDEN: CommandText = {
  "zh-CN": "{title}：已作为紧急情况越过。",
  en: "{title}: overridden as an emergency.",
};
const UNVERIFIED: CommandText = {
  "zh-CN": "无法核实“{title}”：没有可信的{missing}。",
  en: 'Cannot verify "{title}": there is no good reading of {missing}.',
};
const LOOK_FIRST: CommandText = {
  "zh-CN": "无法核实“{title}”：读数不能说明（{missing}），须现场检查。",
  en: 'Cannot verify "{title}": no reading tells ({missing}), somebody has to look on site.',
};

/** What a finding says to a person, in both languages, with its values and its limit. */
export function describeFinding(kindName: string, finding: CommandFinding): CommandText {
  const interlock = findInterlock(kindName, finding.id);
  if (interlock === undefined) return NO_SUCH_KIND;
  const values = { ...finding.values, limit: finding.limit };
  switch (finding.result) {
    case "refused":
      return fillText(interlock.refused, values);
    case "met":
      return withTitle(MET, interlock, null);
    case "overridden":
      return withTitle(OVERRIDDEN, interlock, null);
    case "cannot_verify": {
      if (interlock.unverified) return fillText(interlock.unverified, values);
      const missing = Object.keys(finding.values).filter((name) => finding.values[name] === null);
      const active = Object.keys(finding.values).filter((name) => finding.values[name] === true);
      return missing.length > 0 ? withTitle(UNVERIFIED, interlock, missing) : withTitle(LOOK_FIRST, interlock, active);
    }
  }
}

function findInterlock(kindName: string, id: string): Interlock | undefined {
  const own = findCommandKind(kindName)?.interlocks ?? [];
  return [...COMMON_INTERLOCKS, ...own].find((interlock) => interlock.id === id);
}

function withTitle(text: CommandText, { title }: Interlock, names: readonly string[] | null): CommandText {
  return { "zh-CN": inLanguage("zh-CN", "、"), en: inLanguage("en", ", ") };

  function inLanguage(language: keyof CommandText, comma: string): string {
    const missing = (names ?? []).map((name) => labelOf(name)[language]).join(comma);
    return fillText(text, { title: title[language], missing })[language];
  }
}

function labelOf(name: string): CommandText {
  if (isPointName(name)) return POINTS[name].label;
  return (Object.hasOwn(FACTS, name) ? FACTS[name] : undefined) ?? faultDefinition(name).label;
}
