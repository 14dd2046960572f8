/** One place where somebody is signed in, as the API lists it. Times are ISO 8601, UTC. */
export type SessionItem = {
  readonly id: string;
  readonly username: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  /** Empty when it is not known. */
  readonly address: string;
  /** What the browser said of itself. */
  readonly userAgent: string;
  /** The one that this page is seen with. */
  readonly isCurrent: boolean;
  readonly isOnline: boolean;
};
