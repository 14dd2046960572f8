/**
 * Questions about single sites that are asked at once become one question about all of them: an order for fifty sites would
 * fill the queue of the database. Nothing is kept: a later question is asked anew.
 *
 * @param ask takes several sites; rejects for all of them
 * @returns the answers that are about the site, in their order
 */
export function askedTogether<Answer extends { readonly siteId: string }>(
  ask: (siteIds: readonly string[]) => Promise<readonly Answer[]>,
): (siteId: string) => Promise<readonly Answer[]> {
  let open: { readonly siteIds: Set<string>; readonly answers: Promise<readonly Answer[]> } | null = null;

  function begin() {
    const siteIds = new Set<string>();
    const answers = Promise.resolve().then(() => {
      open = null;
      return ask([...siteIds]);
    });
    return { siteIds, answers };
  }
  return async (siteId) => {
    open ??= begin();
    open.siteIds.add(siteId);
    return (await open.answers).filter((answer) => answer.siteId === siteId);
  };
}
