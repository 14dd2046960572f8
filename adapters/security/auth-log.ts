/** Where sign-ins are written down: names and addresses, never passwords or tokens. */
export type AuthLog = {
  info(facts: Record<string, unknown>, text: string): void;
  warn(facts: Record<string, unknown>, text: string): void;
};
