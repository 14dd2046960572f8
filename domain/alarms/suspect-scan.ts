/**
 * So many sites, and so large a share of all, have to fall silent together for the rule `scan-suspect`. Apart from the rule:
 * pages load the texts of self-watch, and cannot load what defines rules.
 */
export const SUSPECT_SITES = 5;
export const SUSPECT_SHARE = 0.5;
