import type { PlatformFacts } from "./platform-facts.ts";
import { definePlatformRule, type Finding, type PlatformRule } from "./platform-rule.ts";

/** Usually a batch is stored within some seconds [J]. */
const MOST_LAG_S = 60;
const CLEAR_LAG_S = 30;
/** Full to this share, it is time to act [domain 8.4; J]; above the second nothing more fits soon. */
const FILLING_SHARE = 0.8;
const CLEAR_SHARE = 0.7;
const ALMOST_FULL_SHARE = 0.95;
const STALLED_INTERVALS = 2;
const JUDGE_SLACK_MS = 15_000;

/** What carries the data on: database, journal, rules, notification. */
export const SERVICE_RULES: readonly PlatformRule[] = [
  definePlatformRule({
    id: "platform-write-lag",
    measure: "write_lag_s",
    unit: "s",
    priority: "high",
    respondWithinMin: 30,
    condition: "what is stored is more than 60 s behind",
    clear: "less than 30 s behind",
    onDelayS: 30,
    offDelayS: 60,
    judge: ({ writeLagS }, isActive) =>
      writeLagS === null
        ? null
        : {
            holds: writeLagS > (isActive ? CLEAR_LAG_S : MOST_LAG_S),
            value: Math.round(writeLagS),
            limit: MOST_LAG_S,
          },
    texts: {
      "zh-CN": {
        title: "数据库写入延迟",
        cause: "数据库停机、磁盘满或缓慢、网络中断，或积压数据正在补写。",
        consequence: "实时画面正常，但历史数据滞后；日志写满后数据将丢失。报警状态的保存也会延迟。",
        action: "1. 检查数据库是否运行及磁盘空间。2. 检查到数据库的网络。3. 关注日志占用，恢复后会自动补写。",
      },
      en: {
        title: "The database is behind",
        cause: "The database is down, its disk is full or slow, the network is broken, or a backlog is being stored.",
        consequence:
          "Live screens go on, history lags; once the journal is full, data is lost. Alarms are stored late, too.",
        action:
          "1. Does the database run, and has it disk space? 2. Check the network to it. 3. Watch the journal; what waits in it is stored by itself afterwards.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-journal-filling",
    measure: "journal_share_pct",
    unit: "%",
    priority: "high",
    respondWithinMin: 60,
    condition: "journal >= 80 % full, or not writable",
    clear: "journal < 70 % full",
    onDelayS: 0,
    offDelayS: 60,
    judge: judgeJournal,
    texts: {
      "zh-CN": {
        title: "采集日志将满",
        cause: "数据库长时间不可写，未入库的应答在本地积压；或本机磁盘已满。",
        consequence: "写满后最早的数据会被丢弃，历史出现缺口。",
        action: "1. 先恢复数据库写入。2. 检查数据目录的磁盘空间。3. 恢复后确认占用下降。",
      },
      en: {
        title: "The journal is filling",
        cause:
          "The database has taken nothing for long, and replies pile up on this machine; or this machine's disk is full.",
        consequence: "Once it is full, the oldest replies are given up, and history has a gap.",
        action:
          "1. Get the database to take data again. 2. Check the disk of the data folder. 3. See that the journal empties.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-rules-stalled",
    measure: "rule_lag_s",
    unit: "s",
    priority: "critical",
    respondWithinMin: 5,
    condition: "rounds end, and none was judged for 2 intervals",
    clear: "a round is judged",
    onDelayS: 0,
    offDelayS: 0,
    judge: judgeStall,
    texts: {
      "zh-CN": {
        title: "报警规则停止判定",
        cause: "报警流程被断开、停用或规则有误，或判定进程过载。",
        consequence: "现场出现故障时不会产生任何报警。",
        action: "1. 在流程编辑器中检查「报警」流程的连线与节点状态。2. 查看日志中的错误。3. 恢复前安排人工监盘。",
      },
      en: {
        title: "The alarm rules judge nothing",
        cause: "The flow of alarms was unwired or disabled, a rule is wrong, or the process that judges is overloaded.",
        consequence: "Whatever happens on site raises no alarm.",
        action:
          "1. In the flow editor, look at wires and states of the flow “Alarms”. 2. Look for errors in the log. 3. Until it is back, somebody must watch the screens.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-rules-missing",
    measure: "nodes_without_rules",
    unit: null,
    priority: "high",
    respondWithinMin: 30,
    condition: "a rule node has had no usable rule since the start",
    clear: "every rule node has one, or is gone",
    onDelayS: 0,
    offDelayS: 0,
    judge: ({ holdersWithoutRules, rulesJudged }) => ({
      holds: holdersWithoutRules.length > 0,
      value: holdersWithoutRules.join(", ").slice(0, 200),
      limit: null,
      ...(rulesJudged === 0 && { priority: "critical" }),
    }),
    texts: {
      "zh-CN": {
        title: "规则节点没有可用规则",
        cause: "节点设置有误、规则文件缺失或损坏，或所用环境变量未设置，平台启动后一直如此。",
        consequence: "该节点的规则不参与判定；其已有报警保持原状，不会恢复。其他规则照常判定。",
        action:
          "1. 在流程编辑器中按此处的编号搜索节点，查看其状态。2. 更正设置并部署。3. 不再需要则删除该节点，其报警随之结束。",
      },
      en: {
        title: "A rule node has no usable rules",
        cause:
          "Its settings are wrong, its file of rules is missing or damaged, or a variable is not set, ever since the start.",
        consequence:
          "Its rules are not judged, and alarms that they had raised stay as they are. All other rules are judged on.",
        action:
          "1. In the flow editor, search the node by the id that stands here, and look at its state. 2. Put its settings right, and deploy. 3. Delete the node if it is not wanted: its alarms end with it.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-channel-failing",
    measure: "failing_channels",
    unit: null,
    priority: "high",
    respondWithinMin: 30,
    condition: "a channel of notification fails",
    clear: "all channels deliver",
    onDelayS: 0,
    offDelayS: 60,
    judge: ({ failingChannels }) => ({
      holds: failingChannels.length > 0,
      value: failingChannels.join(", ").slice(0, 200),
      limit: null,
    }),
    texts: {
      "zh-CN": {
        title: "通知渠道故障",
        cause: "邮件或短信服务、群机器人不可达，凭据失效，或触发对方限流。",
        consequence: "通过该渠道的报警通知未送达，仅能依靠备用渠道与屏幕。",
        action: "1. 在通知设置中查看失败原因并发送测试。2. 检查地址与凭据。3. 恢复前改用其他渠道值守。",
      },
      en: {
        title: "A notification channel fails",
        cause: "The mail or SMS service or the chat robot cannot be reached, refuses the secret, or limits the rate.",
        consequence:
          "Notifications by this channel do not arrive: there are the fall-back channel and the screens only.",
        action:
          "1. See the reason in the notification settings, and send a test. 2. Check address and secret. 3. Until it is back, use another channel.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-heartbeat-failing",
    measure: "heartbeat_silent_s",
    unit: "s",
    priority: "medium",
    respondWithinMin: 120,
    condition: "the outside address has taken no heartbeat for 3 minutes",
    clear: "a heartbeat is taken",
    onDelayS: 0,
    offDelayS: 0,
    judge: judgeHeartbeat,
    texts: {
      "zh-CN": {
        title: "心跳未送达",
        cause: "外网中断、外部监视服务故障，或其地址不在允许范围。",
        consequence: "平台停机时外部监视可能误报，或不再可信。",
        action: "1. 检查服务器外网。2. 检查 HEARTBEAT_URL 与外部监视服务。",
      },
      en: {
        title: "Heartbeats are not taken",
        cause: "The way out is broken, the outside watch is down, or its address is not allowed.",
        consequence: "The outside watch may call a false alarm, or is not to be relied on.",
        action: "1. Check the server's way out. 2. Check HEARTBEAT_URL and the outside service.",
      },
    },
  }),
  definePlatformRule({
    id: "platform-recording-stopped",
    measure: "recording_stopped_s",
    unit: "s",
    priority: "high",
    respondWithinMin: 60,
    condition: "video is to be recorded, and the disk is full or cannot be written",
    clear: "recording goes on",
    onDelayS: 10,
    offDelayS: 60,
    judge: judgeRecording,
    texts: {
      "zh-CN": {
        title: "录像已停止",
        cause: "录像所在磁盘已满、过慢或不可写。",
        consequence: "此刻起没有录像可供事后查证；采集、报警和实时视频不受影响。",
        action: "1. 清理磁盘，或在录像节点减少保留天数和容量。2. 检查磁盘与挂载。有空间后自动恢复。",
      },
      en: {
        title: "Recording has stopped",
        cause: "The disk of the recordings is full, too slow, or cannot be written.",
        consequence: "From now on there is no video to look back at; collection, alarms and live video go on.",
        action:
          "1. Make room on the disk, or keep fewer days and bytes in the node that records. 2. Check the disk and its mount. Recording goes on by itself.",
      },
    },
  }),
];

/** Beats come every minute by default; one that is lost is no alarm. */
const HEARTBEAT_SILENCE_S = 180;

function judgeJournal({ journalShare }: PlatformFacts, isActive: boolean): Finding | null {
  if (journalShare === null) return null;
  const finding = {
    holds: journalShare >= (isActive ? CLEAR_SHARE : FILLING_SHARE),
    value: Math.round(1000 * journalShare) / 10,
    limit: 100 * FILLING_SHARE,
  };
  return journalShare >= ALMOST_FULL_SHARE ? { ...finding, priority: "critical" } : finding;
}

/** Without rounds there is nothing to judge: that is another alarm. */
function judgeStall({ sinceMs, intervalMs, rounds, judgedMs }: PlatformFacts): Finding | null {
  const newest = rounds[0]?.slotMs;
  if (newest === undefined) return null;
  const lagMs = newest - Math.max(judgedMs ?? 0, sinceMs);
  const limitMs = STALLED_INTERVALS * intervalMs;
  if (judgedMs === null && lagMs < limitMs) return null;
  return { holds: lagMs >= limitMs, value: Math.max(0, Math.round(lagMs / 1000)), limit: limitMs / 1000 };
}

function judgeHeartbeat({ atMs, heartbeatFailingSinceMs }: PlatformFacts): Finding {
  const silentS = heartbeatFailingSinceMs === null ? 0 : Math.round((atMs - heartbeatFailingSinceMs) / 1000);
  return { holds: silentS >= HEARTBEAT_SILENCE_S, value: silentS, limit: HEARTBEAT_SILENCE_S };
}

function judgeRecording({ atMs, recordingStoppedSinceMs }: PlatformFacts): Finding {
  const stoppedS =
    recordingStoppedSinceMs === null ? 0 : Math.max(0, Math.round((atMs - recordingStoppedSinceMs) / 1000));
  return { holds: recordingStoppedSinceMs !== null, value: stoppedS, limit: 0 };
}

/**
 * True while an outside watch may be told that all is well: rounds are judged, and what is collected is stored. In doubt it
 * is not told.
 */
export function isWell(facts: PlatformFacts): boolean {
  const { atMs, intervalMs, judgedMs, writeLagS, rulesJudged, holdersWithoutRules } = facts;
  const isJudged = judgedMs !== null && atMs - judgedMs <= STALLED_INTERVALS * intervalMs + JUDGE_SLACK_MS;
  const hasRules = rulesJudged > 0 || holdersWithoutRules.length === 0;
  return isJudged && hasRules && writeLagS !== null && writeLagS <= MOST_LAG_S;
}
