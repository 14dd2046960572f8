import { createGzip } from "node:zlib";

const kept = new Map<number, Buffer>();
const bombs = new Map<number, Promise<Buffer>>();
const MIB = 1024 * 1024;

/** A gzip stream of a few hundred KB that unpacks to `mb` MiB of one JSON text. Made once per size, without holding the text. */
export function gzipBomb(mb: number): Promise<Buffer> {
  const known = bombs.get(mb);
  if (known !== undefined) return known;
  const made = makeBomb(mb).then((bomb) => {
    kept.set(mb, bomb);
    return bomb;
  });
  bombs.set(mb, made);
  return made;
}

/** One that was made before. @throws when it was not */
export function keptGzipBomb(mb: number): Buffer {
  const bomb = kept.get(mb);
  if (bomb === undefined) throw new Error(`no bomb of ${mb} MiB was made`);
  return bomb;
}

async function makeBomb(mb: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const block = Buffer.alloc(MIB, "a");
  const feed = async () => {
    gzip.write('{"ok":true,"method":"coolerState","params":{"note":"');
    for (let written = 0; written < mb; written += 1) {
      if (!gzip.write(block)) await new Promise((resolve) => gzip.once("drain", resolve));
    }
    gzip.end('"}}');
  };
  const [parts] = await Promise.all([gzip.toArray(), feed()]);
  return Buffer.concat(parts);
}
