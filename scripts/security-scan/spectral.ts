import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runProgram, type Scanner } from "./scanner.ts";

/** 300 packages that nothing else needs: they live apart from the project's own. */
const HOME = path.resolve(import.meta.dirname, "../../.runtime/spectral");
const PACKAGES = ["@stoplight/spectral-cli@6.16.3", "@stoplight/spectral-owasp-ruleset@2.0.1"];
/** Of Spectral: 0 is an error, 1 a warning. */
const ERROR = 0;

/** Each with its reason; the rules count everywhere else. */
const EXCEPTIONS = [
  // Whoever signs in, renews or ends a session shows a password or the refresh cookie: there is no session to ask for.
  ...["login", "refresh", "logout"].map((word) => ({
    files: [`**#/paths/~1api~1v1~1auth~1${word}/post/security`],
    rules: { "owasp:api2:2023-write-restricted": "off" },
  })),
  // The row number of a lab reading: every use of it is judged by its site, and readings of other sites are not found.
  {
    files: ["**#/paths/~1api~1v1~1sites~1%7Bid%7D~1lab-readings~1%7BreadingId%7D~1void/post/parameters/1/schema"],
    rules: { "owasp:api1:2023-no-numeric-ids": "off" },
  },
];

type Remark = { readonly code: string; readonly severity: number; readonly path: readonly (string | number)[] };

export const spectral: Scanner = {
  name: "Spectral, OWASP rules",
  program: null,
  async scan({ openApi, folder }) {
    install();
    const document = path.join(folder, "openapi.json");
    const ruleset = path.join(HOME, "ruleset.json");
    const output = path.join(folder, "spectral.json");
    writeFileSync(document, JSON.stringify(openApi));
    writeFileSync(ruleset, JSON.stringify({ extends: ["@stoplight/spectral-owasp-ruleset"], overrides: EXCEPTIONS }));
    const cli = path.join(HOME, "node_modules/@stoplight/spectral-cli/dist/index.js");
    const words = [
      process.execPath,
      cli,
      "lint",
      document,
      "--ruleset",
      ruleset,
      "--format",
      "json",
      "--output",
      output,
    ];
    await runProgram([...words, "--quiet"], { folder, name: "spectral", limitS: 300 });
    const remarks = JSON.parse(readFileSync(output, "utf8")) as Remark[];
    const errors = remarks.filter(({ severity }) => severity === ERROR);
    const counts = new Map<string, Remark[]>();
    for (const one of errors) counts.set(one.code, [...(counts.get(one.code) ?? []), one]);
    return {
      findings: [...counts].map(([code, all]) => `${code}: ${all.length} times, such as ${all[0]?.path.join("/")}`),
      figures: `${Object.keys(openApi.paths).length} paths; ${errors.length} errors, ${remarks.length - errors.length} lesser remarks`,
    };
  },
};

function install(): void {
  if (PACKAGES.every((one) => existsSync(path.join(HOME, "node_modules", one.slice(0, one.lastIndexOf("@")))))) return;
  mkdirSync(HOME, { recursive: true });
  const words = ["install", "--prefix", HOME, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", ...PACKAGES];
  execFileSync("npm", words, { stdio: ["ignore", "ignore", "inherit"] });
}
