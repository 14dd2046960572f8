/** Texts and combinations of bits repeat; more different ones than this are no pattern. */
const MOST_KEPT = 2_000;

/** What `make` gave for each key, made once: the same object again. */
export function remembered<Key, T>(make: (key: Key) => T): (key: Key) => T {
  const known = new Map<Key, T>();
  return (key) => {
    let made = known.get(key);
    if (made === undefined) {
      if (known.size >= MOST_KEPT) known.clear();
      made = make(key);
      known.set(key, made);
    }
    return made;
  };
}
