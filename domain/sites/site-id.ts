import { z } from "zod";

/** Lower-case words joined by `-`, at most 64 characters. Nothing parses it. */
export const SiteId = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
export type SiteId = z.infer<typeof SiteId>;
