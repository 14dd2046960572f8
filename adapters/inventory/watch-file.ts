import { stat } from "node:fs/promises";

const LOOK_MS = 1_000;

/**
 * Tells when a file has changed and has been quiet for one look. It asks the file system instead of listening to it: that
 * also sees files replaced by a rename, symbolic links that move on (Kubernetes config maps), and network file systems.
 *
 * @returns stop
 */
export function watchFile(file: string, onChange: () => void, lookMs: number = LOOK_MS): () => void {
  let reported: string | null = null;
  let seen: string | null = null;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const now = await signatureOf(file);
    if (isStopped) return;
    reported ??= now;
    if (now !== null && now !== reported && now === seen) {
      reported = now;
      onChange();
    }
    seen = now;
    timer = setTimeout(() => void look(), lookMs).unref();
  }

  void look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** @returns null while there is no such file, as between the two steps of a careless replacement */
async function signatureOf(file: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return null;
  }
}
