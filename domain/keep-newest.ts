/**
 * Puts an entry into a map that is used as a bounded memory: it counts as the newest, and the oldest goes when there would
 * be more than `most`. A Map keeps the order of insertion.
 */
export function keepNewest<K, V>(map: Map<K, V>, most: number, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > most ? map.keys().next() : null;
  if (oldest && !oldest.done) map.delete(oldest.value);
}
