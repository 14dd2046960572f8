import type { CachedResource } from "./resource-cache.ts";

/** All bytes of a resource, once they have come. @returns null when it failed */
export function wholeOf(resource: CachedResource): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      if (resource.state === "whole") resolve(resource.chunks[0] ?? Buffer.alloc(0));
      else if (resource.state === "failed") resolve(null);
      else return false;
      stop();
      return true;
    };
    const stop = resource.onChange(look);
    look();
  });
}
