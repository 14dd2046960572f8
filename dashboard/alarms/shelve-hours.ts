/** How long an alarm may be shelved, hours; the server takes no more than eight. */
export const SHELVE_HOURS: readonly number[] = [0.5, 1, 2, 4, 8];
