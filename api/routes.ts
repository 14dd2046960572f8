import { ABOUT_ROUTES } from "./about-routes.ts";
import { ACCOUNT_ROUTES } from "./account-routes.ts";
import { ACKNOWLEDGE_ROUTES } from "./acknowledge-routes.ts";
import { ALARM_ACT_ROUTES } from "./alarm-act-routes.ts";
import { ALARM_BULK_ROUTES } from "./alarm-bulk-routes.ts";
import { ALARM_ROUTES } from "./alarm-routes.ts";
import { ALARM_STATISTICS_ROUTES } from "./alarm-statistics-route.ts";
import { AUDIT_ROUTES } from "./audit-routes.ts";
import { AUTH_ROUTES } from "./auth-routes.ts";
import { BACKTEST_ROUTES } from "./backtest-routes.ts";
import { BASELINE_ROUTES } from "./baseline-routes.ts";
import { CATALOGUE_ROUTES } from "./catalogue-routes.ts";
import { COLLECTOR_ROUTES } from "./collector-routes.ts";
import { COMMAND_BULK_ROUTES } from "./command-bulk-routes.ts";
import { COMMAND_DECISION_ROUTES } from "./command-decision-routes.ts";
import { COMMAND_KIND_ROUTES } from "./command-kind-routes.ts";
import { COMMAND_REVIEW_ROUTE } from "./command-review-route.ts";
import { COMMAND_ROUTES } from "./command-routes.ts";
import { COMMAND_WRITES_ROUTES } from "./command-writes-routes.ts";
import { CONNECTION_ROUTES } from "./connection-routes.ts";
import { DOCS_ROUTES } from "./docs-routes.ts";
import { EMERGENCY_ROUTES } from "./emergency-routes.ts";
import { EXPORT_ROUTES } from "./export-routes.ts";
import { HISTORY_ROUTES } from "./history-routes.ts";
import { IMPORT_ROUTES } from "./import-routes.ts";
import { INVENTORY_FILE_ROUTES } from "./inventory-file-routes.ts";
import { INVENTORY_ROUTES } from "./inventory-routes.ts";
import { JOB_ROUTES } from "./job-routes.ts";
import { LAB_ROUTES } from "./lab-routes.ts";
import { LIVE_ROUTES } from "./live-routes.ts";
import { NOTIFICATION_ROUTES } from "./notification-routes.ts";
import { OIDC_ROUTES } from "./oidc-routes.ts";
import { OUTLIER_ROUTES } from "./outlier-routes.ts";
import { PAGE_ROUTES } from "./page-routes.ts";
import { PROFILE_ROUTES } from "./profile-routes.ts";
import { RECORDING_ROUTES } from "./recording-routes.ts";
import { ROUND_ROUTES } from "./round-routes.ts";
import type { Route } from "./route.ts";
import { RULE_CHECK_ROUTES } from "./rule-check-routes.ts";
import { RULE_ROUTES } from "./rule-routes.ts";
import { SERVICE_TOKEN_ROUTES } from "./service-token-routes.ts";
import { SESSION_ROUTES } from "./session-routes.ts";
import { SETTINGS_ROUTES } from "./settings-routes.ts";
import { SITE_FLAG_ROUTES } from "./site-flag-routes.ts";
import { SITE_LOCK_ROUTES } from "./site-lock-routes.ts";
import { SITE_ROUTES } from "./site-routes.ts";
import { SYSTEM_ROUTES } from "./system-routes.ts";
import { USER_ROUTES } from "./user-routes.ts";
import { VIDEO_ROUTES } from "./video-routes.ts";
import { WALL_ROUTES } from "./wall-routes.ts";
import { WEBHOOK_ROUTES } from "./webhook-routes.ts";

/** The route table: every address of the API. The dispatcher, the OpenAPI document and the authorisation test read it. */
export const ROUTES: readonly Route[] = [
  ...SYSTEM_ROUTES,
  ...ABOUT_ROUTES,
  ...PAGE_ROUTES,
  ...AUTH_ROUTES,
  ...OIDC_ROUTES,
  ...ACCOUNT_ROUTES,
  ...USER_ROUTES,
  ...SESSION_ROUTES,
  ...SERVICE_TOKEN_ROUTES,
  ...SITE_ROUTES,
  ...INVENTORY_ROUTES,
  ...INVENTORY_FILE_ROUTES,
  ...CONNECTION_ROUTES,
  ...HISTORY_ROUTES,
  ...EXPORT_ROUTES,
  ...OUTLIER_ROUTES,
  ...LAB_ROUTES,
  ...ALARM_ROUTES,
  ...ALARM_BULK_ROUTES,
  ...ALARM_ACT_ROUTES,
  ...ALARM_STATISTICS_ROUTES,
  ...RULE_ROUTES,
  ...RULE_CHECK_ROUTES,
  ...BACKTEST_ROUTES,
  ...SITE_FLAG_ROUTES,
  ...BASELINE_ROUTES,
  ...COMMAND_BULK_ROUTES,
  ...COMMAND_ROUTES,
  COMMAND_REVIEW_ROUTE,
  ...COMMAND_DECISION_ROUTES,
  ...COMMAND_KIND_ROUTES,
  ...COMMAND_WRITES_ROUTES,
  ...SITE_LOCK_ROUTES,
  ...EMERGENCY_ROUTES,
  ...IMPORT_ROUTES,
  ...ROUND_ROUTES,
  ...COLLECTOR_ROUTES,
  ...JOB_ROUTES,
  ...CATALOGUE_ROUTES,
  ...PROFILE_ROUTES,
  ...VIDEO_ROUTES,
  ...WALL_ROUTES,
  ...RECORDING_ROUTES,
  ...AUDIT_ROUTES,
  ...SETTINGS_ROUTES,
  ...WEBHOOK_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...ACKNOWLEDGE_ROUTES,
  ...LIVE_ROUTES,
  ...DOCS_ROUTES,
];
