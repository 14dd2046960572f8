import { AUTH_ROUTES } from "./auth-routes.ts";
import { CATALOGUE_ROUTES } from "./catalogue-routes.ts";
import { COLLECTOR_ROUTES } from "./collector-routes.ts";
import { DOCS_ROUTES } from "./docs-routes.ts";
import { EXPORT_ROUTES } from "./export-routes.ts";
import { HISTORY_ROUTES } from "./history-routes.ts";
import { IMPORT_ROUTES } from "./import-routes.ts";
import { JOB_ROUTES } from "./job-routes.ts";
import { LAB_ROUTES } from "./lab-routes.ts";
import { LIVE_ROUTES } from "./live-routes.ts";
import { OUTLIER_ROUTES } from "./outlier-routes.ts";
import { PAGE_ROUTES } from "./page-routes.ts";
import { PROFILE_ROUTES } from "./profile-routes.ts";
import { ROUND_ROUTES } from "./round-routes.ts";
import type { Route } from "./route.ts";
import { SITE_ROUTES } from "./site-routes.ts";
import { SYSTEM_ROUTES } from "./system-routes.ts";

/** The route table: every address of the API. The dispatcher, the OpenAPI document and the authorisation test read it. */
export const ROUTES: readonly Route[] = [
  ...SYSTEM_ROUTES,
  ...PAGE_ROUTES,
  ...AUTH_ROUTES,
  ...SITE_ROUTES,
  ...HISTORY_ROUTES,
  ...EXPORT_ROUTES,
  ...OUTLIER_ROUTES,
  ...LAB_ROUTES,
  ...IMPORT_ROUTES,
  ...ROUND_ROUTES,
  ...COLLECTOR_ROUTES,
  ...JOB_ROUTES,
  ...CATALOGUE_ROUTES,
  ...PROFILE_ROUTES,
  ...LIVE_ROUTES,
  ...DOCS_ROUTES,
];
