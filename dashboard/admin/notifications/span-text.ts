import { nt } from "./text.ts";

/** A span in its largest unit that leaves nothing over: 90 s, 5 min, 2 h, 7 d. */
export function spanText(seconds: number): string {
  if (seconds > 0 && seconds % 86_400 === 0) return nt("span.d", { n: seconds / 86_400 });
  if (seconds > 0 && seconds % 3_600 === 0) return nt("span.h", { n: seconds / 3_600 });
  if (seconds > 0 && seconds % 60 === 0) return nt("span.min", { n: seconds / 60 });
  return nt("span.s", { n: seconds });
}

/** How long until something happens, in two units at most: 10 s, 15 min 10 s, 1 h 5 min. */
export function delayText(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = seconds % 60;
  const parts = [
    hours > 0 ? nt("span.h", { n: hours }) : "",
    minutes > 0 ? nt("span.min", { n: minutes }) : "",
    rest > 0 && hours === 0 ? nt("span.s", { n: rest }) : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}
