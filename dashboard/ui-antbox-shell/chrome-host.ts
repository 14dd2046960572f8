const HOST_ID = "abx-chrome";

/** The place of the bar: the first thing in the document, made once. */
export function chromeHost(): HTMLElement {
  const known = document.getElementById(HOST_ID);
  if (known) return known;
  const host = document.createElement("div");
  host.id = HOST_ID;
  document.body.prepend(host);
  return host;
}
