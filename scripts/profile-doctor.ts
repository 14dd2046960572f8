import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { AppError } from "../domain/errors.ts";
import { type CompiledProfile, compileProfile } from "../domain/profiles/compile-profile.ts";
import { type Examination, examineReplies, rankProfiles, repliesFromPaste } from "../domain/profiles/doctor.ts";
import { findCompiledProfile, PROFILES } from "../domain/profiles/index.ts";
import { parseProfile } from "../domain/profiles/parse-profile.ts";

const USAGE = `usage: node scripts/profile-doctor.ts <profile-id | profile.json> [replies.json] [--json] [--lang en|zh-CN]
       node scripts/profile-doctor.ts --rank [replies.json] [--json]

Maps replies (one JSON object by request name, or one pasted body) and says what does not fit; without a file it reads
standard input. Exit code: 0 all checks passed or could not be made, 1 a check failed, 2 wrong use.
profiles: ${PROFILES.map(({ id }) => id).join(", ")}`;

const SYMBOLS = { pass: "ok  ", fail: "FAIL", not_checked: "–   " } as const;
const LANGUAGES = ["en", "zh-CN"] as const;

/** Wrong use of the command: shown with the usage, exit code 2. */
class WrongUse extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof WrongUse || error instanceof AppError;
  console.error(isOurs ? error.message : error);
  if (error instanceof WrongUse) console.error(USAGE);
  process.exitCode = 2;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const language = LANGUAGES.find((known) => known === values.lang);
  if (!language) throw new WrongUse(`--lang: "${values.lang}" is not one of ${LANGUAGES.join(", ")}`);
  if (values.rank === true) return rank(await readJson(positionals[0]), values.json);
  const [profileName, file] = positionals;
  if (profileName === undefined) throw new WrongUse("which profile?");
  const compiled = openProfile(profileName);
  const replies = repliesFromPaste(compiled.profile, await readJson(file));
  const examination = examineReplies(compiled, replies, { collectedAt: new Date().toISOString() });
  console.log(values.json ? JSON.stringify(examination, null, 2) : describe(examination, language));
  return examination.remarks.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        rank: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        lang: { type: "string", default: "en" },
      },
    });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

function openProfile(name: string): CompiledProfile {
  if (name.endsWith(".json")) return compileProfile(parseProfile(basename(name), parseJson(readFile(name), name)));
  const compiled = findCompiledProfile(name);
  if (!compiled) throw new WrongUse(`there is no profile "${name}"`);
  return compiled;
}

async function readJson(file: string | undefined): Promise<unknown> {
  if (file === undefined || file === "-") return parseJson(await text(process.stdin), "standard input");
  return parseJson(readFile(file), file);
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new WrongUse(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function parseJson(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new WrongUse(`${name} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function rank(json: unknown, asJson: boolean): number {
  const fits = rankProfiles(json);
  if (asJson) console.log(JSON.stringify(fits, null, 2));
  else {
    for (const { id, matchesFingerprint, filled, expected, unmapped } of fits) {
      const marks = matchesFingerprint ? "fingerprint fits" : "";
      console.log(
        `${id.padEnd(28)} ${String(filled).padStart(3)} of ${expected} points, ${unmapped} unknown  ${marks}`,
      );
    }
  }
  return fits[0]?.matchesFingerprint === true ? 0 : 1;
}

function describe({ snapshot, remarks }: Examination, language: (typeof LANGUAGES)[number]): string {
  const points = Object.entries(snapshot.values).map(([point, value]) =>
    [`  ${point.padEnd(32)}`, String(value).padStart(18), snapshot.quality[point] ?? ""].join("  ").trimEnd(),
  );
  const faults = snapshot.faults.length > 0 ? snapshot.faults.join(", ") : "none";
  const checks = remarks.map(
    ({ check, verdict, texts }) => `${SYMBOLS[verdict]} ${check.padEnd(20)} ${texts[language]}`,
  );
  return [snapshot.profile, ...points, `  faults: ${faults}`, "", ...checks].join("\n");
}
