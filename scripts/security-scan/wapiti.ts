import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openListeningPost } from "./listening-post.ts";
import { type Report, readableAddresses, runProgram, type Scanner, type Target } from "./scanner.ts";

/** For the crawl, for each module, and for the whole: what is not at its end by then is a finding. */
const CRAWL_S = 120;
const MODULE_S = 300;
const LIMIT_S = 1800;
const MODULES =
  "backup,blindsql,brute_login_form,buster,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,redirect,sql,ssrf,xss,permanentxss,xxe,cookieflags";

/** Each with its reason; everything else counts. */
const EXCEPTIONS = [
  // It wants the value 1. Browsers have removed the filter, and with 1 it could be turned against a page; the content
  // security policy does that work.
  /^HTTP Secure Headers: .* X-XSS-Protection is not set$/,
];

type Finding = {
  readonly method: string;
  readonly path: string;
  readonly info: string;
  readonly parameter: string | null;
};
type Answer = {
  readonly vulnerabilities: Readonly<Record<string, readonly Finding[]>>;
  readonly anomalies: Readonly<Record<string, readonly Finding[]>>;
};

/** Crawls from every address of the API and the pages, signed in, and attacks what it finds. */
export const wapiti: Scanner = {
  name: "wapiti",
  program: "wapiti",
  async scan(target) {
    const post = await openListeningPost();
    try {
      const { isComplete } = await runProgram(wordsFor(target, post.url), {
        folder: target.folder,
        name: "wapiti",
        limitS: LIMIT_S,
      });
      const report = readReport(target.folder);
      const findings = [...report.findings, ...post.asked.map((url) => `the platform asked the scanner for ${url}`)];
      if (!isComplete) findings.push(`it did not come to its end within ${LIMIT_S} s`);
      return { ...report, findings };
    } finally {
      await post.close();
    }
  },
};

function wordsFor(target: Target, postUrl: string): string[] {
  const { url, token, folder } = target;
  const starts = ["/login", "/docs?lang=en", "/dashboard/overview"].map((page) => url + page);
  return [
    // It loads a list of technologies from outside at its start, and goes on without.
    ...["env", "HTTPS_PROXY=http://127.0.0.1:9", "HTTP_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1"],
    ...["wapiti", "-u", `${url}/docs`, "-m", MODULES],
    ...[...starts, ...readableAddresses(target)].flatMap((address) => ["-s", address]),
    ...["-d", "3", "--max-links-per-page", "60", "--max-scan-time", String(CRAWL_S)],
    ...["--max-attack-time", String(MODULE_S), "-t", "10", "--endpoint", postUrl],
    ...["-H", `Authorization: Bearer ${token}`, "--verify-ssl", "0", "--flush-session", "--no-bugreport"],
    ...["--store-session", folder, "-f", "json", "-o", path.join(folder, "wapiti.json")],
  ];
}

function readReport(folder: string): Report {
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(path.join(folder, "wapiti.json"), "utf8")) as Answer;
  const all = Object.entries({ ...vulnerabilities, ...anomalies }).flatMap(([kind, list]) =>
    list.map(({ method, path: at, parameter, info }) =>
      [`${kind}:`, method, at, parameter ?? "", info].join(" ").replace(/\s+/g, " ").slice(0, 300),
    ),
  );
  const findings = all.filter((line) => !EXCEPTIONS.some((exception) => exception.test(line)));
  const { pages, parameters, attacks } = whatItDid(folder);
  const log = readFileSync(path.join(folder, "wapiti.log"), "utf8");
  const modules = new Set(log.match(/Launching module \w+/g)).size;
  // A scan that saw nothing finds nothing.
  if (pages < 20 || attacks < 100 || modules < MODULES.split(",").length) {
    findings.push(`it only did ${attacks} attacks on ${pages} pages with ${modules} modules`);
  }
  for (const [line] of log.matchAll(/Max attack time was reached.*/g)) findings.push(line);
  const figures = `${modules} modules, ${attacks} attacks on ${pages} pages with ${parameters} parameters`;
  return { findings, figures };
}

/** From its own book: JSON reports of this version do not say it. */
function whatItDid(folder: string) {
  const file = readdirSync(folder).find((name) => name.endsWith(".db"));
  if (file === undefined) throw new Error("it left no book of what it did");
  const book = new DatabaseSync(path.join(folder, file), { readOnly: true });
  const count = (sql: string): number => Number(Object.values(book.prepare(sql).get() ?? {})[0] ?? 0);
  try {
    return {
      pages: count("select count(*) from paths where not evil"),
      parameters: count("select count(*) from params"),
      attacks: count("select count(*) from attack_log"),
    };
  } finally {
    book.close();
  }
}
