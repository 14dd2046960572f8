import type { Priority } from "../alarms/alarm.ts";
import { isQuantity, QUANTITIES } from "../alarms/quantities.ts";
import { isPointName, POINTS } from "../points/catalogue.ts";
import { faultDefinition } from "../points/fault-labels.ts";
import type { Locale } from "./channel.ts";
import type { Directory } from "./directory.ts";
import type { NoticeKind, TrackedAlarm } from "./notice.ts";
import type { Named } from "./track-alarm.ts";

/** More would be no message but a list: that is behind the link. */
const MOST_LINES = 10;

const PRIORITIES: Readonly<Record<Priority, Readonly<Record<Locale, string>>>> = {
  critical: { "zh-CN": "紧急", en: "Critical" },
  high: { "zh-CN": "严重", en: "High" },
  medium: { "zh-CN": "警告", en: "Warning" },
  low: { "zh-CN": "信息", en: "Information" },
};

const KINDS: Readonly<Record<NoticeKind, Readonly<Record<Locale, string>>>> = {
  raised: { "zh-CN": "", en: "" },
  repeated: { "zh-CN": "未确认", en: "Not acknowledged" },
  escalated: { "zh-CN": "升级", en: "Escalated" },
  cleared: { "zh-CN": "已恢复", en: "Cleared" },
  test: { "zh-CN": "测试", en: "Test" },
};

const WORDS = {
  "zh-CN": {
    colon: "：",
    site: "站点",
    place: "范围",
    fleet: "全部站点",
    value: "数值",
    limit: "限值",
    since: "开始",
    consequence: "后果",
    action: "处理",
    within: (minutes: number) => (minutes === 0 ? "须立即处理。" : `须在 ${minutes} 分钟内处理。`),
    chattering: "该报警在反复出现：恢复前不再逐次通知。",
    alarms: (count: number) => `${count} 条报警`,
    more: (count: number) => `…另有 ${count} 条，见链接。`,
    yes: "是",
    no: "否",
    test: "这是一条测试消息，无需处理。收到即表示该渠道可用。",
  },
  en: {
    colon: ": ",
    site: "Site",
    place: "Where",
    fleet: "All sites",
    value: "Value",
    limit: "limit",
    since: "Since",
    consequence: "Consequence",
    action: "What to do",
    within: (minutes: number) => (minutes === 0 ? "Act at once." : `Act within ${minutes} min.`),
    chattering: "The alarm comes and goes: until it is over you are not told each time.",
    alarms: (count: number) => `${count} alarms`,
    more: (count: number) => `… and ${count} more, behind the link.`,
    yes: "yes",
    no: "no",
    test: "This is a test message; nothing is to be done. Having received it means that this channel works.",
  },
} as const;

type Said = Pick<Directory, "siteOf" | "ruleOf" | "timeZone">;

/** One line: how bad, what, and where. @param alarms worst first, one or more */
export function noticeTitle(kind: NoticeKind, alarms: readonly Named[], language: Locale, said: Said): string {
  const [first] = alarms;
  if (first === undefined) return KINDS[kind][language];
  const [, worst] = first;
  const mark = [KINDS[kind][language], PRIORITIES[worst.priority][language]].filter((word) => word !== "").join(" · ");
  const isOneRule = alarms.every(([, { ruleId }]) => ruleId === worst.ruleId);
  const what = isOneRule ? ruleTitle(worst, language, said) : WORDS[language].alarms(alarms.length);
  const places = new Set(alarms.map(([, alarm]) => placeOf(alarm, language, said)));
  const [place = ""] = places;
  const where = places.size === 1 ? place : `${place} +${places.size - 1}`;
  return language === "en" ? `[${mark}] ${what}: ${where}` : `【${mark}】${what}：${where}`;
}

/** Everything that the reader needs before the link is opened. Links are the channel's to add. */
export function noticeText(kind: NoticeKind, alarms: readonly Named[], language: Locale, said: Said): string {
  const [first] = alarms;
  if (first === undefined) return "";
  const [, alarm] = first;
  if (alarms.length === 1) return textOfOne(kind, alarm, language, said);
  const words = WORDS[language];
  const lines = alarms.slice(0, MOST_LINES).map(([, one]) => lineOf(one, language, said));
  const more = alarms.length > MOST_LINES ? [words.more(alarms.length - MOST_LINES)] : [];
  const isOneRule = alarms.every(([, { ruleId }]) => ruleId === alarm.ruleId);
  const advice = kind !== "cleared" && isOneRule ? adviceOf(alarm, language, said) : [];
  return [words.alarms(alarms.length), ...lines, ...more, ...advice].join("\n");
}

