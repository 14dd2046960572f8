import { readFileSync } from "node:fs";
import path from "node:path";
import { readableAddresses, runProgram, type Scanner } from "./scanner.ts";

/** Modules that are under way at the end of the scan time still come to theirs. */
const LIMIT_S = 420;
const SCAN_S = 180;
const MODULES =
  "backup,blindsql,brute_login_form,buster,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,redirect,sql,ssrf,xss,permanentxss,xxe,cookieflags";

type Finding = { readonly method: string; readonly path: string; readonly info: string; readonly parameter: string };
type Answer = {
  readonly vulnerabilities: Readonly<Record<string, readonly Finding[]>>;
  readonly anomalies: Readonly<Record<string, readonly Finding[]>>;
  readonly infos: { readonly crawled_pages_nbr?: number; readonly version?: string };
};

/** Crawls from every address of the API and the pages, signed in, and attacks what it finds. */
export const wapiti: Scanner = {
  name: "wapiti",
  program: "wapiti",
  async scan(target) {
    const { url, token, folder } = target;
    const file = path.join(folder, "wapiti.json");
    const addresses = readableAddresses(target);
    const starts = ["/login", "/docs?lang=en", "/dashboard/overview", ...addresses].flatMap((address) => [
      "-s",
      address.startsWith("/") ? url + address : address,
    ]);
    const words = ["wapiti", "-u", `${url}/docs`, ...starts, "-m", MODULES];
    const limits = ["-d", "3", "--max-links-per-page", "60", "--max-scan-time", String(SCAN_S), "-t", "10"];
    const own = ["-H", `Authorization: Bearer ${token}`, "--verify-ssl", "0", "--flush-session", "--no-bugreport"];
    const store = ["--store-session", folder, "-f", "json", "-o", file];
    await runProgram([...words, ...limits, ...own, ...store], { folder, name: "wapiti", limitS: LIMIT_S });
    const { vulnerabilities, anomalies, infos } = JSON.parse(readFileSync(file, "utf8")) as Answer;
    const findings = Object.entries({ ...vulnerabilities, ...anomalies }).flatMap(([kind, list]) =>
      list.map(({ method, path: at, parameter, info }) =>
        `${kind}: ${method} ${at} ${parameter} ${info}`.slice(0, 300),
      ),
    );
    return { findings, figures: `${infos.crawled_pages_nbr ?? "?"} pages from ${addresses.length + 3} addresses` };
  },
};
