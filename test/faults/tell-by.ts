import { randomBytes } from "node:crypto";
import type { ChannelKind } from "../../domain/notification/channel.ts";
import type { RouteInput } from "../../domain/notification/route.ts";
import type { PlatformProcess } from "../services/start-platform.ts";
import { SINK_HOST, type Sink } from "./notification-sinks.ts";

/** What a route has beside its name, its channel and whom it tells. */
export type RouteTerms = Omit<RouteInput, "id" | "name" | "to" | "channels" | "goOn">;
export type Sinks = { readonly web: Sink; readonly mail: Sink };

/**
 * Sets up over REST that every alarm is told by web hook and, by a route of its own, by mail.
 *
 * @param route the same for both
 */
export async function tellBySinks(
  platform: PlatformProcess,
  cookie: string,
  { web, mail }: Sinks,
  route: RouteTerms,
): Promise<void> {
  const base = `${platform.url}/api/v1/notifications`;
  const ask = async (method: string, path: string, body: unknown, more: Record<string, string> = {}) => {
    const headers = { cookie, origin: platform.url, "content-type": "application/json", ...more };
    const text = body === null ? {} : { body: JSON.stringify(body) };
    const response = await fetch(base + path, { method, headers, ...text });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const webSettings = { url: `http://${SINK_HOST}:${web.port}/alarms`, secret };
  const mailSettings = { host: SINK_HOST, port: mail.port, security: "none", from: "alarms@example.org" };
  await ask("PUT", "/channels/webhook", { isEnabled: true, settings: webSettings });
  await ask("PUT", "/channels/email", { isEnabled: true, settings: mailSettings });
  const addresses = { webhook: "night shift", email: "shift@example.org" };
  const made = await ask("POST", "/recipients", { name: "Night shift", language: "en", addresses });
  const { id } = (await made.json()) as { id: string };
  const routeBy = (kind: ChannelKind): RouteInput => ({
    ...route,
    id: kind,
    name: kind,
    to: { recipientIds: [id] },
    channels: [kind],
    goOn: true,
  });
  const before = await ask("GET", "/plan", null);
  const plan = { routes: [routeBy("webhook"), routeBy("email")], schedules: [] };
  await ask("PUT", "/plan", plan, { "if-match": before.headers.get("etag") ?? "" });
}
