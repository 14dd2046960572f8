import { ROUND_LIMIT_MS } from "../../collection/round-budget.ts";
import { SUSPECT_SHARE, SUSPECT_SITES } from "../suspect-scan.ts";
import type { PlatformFacts, RoundFact } from "./platform-facts.ts";
import { definePlatformRule, type Finding, type PlatformRule } from "./platform-rule.ts";

/** So many rounds are looked at together: one slow round is no trend [J]. */
const ROUNDS_SEEN = 3;
/** Of the polls that were tried, percent [domain 8.4]. */
const LEAST_SUCCESS_PCT = 95;
const CLEAR_SUCCESS_PCT = 97;
/** So many intervals without a round, and collection is silent. */
const SILENT_INTERVALS = 2;
/** A round may end so long after its slot. */
const ROUND_SLACK_MS = 10_000;

/** Rounds, and whether anybody makes them. */
export const COLLECTION_RULES: readonly PlatformRule[] = [
  definePlatformRule({
    id: "platform-round-late",
    measure: "round_duration_s",
    unit: "s",
    priority: "medium",
    respondWithinMin: 60,
    condition: "2 of the last 3 rounds took 5 s",
    clear: "none of the last 3 rounds took 5 s",
    onDelayS: 0,
    offDelayS: 120,
    judge: judgeLateness,
    texts: {
      "zh-CN": {
        title: "采集轮次超时",
        cause: "控制器应答慢、网络拥塞、采集服务器过载，或同时超时的站点过多。",
        consequence: "超过 5 秒的轮次会被截断，未应答的站点本轮无数据，报警随之延迟。",
        action: "1. 查看最慢站点与失败原因。2. 检查采集服务器 CPU 与网络。3. 必要时加长轮询间隔或增加采集进程。",
      },
      en: {
        title: "Rounds of polling are late",
        cause:
          "Slow controllers, a congested network, an overloaded collector, or too many sites that time out at once.",
        consequence:
          "A round is cut off at 5 s: sites that have not answered have no data, and their alarms come later.",
        action:
          "1. Look at the slowest sites and the causes of failures. 2. Check processor and network of the collector. 3. If need be, poll less often or add a collector.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-poll-success",
    measure: "poll_success_pct",
    unit: "%",
    priority: "medium",
    respondWithinMin: 60,
    condition: "poll success of the last 3 rounds < 95 %, sites left out for long not counted",
    clear: "poll success >= 97 %",
    onDelayS: 120,
    offDelayS: 180,
    judge: judgeSuccess,
    texts: {
      "zh-CN": {
        title: "采集成功率低",
        cause: "网络丢包、交换机或无线链路不稳、控制器过载或固件变更。",
        consequence: "部分站点数据缺失，缺数据的规则既不报警也不恢复。",
        action: "1. 查看失败原因分布与所在网段。2. 检查链路质量。3. 对个别站点检查控制器。",
      },
      en: {
        title: "Few polls succeed",
        cause: "Lost packets, an unsteady switch or radio link, overloaded controllers, or another firmware.",
        consequence: "Data of some sites is missing; rules without data neither raise nor clear.",
        action:
          "1. See which causes and which segments prevail. 2. Check the quality of the links. 3. For single sites, check the controller.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-collector-silent",
    measure: "sites_not_polled",
    unit: null,
    priority: "critical",
    respondWithinMin: 5,
    condition: "no round for 2 intervals, or rounds that leave enabled sites out",
    clear: "a round polls all enabled sites",
    onDelayS: 90,
    offDelayS: 0,
    judge: judgeSilence,
    texts: {
      "zh-CN": {
        title: "采集中断",
        cause: "采集进程停止或失去租约、采集流程被断开或停用、Redis 中断，或没有进程负责这些站点。",
        consequence: "平台看不到这些站点，故障不会被发现，屏幕上的数据已过期。",
        action: "1. 查看各采集进程是否运行。2. 检查采集流程是否已部署并连线。3. 恢复前安排人工巡检。",
      },
      en: {
        title: "Nobody collects",
        cause:
          "A collector has stopped or lost its lease, the flow of collection was unwired or disabled, Redis is away, or no process takes these sites.",
        consequence: "The platform is blind to these sites: faults go unseen, and what screens show is old.",
        action:
          "1. See whether the collectors run. 2. Check that the flow of collection is deployed and wired. 3. Until it is back, patrol the sites.",
      },
    },
  }),
];

function judgeLateness({ rounds }: PlatformFacts, isActive: boolean): Finding | null {
  const seen = judgeable(rounds);
  if (seen === null) return null;
  const late = seen.filter(({ durationMs }) => durationMs >= ROUND_LIMIT_MS).length;
  const slowestMs = Math.max(...seen.map(({ durationMs }) => durationMs));
  return { holds: late >= (isActive ? 1 : 2), value: Math.round(slowestMs / 100) / 10, limit: ROUND_LIMIT_MS / 1000 };
}

function judgeSuccess({ rounds }: PlatformFacts, isActive: boolean): Finding | null {
  const seen = judgeable(rounds);
  const tried = sum(seen ?? [], ({ sites, skipped }) => sites - skipped);
  if (seen === null || tried === 0) return null;
  const success = (100 * sum(seen, ({ ok }) => ok)) / tried;
  const limit = isActive ? CLEAR_SUCCESS_PCT : LEAST_SUCCESS_PCT;
  return { holds: success < limit, value: Math.round(success * 10) / 10, limit: LEAST_SUCCESS_PCT };
}

/** @returns the newest rounds; null when there are too few, or the fleet was silent in one of them: nothing is known then */
function judgeable(rounds: readonly RoundFact[]): readonly RoundFact[] | null {
  const seen = rounds.slice(0, ROUNDS_SEEN);
  return seen.length < ROUNDS_SEEN || seen.some(isSuspect) ? null : seen;
}

/** Told by `scan-suspect`: that such a round was long, or that few polls succeeded, is no second message. */
function isSuspect({ sites, ok }: RoundFact): boolean {
  return sites - ok >= SUSPECT_SITES && ok < sites * (1 - SUSPECT_SHARE);
}

function judgeSilence({ atMs, sinceMs, intervalMs, rounds, sitesExpected }: PlatformFacts): Finding | null {
  if (sitesExpected === 0) return { holds: false, value: 0, limit: 0 };
  const [newest] = rounds;
  const patienceMs = SILENT_INTERVALS * intervalMs + ROUND_SLACK_MS;
  if (atMs - Math.max(sinceMs, newest?.slotMs ?? 0) > patienceMs) {
    return { holds: true, value: sitesExpected, limit: 0 };
  }
  if (newest === undefined || atMs - newest.slotMs > patienceMs) return null;
  const missing = Math.max(0, sitesExpected - newest.sites);
  return { holds: missing > 0, value: missing, limit: 0 };
}

function sum(rounds: readonly RoundFact[], read: (round: RoundFact) => number): number {
  return rounds.reduce((total, round) => total + read(round), 0);
}
