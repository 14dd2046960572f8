/** What runs the code here has an AbortSignal; the rules that need one only hand it on. */
interface AbortSignal {
  readonly aborted: boolean;
}
