import type { LeaseKeeper } from "./lease-keeper.ts";

/**
 * Lets several parts of a process hold leases of their own with one keeper: they are renewed together, by one statement.
 * The keeper is closed with the last of them.
 *
 * @returns makes a part: a keeper that knows of its own leases only. No two parts may want the same lease
 */
export function createLeaseParts(keeper: LeaseKeeper): () => LeaseKeeper {
  const parts = new Set<{ wanted: ReadonlySet<string> }>();
  const wantAll = () => keeper.want([...parts].flatMap(({ wanted }) => [...wanted]));

  return () => {
    const part = { wanted: new Set<string>() as ReadonlySet<string> };
    parts.add(part);
    const stops = new Set<() => void>();
    const until = (stop: () => void) => {
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    };
    const held = () => new Map([...keeper.held()].filter(([name]) => part.wanted.has(name)));
    const heldText = () => [...held()].join();

    return {
      holder: keeper.holder,
      want(names) {
        if (!parts.has(part)) return;
        part.wanted = new Set(names);
        wantAll();
      },
      held,
      isHeld: (name) => part.wanted.has(name) && keeper.isHeld(name),
      keeps: (name) => part.wanted.has(name) && keeper.keeps(name),
      isCutOff: keeper.isCutOff,
      onChange(listener) {
        let known = heldText();
        return until(
          keeper.onChange(() => {
            const now = heldText();
            if (now === known) return;
            known = now;
            listener();
          }),
        );
      },
      onSeen: (listener) => until(keeper.onSeen(listener)),
      beat: keeper.beat,
      async close() {
        if (!parts.delete(part)) return;
        for (const stop of stops) stop();
        part.wanted = new Set();
        if (parts.size === 0) return keeper.close();
        wantAll();
        if (!keeper.isCutOff()) await keeper.beat();
      },
    };
  };
}
