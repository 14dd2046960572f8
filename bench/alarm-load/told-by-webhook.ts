import { randomBytes } from "node:crypto";
import type { RouteInput } from "../../domain/notification/route.ts";
import type { PlatformProcess } from "../../test/services/start-platform.ts";

/** Sets up over REST that every alarm is told by itself and at once, by a web hook. */
export async function tellByWebhook(platform: PlatformProcess, cookie: string, url: string): Promise<void> {
  const base = `${platform.url}/api/v1/notifications`;
  const ask = async (method: string, path: string, body: unknown, more: Record<string, string> = {}) => {
    const headers = { cookie, origin: platform.url, "content-type": "application/json", ...more };
    const response = await fetch(base + path, {
      method,
      headers,
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  await ask("PUT", "/channels/webhook", { isEnabled: true, settings: { url, secret } });
  const recipient = { name: "Bench", language: "en", addresses: { webhook: "bench" } };
  const { id } = (await (await ask("POST", "/recipients", recipient)).json()) as { id: string };
  const route: RouteInput = {
    id: "all",
    name: "All",
    to: { recipientIds: [id] },
    channels: ["webhook"],
    kinds: ["raised"],
    groupBy: "alarm",
    waitS: 0,
  };
  const before = await ask("GET", "/plan", null);
  await ask("PUT", "/plan", { routes: [route], schedules: [] }, { "if-match": before.headers.get("etag") ?? "" });
}
