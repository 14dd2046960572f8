import { vi } from "vitest";

/** Half of a test's time: what never comes is told by the condition that was waited for, not as a test that took too long. */
const PATIENCE_MS = 15_000;

type WaitFor = typeof vi.waitFor;
type Patient = WaitFor & { isPatient?: true };

/**
 * `vi.waitFor` gives up after 1 s, which a busy machine needs for a statement. Of `expect.poll` the same is set in
 * `vitest.config.ts`. How soon something has to happen is for a test to measure, not for a time-out to guess.
 */
const waitFor: Patient = vi.waitFor;
if (!waitFor.isPatient) {
  const patient: Patient = (work, options) =>
    waitFor(work, typeof options === "number" ? options : { timeout: PATIENCE_MS, ...options });
  patient.isPatient = true;
  vi.waitFor = patient;
}
