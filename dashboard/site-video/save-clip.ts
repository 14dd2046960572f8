import type { Trouble } from "../composables/api-request.ts";
import { callApi } from "../composables/use-session.ts";
import type { Stretch } from "./recorded-spans.ts";

export type SavedClip =
  | { readonly ok: true; readonly clip: Blob; readonly name: string }
  | { readonly ok: false; readonly trouble: Trouble | null };

const AWAY: Trouble = { code: "away", status: 0, detail: "", fields: [], retryAfterS: null };

/**
 * Fetches what was recorded within a time as one file. The browser keeps it on disk where it is large.
 *
 * @param onBytes how much has come
 * @returns without a trouble when `signal` has ended it
 */
export async function fetchClip(
  siteId: string,
  { fromMs, toMs }: Stretch,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<SavedClip> {
  const query = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
  try {
    const response = await callApi(`/api/v1/video/streams/${encodeURIComponent(siteId)}/clip?${query}`, { signal });
    if (!response.ok || !response.body) {
      const problem = (await response.json().catch(() => ({}))) as Partial<Trouble>;
      return { ok: false, trouble: { ...AWAY, ...problem, fields: [], status: response.status } };
    }
    let bytes = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        onBytes(bytes);
        controller.enqueue(chunk);
      },
    });
    const type = response.headers.get("content-type") ?? "video/mp2t";
    const clip = await new Response(response.body.pipeThrough(counted), { headers: { "content-type": type } }).blob();
    const start = new Date(fromMs).toISOString().slice(0, 19).replaceAll(":", "-");
    return { ok: true, clip, name: `${siteId}-${start}Z.${type === "video/mp4" ? "mp4" : "ts"}` };
  } catch {
    return { ok: false, trouble: signal.aborted ? null : AWAY };
  }
}
