/** A limit on what runs at once; who comes when it is full waits in line. */
export type Lane = {
  /** Calls back when there is a place, at once where one is free. The place must be given back with `leave`. */
  enter(onPlace: () => void): void;
  leave(): void;
  readonly inside: number;
  readonly waiting: number;
};

/**
 * Healthy sites and suspects use a lane each, so that a suspect never holds a place that a healthy site needs
 * (performance.md §4.2: a shared pool of 20 made healthy sites 12 s late).
 */
export function createLane(places: number): Lane {
  let inside = 0;
  let head = 0;
  let line: (() => void)[] = [];

  function leave(): void {
    const next = line[head];
    if (next === undefined) {
      inside -= 1;
      return;
    }
    head += 1;
    if (head === line.length) {
      line = [];
      head = 0;
    }
    next();
  }

  return {
    enter(onPlace) {
      if (inside >= places) {
        line.push(onPlace);
        return;
      }
      inside += 1;
      onPlace();
    },
    leave,
    get inside() {
      return inside;
    },
    get waiting() {
      return line.length - head;
    },
  };
}