/** A message that only shows that a channel works. */
export function testNotice(language: Locale): { readonly title: string; readonly text: string } {
  const mark = KINDS.test[language];
  return { title: language === "en" ? `[${mark}] AntBox Flow` : `【${mark}】AntBox Flow`, text: WORDS[language].test };
}

function textOfOne(kind: NoticeKind, alarm: TrackedAlarm, language: Locale, said: Said): string {
  const words = WORDS[language];
  const label = alarm.siteId === null ? words.place : words.site;
  const value = shownValue(alarm, language);
  const site = alarm.siteId === null ? undefined : said.siteOf(alarm.siteId);
  const area =
    site === undefined
      ? ""
      : language === "en"
        ? ` (${site.region}, ${site.zone})`
        : `（${site.region}，${site.zone}）`;
  return [
    `${label}${words.colon}${placeOf(alarm, language, said)}${area}`,
    ...(value === "" ? [] : [`${words.value}${words.colon}${value}`]),
    `${words.since}${words.colon}${timeOf(alarm.since, language, said.timeZone)}`,
    ...(alarm.isChattering && kind !== "cleared" ? [words.chattering] : []),
    ...(kind === "cleared" ? [] : adviceOf(alarm, language, said)),
  ].join("\n");
}

function lineOf(alarm: TrackedAlarm, language: Locale, said: Said): string {
  const value = shownValue(alarm, language);
  const parts = [placeOf(alarm, language, said), ruleTitle(alarm, language, said), value];
  const mark = PRIORITIES[alarm.priority][language];
  return `· [${mark}] ${parts.filter((part) => part !== "").join(" · ")} · ${timeOf(alarm.since, language, said.timeZone)}`;
}

function adviceOf({ ruleId }: TrackedAlarm, language: Locale, { ruleOf }: Said): string[] {
  const rule = ruleOf(ruleId);
  if (rule === undefined) return [];
  const words = WORDS[language];
  const { consequence, action } = rule.texts[language];
  return [
    `${words.consequence}${words.colon}${consequence}`,
    `${words.action}${words.colon}${words.within(rule.respondWithinMin)}${language === "en" ? " " : ""}${action}`,
  ];
}

function ruleTitle({ ruleId }: TrackedAlarm, language: Locale, { ruleOf }: Said): string {
  return ruleOf(ruleId)?.texts[language].title ?? ruleId;
}

function placeOf({ siteId, segmentId, ruleId }: TrackedAlarm, language: Locale, { siteOf }: Said): string {
  if (siteId !== null) return siteOf(siteId)?.name ?? siteId;
  // The platform's alarms about itself are of no place in the plant.
  if (ruleId.startsWith("platform-")) return "AntBox Flow";
  return segmentId ?? WORDS[language].fleet;
}

/** `Supply temperature 41.2 °C (limit 40 °C)`; nothing for a combination without a value. */
function shownValue({ point, value, limit, unit }: TrackedAlarm, language: Locale): string {
  if (point === null || value === null) return "";
  const words = WORDS[language];
  const withUnit = (text: string) => (unit === null || unit === "" ? text : `${text} ${unit}`);
  const shown =
    typeof value === "number"
      ? withUnit(figure(value))
      : typeof value === "boolean"
        ? value
          ? words.yes
          : words.no
        : value;
  const label = labelOf(point, language);
  if (limit === null) return `${label} ${shown}`;
  const bounds = `${words.limit} ${withUnit(figure(limit))}`;
  return language === "en" ? `${label} ${shown} (${bounds})` : `${label} ${shown}（${bounds}）`;
}

function labelOf(point: string, language: Locale): string {
  if (isPointName(point)) return POINTS[point].label[language];
  if (isQuantity(point)) return QUANTITIES[point].label[language];
  return faultDefinition(point).label[language];
}

/** Three significant decimals at most: 41.2, 0.004, 1030. */
function figure(value: number): string {
  return String(Number(Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(4)));
}

function timeOf(iso: string, language: Locale, timeZone: string): string {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(Date.parse(iso));
}
