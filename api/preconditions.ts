import { AppError } from "../domain/errors.ts";
import { isSame } from "./representation.ts";

/**
 * Lets a change through only when it was made on the state that is there now, so that nobody overwrites what they have
 * not seen (RFC 9110 §13.1.1).
 *
 * @param ifMatch the header of the request
 * @param tag ETag of the present state, without quotes
 * @throws {AppError} `request.precondition-required` without the header, `request.precondition-failed` when it names another state
 */
export function requireMatch(ifMatch: string | undefined, tag: string): void {
  if (ifMatch === undefined) {
    const detail = "read it first, and send its ETag as If-Match: a change must not overwrite what you have not seen";
    throw new AppError("request.precondition-required", detail);
  }
  if (!isSame(ifMatch, tag)) throw changedMeanwhile();
}

/** For a change that lost the race after its If-Match was right. */
export function changedMeanwhile(): AppError {
  return new AppError("request.precondition-failed", "it was changed by somebody else meanwhile: read it again");
}
