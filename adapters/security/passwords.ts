import { hash, verify } from "@node-rs/argon2";
import { AppError } from "../../domain/errors.ts";

/** One hash holds 19 MiB and 20–60 ms of a worker thread: a flood of logins must not take the thread pool or the memory. */
const MAX_PARALLEL = 2;
const MAX_WAITING = 64;
/** Same parameters as every stored hash (argon2id, m = 19,456 KiB, t = 2, p = 1: OWASP's minimum, the library's default). */
const NOBODY = "a password that no account has";

/** Hashes and checks passwords with argon2id. Text is normalised (NFKC), so that two keyboards spell one password. */
export interface Passwords {
  /** @returns the hash in PHC form */
  hash(password: string): Promise<string>;
  /**
   * @param phc null when there is no such account: then it takes just as long, and is false
   * @throws {AppError} `auth.too-many-attempts` when more than 64 checks wait already
   */
  verify(phc: string | null, password: string): Promise<boolean>;
}

export function createPasswords(): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;
  let nobody: Promise<string> | null = null;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MAX_PARALLEL) {
      if (waiting.length >= MAX_WAITING) {
        const context = { retryAfterS: 5 };
        throw new AppError("auth.too-many-attempts", "too many sign-ins at once", { context, retryable: true });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password.normalize("NFKC"))),
    async verify(phc, password) {
      nobody ??= hash(NOBODY);
      const target = phc ?? (await nobody);
      const isRight = await inTurn(() => verify(target, password.normalize("NFKC")));
      return isRight && phc !== null;
    },
  };
}
