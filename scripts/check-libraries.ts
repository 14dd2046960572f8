import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { judgeAdvisories, strangersIn, Weaknesses } from "./libraries/judge-advisories.ts";

/**
 * `npm run check-libraries`, before each release and every night where there is a network: asks npm which libraries of
 * production have known weaknesses, and holds them against docs/weaknesses.yaml and the times of docs/security.md.
 *
 * Ends with 1 when something has to be done, and with 2 when npm could not tell: that is no good news.
 */
const RECORDS = "docs/weaknesses.yaml";

function askNpm(): Promise<unknown> {
  return new Promise((resolve) => {
    execFile("npm", ["audit", "--json", "--omit=dev"], { maxBuffer: 64 * 1024 * 1024 }, (_error, output) => {
      try {
        resolve(JSON.parse(output));
      } catch {
        resolve(null);
      }
    });
  });
}

const strangers = strangersIn(JSON.parse(readFileSync("package-lock.json", "utf8")));
for (const name of strangers) console.log(`stranger: ${name} does not come from the registry with a hash`);
const records = Weaknesses.parse(existsSync(RECORDS) ? parse(readFileSync(RECORDS, "utf8")) : { weaknesses: [] });
const judgements = judgeAdvisories(await askNpm(), records, new Date().toISOString().slice(0, 10));
if (judgements === null) {
  console.error("check-libraries: the registry does not say which libraries are weak; nothing was checked");
  process.exitCode = 2;
} else {
  for (const { kind, text } of judgements) console.log(`${kind}: ${text}`);
  const isBad = judgements.some(({ kind }) => kind === "overdue" || kind === "unknown") || strangers.length > 0;
  console.log(isBad ? "there is something to do" : "no library is weaker for longer than allowed");
  process.exitCode = isBad ? 1 : 0;
}
