import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A secret that must be found nowhere. `bytes`: what a text in base64 stands for. */
export type Canary = { readonly name: string; readonly text: string; readonly bytes?: Buffer };

/** A secret as it may be written: itself, and what the usual encodings make of it. */
function formsOf({ text, bytes }: Canary): Buffer[] {
  const raw = Buffer.from(text);
  const written = [raw, bytes ?? raw].flatMap((one) => [
    one.toString("hex"),
    one.toString("base64").replace(/=+$/, ""),
    one.toString("base64url"),
    encodeURIComponent(one.toString("latin1")),
  ]);
  return [raw, ...(bytes ? [bytes] : []), ...written.map((form) => Buffer.from(form))].filter(
    ({ length }) => length > 7,
  );
}

/** @returns the places where a secret stands, as `canary in place` */
export function findCanaries(
  canaries: readonly Canary[],
  places: Iterable<readonly [place: string, content: Buffer]>,
): string[] {
  const wanted = canaries.map((canary) => ({ name: canary.name, forms: formsOf(canary) }));
  const found: string[] = [];
  for (const [place, content] of places) {
    for (const { name, forms } of wanted) {
      if (forms.some((form) => content.includes(form))) found.push(`${name} in ${place}`);
    }
  }
  return found;
}

/** Every file below a folder. */
export function* filesBelow(folder: string): Generator<readonly [string, Buffer]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    yield [path.relative(folder, file), readFileSync(file)];
  }
}
