import { addressOf } from "../../client/address.ts";
import type { Schemas } from "../../client/contract.ts";
import { type Answer, answerTo } from "../../composables/api-request.ts";

/** Sends a sites file. @param isDryRun only says what would be done */
export function uploadSites(file: Blob, name: string, isDryRun: boolean): Promise<Answer<Schemas["SiteImportReport"]>> {
  const type = /\.json$/i.test(name) ? "application/json" : "application/yaml";
  return answerTo(addressOf("POST", "/api/v1/sites/import", { query: { dryRun: isDryRun ? "true" : "false" } }), {
    method: "POST",
    headers: { accept: "application/json", "content-type": type },
    body: file,
  });
}
