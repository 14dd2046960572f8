/**
 * The same text, apart from the one that it was cut out of: a part keeps the whole of it in memory, be it everything that
 * came with a request. For what is kept beyond the request.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
