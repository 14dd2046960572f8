import { Counter, Gauge, type Registry } from "prom-client";

/** Makes metrics of one figure, read when somebody scrapes: nothing is counted twice. */
type MakeMetric<Metric> = (name: string, help: string, read: () => number) => Metric;

export function readGauge(registers: Registry[]): MakeMetric<Gauge> {
  return (name, help, read) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
}

export function readCounter(registers: Registry[]): MakeMetric<Counter> {
  return (name, help, read) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
}
