import type { SiteImportReport } from "../../../domain/sites/site-import.ts";
import { type Answer, awayBecause, troubleOf } from "../../composables/api-request.ts";
import { callApi } from "../../composables/use-session.ts";

/** Sends a sites file. @param isDryRun only says what would be done */
export async function uploadSites(file: Blob, name: string, isDryRun: boolean): Promise<Answer<SiteImportReport>> {
  const type = /\.json$/i.test(name) ? "application/json" : "application/yaml";
  try {
    const response = await callApi(`/api/v1/sites/import?dryRun=${isDryRun}`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": type },
      body: file,
    });
    if (!response.ok) return { ok: false, trouble: await troubleOf(response) };
    return { ok: true, body: (await response.json()) as SiteImportReport, etag: null };
  } catch (error) {
    return { ok: false, trouble: awayBecause(error) };
  }
}
