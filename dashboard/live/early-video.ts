const page = globalThis as { antboxEarlyVideo?: Promise<Response> | undefined };

/** Opens video for this session while the widgets still load. */
export function offerEarlyVideo(): void {
  const asked = fetch("/api/v1/video/session", { method: "POST", credentials: "same-origin" });
  // Whoever takes it hears of it; a page without a wall never asks.
  asked.catch(() => undefined);
  page.antboxEarlyVideo = asked;
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
