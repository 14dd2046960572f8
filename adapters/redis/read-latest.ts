import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { LATEST_KEY } from "./latest-mirror.ts";
import type { RedisConnection } from "./redis-connection.ts";

/**
 * The newest snapshot of each site, as the collectors keep it in Redis. What is not a snapshot is left out: others may
 * write to Redis too.
 *
 * @throws {Error} when Redis does not answer
 */
export async function readLatestFromRedis({ client }: RedisConnection): Promise<Snapshot[]> {
  const texts = await client.hvals(LATEST_KEY);
  return texts.flatMap((text) => {
    const parsed = Snapshot.safeParse(parse(text));
    return parsed.success ? [parsed.data] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
