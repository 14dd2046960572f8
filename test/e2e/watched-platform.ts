import { readFileSync } from "node:fs";
import { afterAll } from "vitest";
import { makeOpenApi } from "../../api/openapi.ts";
import { ROUTES } from "../../api/routes.ts";
import { watchApi } from "../services/api-contract/watched-api.ts";
import { type PlatformOptions, type PlatformProcess, startPlatform } from "../services/start-platform.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const complaints: Error[] = [];

/** Of the whole test file, and after its own clearing up: a complaint must leave no process behind. */
afterAll(() => {
  if (complaints.length > 0) throw new AggregateError(complaints, complaints.map(({ message }) => message).join("\n"));
});

/**
 * The built platform behind a proxy that judges every call of its API by the API's own document; the proxy is its public
 * address. A call that breaks the document fails the test file at its end.
 */
export async function startWatchedPlatform(options: PlatformOptions): Promise<PlatformProcess> {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = options.environment ?? {};
  const tls = certFile && keyFile ? { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") } : null;
  const api = await watchApi({ document: (url) => makeOpenApi(ROUTES, version, url), ...(tls ? { tls } : {}) });
  const close = () =>
    api.close().catch((error: unknown) => {
      complaints.push(error instanceof Error ? error : new Error(String(error)));
    });
  try {
    const environment = { ...options.environment, PUBLIC_URL: api.url };
    const platform = await startPlatform({ ...options, environment });
    api.pointTo(platform.url);
    return {
      ...platform,
      url: api.url,
      async dispose() {
        await platform.dispose();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
