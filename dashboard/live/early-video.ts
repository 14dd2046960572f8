import { orderWall } from "../../domain/video/wall-order.ts";
import { readWallSettings } from "../../domain/video/wall-settings.ts";
import { readPreference } from "../composables/preferences.ts";

const page = globalThis as { antboxEarlyVideo?: Promise<Response> | undefined };
/** By then the gateway has heard the question; its answer would come before there is anything to draw on. */
const HEARD_MS = 400;

/** Opens video for this session while the widgets still load, and has the gateway look at the cameras of the first page. */
export function offerEarlyVideo(): void {
  const asked = fetch("/api/v1/video/session", { method: "POST", credentials: "same-origin" });
  page.antboxEarlyVideo = asked;
  // A wall that is not warm is a second slower, and nothing else: it asks for everything itself.
  warm(asked).catch(() => undefined);
}

async function warm(session: Promise<Response>): Promise<void> {
  const [opened, list] = await Promise.all([session, fetch("/api/v1/video/streams", { credentials: "same-origin" })]);
  if (!opened.ok || !list.ok) return;
  const { items } = (await list.json()) as { readonly items: readonly { readonly streamId: string }[] };
  const { view } = readWallSettings(readPreference("video.wall"));
  const all = items.map(({ streamId }) => streamId);
  const ids = orderWall(all, view.arranged, new Map()).slice(0, view.layout);
  const address = `/v/_wall/keyframes?streams=${ids.map(encodeURIComponent).join(",")}`;
  await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(HEARD_MS) });
}

/** True when the page has opened video already; once, and only where it worked. */
export async function takeEarlyVideo(): Promise<boolean> {
  const asked = page.antboxEarlyVideo;
  page.antboxEarlyVideo = undefined;
  try {
    return (await asked)?.ok === true;
  } catch {
    return false;
  }
}
