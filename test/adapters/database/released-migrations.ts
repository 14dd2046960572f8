/**
 * SHA-256 of the migration files that have left the house. Add a file with its release; a change of an old file is not
 * seen by databases that have run it, so write the next one instead.
 */
export const RELEASED: Readonly<Record<string, string>> = {};
