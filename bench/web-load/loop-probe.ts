import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * For `node --import` in front of a program: how late its event loop is. SIGUSR2 begins a measurement, the next one ends it
 * and writes `LOOP_PROBE_FOLDER/<pid>.json`: milliseconds less the timer's own step.
 */
const STEP_MS = 2;
const delay = monitorEventLoopDelay({ resolution: STEP_MS });
let isMeasuring = false;

process.on("SIGUSR2", () => {
  isMeasuring = !isMeasuring;
  if (isMeasuring) {
    delay.reset();
    delay.enable();
    return;
  }
  delay.disable();
  const lateMs = (ns: number): number => Math.round((ns / 1e6 - STEP_MS) * 10) / 10;
  const figures = {
    p50Ms: lateMs(delay.percentile(50)),
    p99Ms: lateMs(delay.percentile(99)),
    maxMs: lateMs(delay.max),
  };
  writeFileSync(`${process.env["LOOP_PROBE_FOLDER"]}/${process.pid}.json`, JSON.stringify(figures));
});
