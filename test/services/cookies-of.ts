/** What a browser sends back of the cookies that an answer sets: a `cookie` header. */
export function cookiesOf({ headers }: { readonly headers: Headers }): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}
