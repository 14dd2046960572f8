/** So many sends, then the event loop has its turn: one loop over 5,000 sockets would stand in everybody's way for 200 ms. */
const SENDS_PER_TURN = 250;

type Job<T> = { readonly targets: readonly T[]; readonly send: (target: T) => void; next: number };

/** Work on many sockets, in order, a slice per turn of the event loop. */
export interface SendQueue<T> {
  /** Jobs are done one after the other, so each target gets what is sent in the order of the pushes. */
  push(targets: Iterable<T>, send: (target: T) => void): void;
  close(): void;
}

export function createSendQueue<T>(sendsPerTurn = SENDS_PER_TURN): SendQueue<T> {
  const jobs: Job<T>[] = [];
  let turn: NodeJS.Immediate | null = null;

  function run(): void {
    turn = null;
    let left = sendsPerTurn;
    while (left > 0 && jobs[0]) {
      const job = jobs[0];
      const end = Math.min(job.next + left, job.targets.length);
      left -= end - job.next;
      for (const target of job.targets.slice(job.next, end)) job.send(target);
      job.next = end;
      if (job.next >= job.targets.length) jobs.shift();
    }
    if (jobs.length > 0) turn ??= setImmediate(run);
  }

  return {
    push(targets, send) {
      jobs.push({ targets: [...targets], send, next: 0 });
      turn ??= setImmediate(run);
    },
    close() {
      jobs.length = 0;
      if (turn) clearImmediate(turn);
      turn = null;
    },
  };
}
