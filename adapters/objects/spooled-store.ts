import type { ObjectStore } from "../../domain/video/recording/object-store.ts";

/**
 * Recordings that lie in a spool until they are moved to an object store. What is written goes to the spool; what is read
 * is looked for there first; what is removed is removed in both.
 */
export function createSpooledStore(spool: ObjectStore, objects: ObjectStore): ObjectStore {
  return {
    put: spool.put,
    freeBytes: spool.freeBytes,
    async open(key, range) {
      return (await spool.open(key, range)) ?? (await objects.open(key, range));
    },
    async remove(key) {
      // The spool first: what a mover finds no more it does not move.
      const wasSpooled = await spool.remove(key);
      return (await objects.remove(key)) || wasSpooled;
    },
    async *list(fromMs, toMs) {
      const seen = new Set<string>();
      for (const store of [spool, objects]) {
        for await (const object of store.list(fromMs, toMs)) {
          if (!seen.has(object.key)) yield object;
          seen.add(object.key);
        }
      }
    },
  };
}
