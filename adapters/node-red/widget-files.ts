import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import {
  answerWithFile,
  type CompressedFile,
  createCompressedFile,
  IMMUTABLE,
  isCompressible,
} from "./compressed-file.ts";

/** Our own built widgets, from memory and compressed once: they are wanted while the page is at its busiest. */
export type WidgetFiles = {
  /** For the folder's address: answers what was there at the start, hands on the rest. */
  handle(request: IncomingMessage, response: ServerResponse, next: () => void): void;
  /** Names below the folder: the file itself first, then all that it imports. Empty when there is no such file. */
  withImports(name: string): readonly string[];
};

/** @param folder holds one `<node type>.js` per widget, and `chunks/` that they share */
export function createWidgetFiles(folder: string): WidgetFiles {
  const files = new Map<string, CompressedFile>();
  for (const name of namesIn(folder)) files.set(name, readWidgetFile(folder, name));

  function collect(name: string, seen: Set<string>): Set<string> {
    const file = files.get(name);
    if (!file || seen.has(name)) return seen;
    seen.add(name);
    for (const target of importsOf(file.body.toString())) {
      collect(path.posix.join(path.posix.dirname(name), target), seen);
    }
    return seen;
  }

  return {
    handle(request, response, next) {
      const isRead = request.method === "GET" || request.method === "HEAD";
      const file = isRead ? files.get((request.url ?? "").split("?")[0]?.slice(1) ?? "") : undefined;
      if (file) answerWithFile(file, request, response);
      else next();
    },
    withImports: (name) => [...collect(name, new Set())],
  };
}

function namesIn(folder: string): string[] {
  // A platform without a built user interface still collects and stores.
  if (!existsSync(folder)) return [];
  const all = ["", "chunks"].flatMap((part) => {
    const at = path.join(folder, part);
    return existsSync(at) ? readdirSync(at).map((name) => path.posix.join(part, name)) : [];
  });
  return all.filter(isCompressible);
}

/** Chunks carry a hash of their content in the name, entries do not. */
function readWidgetFile(folder: string, name: string): CompressedFile {
  const isHashed = name.startsWith("chunks/");
  return createCompressedFile(name, readFileSync(path.join(folder, name)), isHashed ? IMMUTABLE : "no-cache");
}

/** Static imports as the bundler writes them: `from"./x.js"` or `import"./x.js"`. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*["'](\.{1,2}\/[\w./-]+\.js)["']/g)].map(([, target]) => target ?? "");
}
