import { setTimeout as sleep } from "node:timers/promises";
import { runProgram, type Scanner, type Target } from "./scanner.ts";

const LASTS_S = 40;
const ASK_EVERY_MS = 250;
const ANSWERS_WITHIN_MS = 2_000;
const CONNECTIONS = "1000";
/** Fewer than were tried: what is slow is cut all the while. */
const LEAST_CONNECTED = 200;

type Mode = { readonly name: string; readonly words: (target: Target) => string[] };
const MODES: readonly Mode[] = [
  { name: "slow headers", words: ({ url }) => ["-H", "-i", "5", "-x", "24", "-u", `${url}/login`] },
  {
    name: "slow body",
    // Another type would be refused before the body.
    words: ({ url }) => [
      ...["-B", "-i", "5", "-s", "8192", "-x", "10", "-t", "POST", "-f", "application/json"],
      ...["-u", `${url}/api/v1/auth/login`],
    ],
  },
  {
    name: "slow read",
    words: ({ url }) => ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3", "-u", `${url}/login`],
  },
];

/** The service must answer others all the while, in time. */
function slowMode({ name, words }: Mode): Scanner {
  return {
    name: `slowhttptest, ${name}`,
    program: "slowhttptest",
    async scan(target) {
      const { folder } = target;
      const command = ["slowhttptest", "-c", CONNECTIONS, "-r", "200", "-l", String(LASTS_S), ...words(target)];
      const attack = runProgram(command, { folder, name: name.replace(" ", "-"), limitS: LASTS_S + 30 });
      const probe = probeUntil(target, attack);
      const { output } = await attack;
      const { asked, failed, longestMs } = await probe;
      const connected = Math.max(0, ...[...output.matchAll(/connected:\s+(\d+)/g)].map(([, count]) => Number(count)));
      const findings = failed > 0 ? [`${failed} of ${asked} health checks were not answered within 2 s`] : [];
      // A test that held nobody would find nothing.
      if (connected < LEAST_CONNECTED) findings.push(`it held only ${connected} connections at once`);
      return {
        findings,
        figures: `${connected} connections at once; ${asked} checks, slowest ${Math.round(longestMs)} ms`,
      };
    },
  };
}

async function probeUntil({ url }: Target, end: Promise<unknown>) {
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  const seen = { asked: 0, failed: 0, longestMs: 0 };
  while (!isOver) {
    const beganMs = performance.now();
    const isGood = await isAnswered(`${url}/healthz`);
    seen.asked += 1;
    if (!isGood) seen.failed += 1;
    seen.longestMs = Math.max(seen.longestMs, performance.now() - beganMs);
    await sleep(ASK_EVERY_MS);
  }
  return seen;
}

/** A connection of its own each time, as a new client would need. */
async function isAnswered(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    const response = await fetch(url, { signal, headers: { connection: "close" } });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

export const slowClients: readonly Scanner[] = MODES.map(slowMode);
