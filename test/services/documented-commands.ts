import { readFileSync } from "node:fs";
import path from "node:path";

const MANUAL = path.resolve(import.meta.dirname, "../../docs/operating.md");

/**
 * A block of shell commands as it stands in the operating manual, under the comment `<!-- tested: name -->`: what people
 * are told to type is what the tests run.
 */
export function documentedCommands(name: string): string {
  const text = readFileSync(MANUAL, "utf8");
  const block = text.split(`<!-- tested: ${name} -->`)[1];
  const commands = /```sh\n([\s\S]*?)```/.exec(block ?? "")?.[1];
  if (!commands) throw new Error(`docs/operating.md has no commands "${name}"`);
  return commands;
}
