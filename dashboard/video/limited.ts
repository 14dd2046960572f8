/** Ends with `signal`, or after `limitMs`. Browsers of the oldest kind that we serve have no `AbortSignal.any`. */
export function limited(signal: AbortSignal, limitMs: number): AbortSignal {
  const controller = new AbortController();
  const end = (): void => {
    clearTimeout(timer);
    controller.abort();
  };
  const timer = setTimeout(end, limitMs);
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true, signal: controller.signal });
  return controller.signal;
}
