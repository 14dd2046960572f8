/** Loopback address of a site; 127.1.0.1 is the first. */
export function addressOfIndex(index: number): string {
  const number = index + 1;
  return `127.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

/** @returns -1 when it is not a loopback address of a site: only 127/8 is ever served */
export function indexOfAddress(address: string): number {
  const [first, second, third, fourth] = address.split(".").map(Number);
  if (first !== 127 || second === undefined || third === undefined || fourth === undefined) return -1;
  return Math.max(-1, ((second - 1) << 16) + (third << 8) + fourth - 1);
}
