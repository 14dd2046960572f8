import type { FromGateway } from "../gateway-protocol.ts";

/**
 * Says something to the platform that has started this process. One that has ended a moment ago is not heard of yet: what is
 * said to it is lost, and is no reason to end in the middle of a write; `disconnect` follows.
 */
export function tellPlatform(message: FromGateway): void {
  if (process.connected) process.send?.(message, () => undefined);
}
