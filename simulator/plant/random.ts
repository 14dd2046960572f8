/** A seeded 32-bit generator. `state` is all it remembers, so that a plant state can carry it from step to step. */
export type Random = { state: number };

/** The next number of the sequence, uniform in 0 … 1 (1 excluded). The sequence is that of "mulberry32". */
export function uniform(random: Random): number {
  random.state = (random.state + 0x6d2b79f5) >>> 0;
  let mixed = random.state;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** Standard normal, by Box and Muller; takes two numbers of the sequence. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(random)));
  return radius * Math.cos(2 * Math.PI * uniform(random));
}

/** Exponential with mean 1: the waiting time of a Poisson process. */
export function exponential(random: Random): number {
  return -Math.log(1 - uniform(random));
}

/** One 32-bit seed out of several numbers, so that each site and each purpose has a sequence of its own. */
export function mixSeeds(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part >>> 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
