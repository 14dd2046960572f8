/** What an administrator sets for the passwords of the installation. */
export type PasswordPolicy = {
  /** Code points; 10 to 64. */
  readonly minLength: number;
};

/** Long enough for any sentence; a bound at all, because hashing costs time (ASVS 6.2.9 asks for at least 64). */
const MAX_PASSWORD_LENGTH = 200;
/** How many of the last passwords are not taken again, the present one among them. */
export const REMEMBERED_PASSWORDS = 3;

/** Why a password is not taken. */
export type PasswordFault =
  | { readonly kind: "too-short"; readonly minLength: number; readonly length: number }
  | { readonly kind: "too-long"; readonly maxLength: number; readonly length: number }
  | { readonly kind: "common" }
  | { readonly kind: "pattern" }
  | { readonly kind: "context"; readonly word: string }
  | { readonly kind: "former" }
  | { readonly kind: "breached" };

/** What attackers try first here: the product, its maker and its machines. */
const CONTEXT_WORDS = ["antbox", "antspace", "antminer", "bitmain"];
/** A shorter user name stands in too many honest words. */
const LEAST_NAME_LENGTH = 4;
const LONGEST_UNIT = 4;
const LEAST_CORE_LENGTH = 4;
/** Runs of the keyboard and of the alphabet; each also backwards, and from its end to its start. */
const WALKS = [
  "abcdefghijklmnopqrstuvwxyz",
  "0123456789",
  "1234567890",
  "qwertyuiopasdfghjklzxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
].flatMap((walk) => [walk + walk, [...(walk + walk)].reverse().join("")]);
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/**
 * Judges a new password by NIST SP 800-63B-4 §3.1.1.2 and OWASP ASVS 5.0 V6.2: length, the commonest passwords, words of
 * this place, and what is no choice at all (one short piece repeated, a run of the keyboard). Nobody is made to mix kinds
 * of characters, and nothing expires. Whether it was used before is found out by whoever has the hashes.
 *
 * @param isCommon asked with the lower-case password: true for the commonest ones
 * @returns nothing when it is good; otherwise every reason
 */
export function judgePassword(
  password: string,
  { minLength }: PasswordPolicy,
  username: string,
  isCommon: (lowerCase: string) => boolean,
): PasswordFault[] {
  // As it is hashed: two keyboards spell one password.
  const text = password.normalize("NFKC");
  const length = [...text].length;
  const faults: PasswordFault[] = [];
  if (length < minLength) faults.push({ kind: "too-short", minLength, length });
  if (length > MAX_PASSWORD_LENGTH) return [{ kind: "too-long", maxLength: MAX_PASSWORD_LENGTH, length }];
  const lowerCase = text.toLowerCase();
  if (isBuiltOnCommon(lowerCase, isCommon)) faults.push({ kind: "common" });
  if (isRepetition(lowerCase) || isWalk(lowerCase)) faults.push({ kind: "pattern" });
  const word = contextWordIn(lowerCase, username);
  if (word !== null) faults.push({ kind: "context", word });
  return faults;
}

/** Also with digits and signs around it: `Dragon-2026!`, `123password456`. */
function isBuiltOnCommon(lowerCase: string, isCommon: (lowerCase: string) => boolean): boolean {
  if (isCommon(lowerCase)) return true;
  const core = lowerCase.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return core.length >= LEAST_CORE_LENGTH && isCommon(core);
}

/** One piece of at most 4 characters, again and again: `aaaaaaaaaaaa`, `abc1abc1abc1`. */
function isRepetition(text: string): boolean {
  const letters = [...text];
  for (let unit = 1; unit <= LONGEST_UNIT && letters.length >= 2 * unit; unit += 1) {
    if (letters.every((letter, place) => letter === letters[place % unit])) return true;
  }
  return false;
}

function isWalk(text: string): boolean {
  return text !== "" && WALKS.some((walk) => walk.includes(text));
}

/** Also when it is written with other signs: `4ntb0x`, `Ant-Box`. */
function contextWordIn(lowerCase: string, username: string): string | null {
  const names = [username, username.split("@")[0] ?? ""].filter((name) => [...name].length >= LEAST_NAME_LENGTH);
  const folded = fold(lowerCase);
  return [...CONTEXT_WORDS, ...names].find((word) => fold(word) !== "" && folded.includes(fold(word))) ?? null;
}

function fold(text: string): string {
  const plain = [...text.toLowerCase()].map((sign) => LOOK_ALIKES[sign] ?? sign).join("");
  return plain.replace(/[^\p{L}\p{N}]/gu, "");
}

/** One sentence for people, without the password. */
export function describeFault(fault: PasswordFault): { readonly "zh-CN": string; readonly en: string } {
  switch (fault.kind) {
    case "too-short":
      return { "zh-CN": `至少需要 ${fault.minLength} 个字符`, en: `must have at least ${fault.minLength} characters` };
    case "too-long":
      return { "zh-CN": `最多 ${fault.maxLength} 个字符`, en: `may have at most ${fault.maxLength} characters` };
    case "common":
      return {
        "zh-CN": "不能是常见密码，或仅在其前后添加数字和符号",
        en: "must not be one of the commonest passwords, or one with digits and signs around it",
      };
    case "pattern":
      return {
        "zh-CN": "不能只是重复的字符或键盘上的连续字符",
        en: "must not be one piece repeated, or a run of the keyboard",
      };
    case "context":
      return { "zh-CN": `不能包含“${fault.word}”`, en: `must not contain "${fault.word}"` };
    case "breached":
      return {
        "zh-CN": "不能是已在数据泄露中公开的密码",
        en: "must not be one that became known in a breach of other services",
      };
    case "former":
      return {
        "zh-CN": `不能是最近 ${REMEMBERED_PASSWORDS} 个密码之一`,
        en: `must not be one of the last ${REMEMBERED_PASSWORDS} passwords`,
      };
  }
}
