/** Without characters that are misread. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 25;

/** A password to be handed over and replaced at the first sign-in: some 144 random bits in groups of five. */
export function makePassword(
  fill: (bytes: Uint8Array<ArrayBuffer>) => void = (bytes) => crypto.getRandomValues(bytes),
): string {
  let text = "";
  const bytes = new Uint8Array(64);
  // What lies beyond a whole number of alphabets would make its first letters likelier.
  const fair = 256 - (256 % ALPHABET.length);
  while (text.length < LENGTH) {
    fill(bytes);
    for (const byte of bytes) if (byte < fair && text.length < LENGTH) text += ALPHABET[byte % ALPHABET.length];
  }
  return text.replace(/(.{5})(?=.)/g, "$1-");
}
