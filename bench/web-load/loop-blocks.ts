/** The longest time between two turns of the event loop, by the clock and in processor time of this thread. */
export type LoopBlocks = { reset(): void; longest(): { wallMs: number; cpuMs: number } };

const EVERY_MS = 2;

/**
 * By the clock alone a busy machine looks like a blocked loop: what the thread itself used in that time tells the two
 * apart. Both are less the timer's own interval.
 */
export function watchLoop(): LoopBlocks {
  let [wallMs, cpuMs] = [0, 0];
  let [lastMs, lastCpuMs] = [performance.now(), threadCpuMs()];
  setInterval(() => {
    const [nowMs, nowCpuMs] = [performance.now(), threadCpuMs()];
    wallMs = Math.max(wallMs, nowMs - lastMs - EVERY_MS);
    cpuMs = Math.max(cpuMs, nowCpuMs - lastCpuMs);
    [lastMs, lastCpuMs] = [nowMs, nowCpuMs];
  }, EVERY_MS);
  return {
    reset() {
      [wallMs, cpuMs] = [0, 0];
    },
    longest: () => ({ wallMs, cpuMs }),
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
