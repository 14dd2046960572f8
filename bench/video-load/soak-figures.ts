/** What one minute of the soak looked like, at its middle. */
export type Minute = {
  readonly minute: number;
  readonly gatewayMb: number;
  readonly platformMb: number;
  readonly gatewayFds: number;
  readonly platformFds: number;
  /** Requests to cameras since the minute before. */
  readonly fetches: number;
  readonly ffmpeg: number;
  /** Of the flows' event loop: the longest delay of the last 5 s. */
  readonly loopLongestMs: number;
  /** Of the viewers. */
  readonly segments: number;
  readonly errors: number;
  readonly stalls: number;
};

export type Descriptors = { readonly gateway: number; readonly platform: number };
export type Lateness = { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
export type Soak = {
  readonly minutes: readonly Minute[];
  /** At rest, before and after. */
  readonly before: Descriptors;
  readonly after: Descriptors;
  readonly loop: Lateness;
  /** Segments that a camera was asked for more than once. */
  readonly fetchedTwice: number;
  readonly leftBehind: readonly string[];
};
type Verdict = {
  readonly gatewayDriftPct: number;
  readonly platformDriftPct: number;
  readonly missed: readonly string[];
};

const GOALS = { driftPct: 5, loopP99Ms: 50 };

/** Memory that is given back is no leak, and a player that the machine has no time for is not the gateway's fault. */
export function judge(soak: Soak, warmUpMinutes: number): Verdict {
  const settled = soak.minutes.slice(warmUpMinutes);
  const gatewayDriftPct = driftPct(settled.map(({ gatewayMb }) => gatewayMb));
  const platformDriftPct = driftPct(settled.map(({ platformMb }) => platformMb));
  const errors = soak.minutes.reduce((total, minute) => total + minute.errors, 0);
  const checks: [string, boolean][] = [
    [`gateway's memory drifts by ${gatewayDriftPct.toFixed(1)} %`, gatewayDriftPct <= GOALS.driftPct],
    [`platform's memory drifts by ${platformDriftPct.toFixed(1)} %`, platformDriftPct <= GOALS.driftPct],
    [
      `gateway's descriptors at rest: ${soak.before.gateway}, then ${soak.after.gateway}`,
      soak.after.gateway <= soak.before.gateway,
    ],
    [
      `platform's descriptors at rest: ${soak.before.platform}, then ${soak.after.platform}`,
      soak.after.platform <= soak.before.platform,
    ],
    [`event loop p99 ${soak.loop.p99Ms} ms`, soak.loop.p99Ms < GOALS.loopP99Ms],
    [`${soak.fetchedTwice} segments fetched twice`, soak.fetchedTwice === 0],
    [`${errors} errors`, errors === 0],
    [`left behind: ${soak.leftBehind.join("; ")}`, soak.leftBehind.length === 0],
  ];
  const missed = checks.filter(([, isMet]) => !isMet).map(([text]) => text);
  return { gatewayDriftPct, platformDriftPct, missed };
}

/** By the line of least squares through the samples: from its beginning to its end, of their mean. */
function driftPct(samples: readonly number[]): number {
  const last = samples.length - 1;
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const middle = last / 2;
  const up = samples.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  const across = samples.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0);
  return across === 0 ? Number.NaN : (((up / across) * last) / mean) * 100;
}

/** Of what the platform tells Prometheus. */
export function readMetrics(text: string): { readonly fetches: number; readonly loopLongestMs: number } {
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].map(([, value]) => Number(value));
  const [longestS = Number.NaN] = values("antbox_event_loop_lag_seconds");
  return {
    fetches: values("antbox_video_upstream_requests_total").reduce((sum, value) => sum + value, 0),
    loopLongestMs: Math.round(longestS * 1000),
  };
}
