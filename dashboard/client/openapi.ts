/**
 * Types of our API, generated from its OpenAPI document: `node scripts/check-client.ts --write`.
 * Never edit this file.
 */

export interface paths {
  "/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Leads to the fleet overview */
    get: operations["getHome"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/acknowledge/{token}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The acknowledge link of a message: shows what it is about, and asks */
    get: operations["getAcknowledgeToken"];
    put?: never;
    /** Acknowledges what the message tells of; works once */
    post: operations["postAcknowledgeToken"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/acknowledge/page/style.css": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Style of that page */
    get: operations["getAcknowledgePageStyleCss"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/about": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The version, and the licences of the packages in it */
    get: operations["getAbout"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/password": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replaces the own password; the other sessions end */
    post: operations["postAccountPassword"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/proof": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Proves again who one is: for 15 minutes the session may do what needs that */
    post: operations["postAccountProof"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/sessions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The own living sessions, newest first */
    get: operations["getAccountSessions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/sessions/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends one of the own sessions; its sockets close within 2 s */
    delete: operations["deleteAccountSessionsId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/sessions/end-others": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends all of the own sessions but the one that asks */
    post: operations["postAccountSessionsEndOthers"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/totp": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins to set up a second factor; it counts once it is confirmed */
    post: operations["postAccountTotp"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/totp/confirm": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirms the second factor with its first code; answers recovery codes */
    post: operations["postAccountTotpConfirm"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/account/totp/remove": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Switches the second factor off */
    post: operations["postAccountTotpRemove"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarm-history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened to alarms, the newest first */
    get: operations["getAlarmHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarm-statistics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How well the alarms serve people: figures of ISA-18.2 */
    get: operations["getAlarmStatistics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Alarms, the worst first */
    get: operations["getAlarms"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One alarm: cause, consequence, action and what happened */
    get: operations["getAlarmsId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/acknowledge": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Acknowledges an alarm */
    post: operations["postAlarmsIdAcknowledge"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/assign": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says who sees to an alarm */
    post: operations["postAlarmsIdAssign"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/in-service": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes an alarm back into service */
    post: operations["postAlarmsIdInService"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/notes": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds a note to an alarm */
    post: operations["postAlarmsIdNotes"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/out-of-service": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes an alarm out of service, until somebody takes it back */
    post: operations["postAlarmsIdOutOfService"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/reset": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Resets an alarm that latches, after its condition is over; the device is not touched */
    post: operations["postAlarmsIdReset"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/shelve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Shelves an alarm for a time: it shows, and tells nobody */
    post: operations["postAlarmsIdShelve"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/transitions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened to one alarm, the newest first */
    get: operations["getAlarmsIdTransitions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/{id}/unshelve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends the shelving of an alarm */
    post: operations["postAlarmsIdUnshelve"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/acknowledge": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Acknowledges many alarms, after a dry run if wanted */
    post: operations["postAlarmsAcknowledge"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/shelve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Shelves many alarms, after a dry run if wanted */
    post: operations["postAlarmsShelve"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/alarms/summary": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How many alarms there are, by priority and by site */
    get: operations["getAlarmsSummary"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The audit trail, the newest entry first */
    get: operations["getAudit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/audit/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The audit trail as a file: CSV or JSON lines */
    get: operations["getAuditExport"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/audit/verify": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Verifies the audit trail */
    get: operations["getAuditVerify"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/login": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Signs in; answers an access token and sets the session cookies. With a second factor, the code is needed, too */
    post: operations["postAuthLogin"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/logout": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends the session; its sockets close within 2 s */
    post: operations["postAuthLogout"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is signed in */
    get: operations["getAuthMe"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/methods": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How people can sign in, and the notice of the login page */
    get: operations["getAuthMethods"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/oidc/callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where the identity provider leads back to: opens the session and goes on into the application */
    get: operations["getAuthOidcCallback"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/oidc/start": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Leads to the identity provider, to sign in there */
    get: operations["getAuthOidcStart"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/auth/refresh": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Renews the access token of the session that the refresh cookie names, and replaces that cookie, too */
    post: operations["postAuthRefresh"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/collectors": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The live collectors, and how they share the sites */
    get: operations["getCollectors"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/command-kinds": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The kinds of command of a site or profile, the unusable ones with the reason */
    get: operations["getCommandKinds"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Commands and what came of them, the newest first */
    get: operations["getCommands"];
    put?: never;
    /** Gives a command: a dry run selects and gives a token that orders it; callers with a bearer token may do without */
    post: operations["postCommands"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One command */
    get: operations["getCommandsId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}/approve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Agrees to a command of another person; the interlocks are judged anew */
    post: operations["postCommandsIdApprove"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes back a command that nobody has begun to send */
    post: operations["postCommandsIdCancel"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that happened to a command */
    get: operations["getCommandsIdEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}/reject": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Does not agree to a command of another person */
    post: operations["postCommandsIdReject"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}/resolve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says what an unknown command did, by a person who has looked */
    post: operations["postCommandsIdResolve"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/{id}/review": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a waiting command is about, and what the interlocks say to it now */
    get: operations["getCommandsIdReview"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/bulk": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Orders for several sites, the newest first */
    get: operations["getCommandsBulk"];
    put?: never;
    /** Gives a set-point to several sites: a few first, the next when they are verified; it stops at the first that is not */
    post: operations["postCommandsBulk"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/bulk/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far an order for several sites has come: done, failed, not begun */
    get: operations["getCommandsBulkId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/bulk/{id}/stop": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stops an order for several sites: what has not begun never begins */
    post: operations["postCommandsBulkIdStop"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/commands/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Commands and what came of them, as a CSV file */
    get: operations["getCommandsExport"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/emergency-stops": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The emergency stops that nobody has reset */
    get: operations["getEmergencyStops"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The history as a file: CSV, Excel or Parquet */
    get: operations["getExport"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One point of many sites over time, as for a heat map */
    get: operations["getHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/import/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Imports history from a CSV file */
    post: operations["postImportHistory"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The platform's own jobs, and how their last runs went */
    get: operations["getJobs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/jobs/{name}/run": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Run a job now */
    post: operations["postJobsNameRun"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/live": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Live data over WebSocket: deltas, heartbeat, resume */
    get: operations["getLive"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/channels": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The channels of notification, their settings and how each does */
    get: operations["getNotificationsChannels"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/channels/{kind}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Sets a channel up */
    put: operations["putNotificationsChannelsKind"];
    post?: never;
    /** Forgets how a channel is set up */
    delete: operations["deleteNotificationsChannelsKind"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages about alarms, to whom and how each went, the newest first; kept for 30 days */
    get: operations["getNotificationsDeliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/on-call": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is on call now, by calendar */
    get: operations["getNotificationsOnCall"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/plan": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is told of what: routes and on-call calendars */
    get: operations["getNotificationsPlan"];
    /** Changes routes and calendars; `If-Match` names the state that was read */
    put: operations["putNotificationsPlan"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/reasons": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Why people were told of a change of an alarm, or not: by route, the newest first */
    get: operations["getNotificationsReasons"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/recipients": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who can be told of alarms, with their addresses */
    get: operations["getNotificationsRecipients"];
    put?: never;
    /** Adds a recipient */
    post: operations["postNotificationsRecipients"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/recipients/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Changes a recipient: every field is given */
    put: operations["putNotificationsRecipientsId"];
    post?: never;
    /** Removes a recipient that no route and no calendar names */
    delete: operations["deleteNotificationsRecipientsId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/notifications/recipients/{id}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a test message to a recipient */
    post: operations["postNotificationsRecipientsIdTest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/outliers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Values that differ from the sister sites, the biggest deviation first */
    get: operations["getOutliers"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/points": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every canonical point: unit, kind, limits, usual band and labels */
    get: operations["getPoints"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/profiles": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The device profiles */
    get: operations["getProfiles"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/profiles/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One device profile, whole */
    get: operations["getProfilesId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/profiles/{id}/try": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tries a profile on pasted replies: the mapped snapshot and the doctor's remarks */
    post: operations["postProfilesIdTry"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/profiles/{id}/writes": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether commands may be sent to the sites of a profile, who said so and why */
    get: operations["getProfilesIdWrites"];
    /** Switches commands to sites of a profile on or off; they are off until somebody switches them on */
    put: operations["putProfilesIdWrites"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rounds": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The rounds of polling, newest first */
    get: operations["getRounds"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rules": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The alarm rules: what they watch, what they mean, what to do */
    get: operations["getRules"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rules/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One rule as it is in force, to be copied and changed */
    get: operations["getRulesId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rules/backtest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Runs alarm rules over history: what they would have done */
    post: operations["postRulesBacktest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rules/backtest/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far a back-test is, and what came of it */
    get: operations["getRulesBacktestId"];
    put?: never;
    post?: never;
    /** Ends a back-test */
    delete: operations["deleteRulesBacktestId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rules/check": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Checks a rule: names the field or the position that is wrong, and what is allowed */
    post: operations["postRulesCheck"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/rules/preview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Judges a rule on the present data: at which sites its condition holds */
    post: operations["postRulesPreview"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/service-tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Service tokens of third parties' programs, newest first */
    get: operations["getServiceTokens"];
    put?: never;
    /** Makes a service token; the token itself is shown once. It never holds users:*, tokens:*, flows:* or account:* */
    post: operations["postServiceTokens"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/service-tokens/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revokes a service token; it is refused within 2 s */
    delete: operations["deleteServiceTokensId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sessions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The living sessions of everybody, newest first */
    get: operations["getSessions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sessions/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends a session of anybody; its sockets close within 2 s */
    delete: operations["deleteSessionsId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/settings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The settings of the platform */
    get: operations["getSettings"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes settings; `If-Match` names the state that was read */
    patch: operations["patchSettings"];
    trace?: never;
  };
  "/api/v1/site-flags": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Sites under maintenance or curtailed, now and to come */
    get: operations["getSiteFlags"];
    put?: never;
    /** Puts sites under maintenance or curtailment for a time, after a dry run if wanted */
    post: operations["postSiteFlags"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/site-flags/{id}/end": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends a maintenance or curtailment before its time */
    post: operations["postSiteFlagsIdEnd"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/site-locks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The maintenance locks that hang anywhere in the fleet */
    get: operations["getSiteLocks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The inventory, with health and age of data */
    get: operations["getSites"];
    put?: never;
    /** Adds a site; it is polled from the next round on */
    post: operations["postSites"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One site, with health, age of data and its last poll */
    get: operations["getSitesId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes, disables or enables a site; `If-Match` names the state that was read */
    patch: operations["patchSitesId"];
    trace?: never;
  };
  "/api/v1/sites/{id}/baselines": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was measured when a site was commissioned */
    get: operations["getSitesIdBaselines"];
    put?: never;
    /** Sets baselines: a value by hand, or what the history says, after a dry run if wanted */
    post: operations["postSitesIdBaselines"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/baselines/{baselineId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Voids a baseline: it stays in the list, and the one before it counts again */
    delete: operations["deleteSitesIdBaselinesBaselineId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/configuration": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The settings of a site; that it has an address, never which */
    get: operations["getSitesIdConfiguration"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/emergency-stop": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The emergency stop of a site */
    get: operations["getSitesIdEmergencyStop"];
    put?: never;
    /** Stops a site as an emergency: miners off, then the cooling after its over-run; no second person, latched until reset */
    post: operations["postSitesIdEmergencyStop"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/emergency-stop/reset": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Resets an emergency stop: only a person does, and nothing starts by it */
    post: operations["postSitesIdEmergencyStopReset"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/emergency-stop/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Orders the stop once more, where the one before was sent and waits for a person */
    post: operations["postSitesIdEmergencyStopRetry"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/emergency-stop/review": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What an emergency stop would be about, and what its command would wait for; nothing is stopped */
    get: operations["getSitesIdEmergencyStopReview"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Points of one site over time */
    get: operations["getSitesIdHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/history/sisters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Median and quartiles of the sister sites: same profile, same zone */
    get: operations["getSitesIdHistorySisters"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/lab-readings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Readings entered by hand, the newest sample first */
    get: operations["getSitesIdLabReadings"];
    put?: never;
    /** Enters the results of one sample */
    post: operations["postSitesIdLabReadings"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/lab-readings/{readingId}/void": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Voids a reading: it stays in the list and no longer counts */
    post: operations["postSitesIdLabReadingsReadingIdVoid"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/lab-readings/latest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The newest reading of each point that is measured by hand */
    get: operations["getSitesIdLabReadingsLatest"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/locks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The maintenance locks that hang at a site */
    get: operations["getSitesIdLocks"];
    put?: never;
    /** Hangs a maintenance lock: everybody who works there an own one; no command is sent while one hangs */
    post: operations["postSitesIdLocks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/locks/{lockId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Removes a maintenance lock: only a person does, never time */
    delete: operations["deleteSitesIdLocksLockId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/reply": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The newest raw reply of a site's controller, unmapped */
    get: operations["getSitesIdReply"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/snapshot": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The latest snapshot of one site, or the one before a moment */
    get: operations["getSitesIdSnapshot"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/{id}/watch": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Polls a site every 10 s for a while */
    post: operations["postSitesIdWatch"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The inventory as a sites file, with its private addresses; it is written to the audit trail */
    get: operations["getSitesExport"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/import": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds and replaces sites from a sites file, YAML or JSON: all of it or nothing */
    post: operations["postSitesImport"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sites/test-connection": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks a controller once, and says which profile fits its answers best and why */
    post: operations["postSitesTestConnection"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/snapshots": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The latest snapshot of every site */
    get: operations["getSnapshots"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Database, journal, writer and configuration in short */
    get: operations["getStatus"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** People with an account, by user name */
    get: operations["getUsers"];
    put?: never;
    /** Makes an account; its owner has to replace the password at the first sign-in */
    post: operations["postUsers"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users/{username}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One person */
    get: operations["getUsersUsername"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes role or scope, disables, gives another password, removes the second factor, unlocks */
    patch: operations["patchUsersUsername"];
    trace?: never;
  };
  "/api/v1/video/session": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Opens video for this session: sets a cookie, to be renewed */
    post: operations["postVideoSession"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The cameras and how they are */
    get: operations["getVideoStreams"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams/{id}/clip": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was recorded within a time, as one file */
    get: operations["getVideoStreamsIdClip"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams/{id}/locks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which recordings of a camera are locked */
    get: operations["getVideoStreamsIdLocks"];
    put?: never;
    /** Locks recordings as evidence: they are not removed before a time */
    post: operations["postVideoStreamsIdLocks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams/{id}/locks/{lockId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Unlocks recordings */
    delete: operations["deleteVideoStreamsIdLocksLockId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams/{id}/playback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A short-lived address that plays what was recorded */
    post: operations["postVideoStreamsIdPlayback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams/{id}/recordings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was recorded of a camera within a time, with its gaps */
    get: operations["getVideoStreamsIdRecordings"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/streams/{id}/ticket": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A short-lived address of one stream, for players and scripts */
    post: operations["postVideoStreamsIdTicket"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/walls": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The walls that one has saved */
    get: operations["getVideoWalls"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/video/walls/{name}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Saves a wall; one of the same name gives way */
    put: operations["putVideoWallsName"];
    post?: never;
    /** Removes a saved wall */
    delete: operations["deleteVideoWallsName"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The outgoing webhooks, and how each does */
    get: operations["getWebhooks"];
    put?: never;
    /** Sets up a webhook */
    post: operations["postWebhooks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/webhooks/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Removes a webhook and its log */
    delete: operations["deleteWebhooksId"];
    options?: never;
    head?: never;
    /** Changes a webhook, or switches it on and off */
    patch: operations["patchWebhooksId"];
    trace?: never;
  };
  "/api/v1/webhooks/{id}/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was sent and how it went, the newest first; kept for 30 days */
    get: operations["getWebhooksIdDeliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/webhooks/{id}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a test event */
    post: operations["postWebhooksIdTest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/docs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This reference as a page */
    get: operations["getDocs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/docs/style.css": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Style of the reference page */
    get: operations["getDocsStyleCss"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/healthz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Liveness: 503 when the event loop stood still for 2 s or more */
    get: operations["getHealthz"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/login": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The login page */
    get: operations["getLogin"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/login/{file}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Scripts and styles of the login page */
    get: operations["getLoginFile"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics in the Prometheus text format */
    get: operations["getMetrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This reference as an OpenAPI 3.1 document */
    get: operations["getOpenapiJson"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/readyz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Readiness: 503 with reasons while requests should go elsewhere; collection goes on meanwhile */
    get: operations["getReadyz"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface components {
  schemas: {
    About: {
      /** @description Every package that the platform is delivered with, in order of name; licences as SPDX says them */
      licences: {
        licence: string;
        name: string;
        version: string;
      }[];
      /** @description Version of Node.js that runs it */
      node: string;
      version: string;
    };
    AlarmBulkResult: {
      /** @description Alarms that were changed; of a dry run: that would be */
      done: number;
      isDryRun: boolean;
      /** @description Those that stay as they are, and why; the first 1000 */
      refused: {
        /** @enum {string} */
        code: "auth.not-signed-in" | "auth.bad-credentials" | "auth.code-required" | "auth.bad-code" | "auth.too-many-attempts" | "auth.not-allowed" | "auth.out-of-scope" | "auth.password-change-required" | "auth.foreign-origin" | "auth.account-disabled" | "auth.name-taken" | "auth.totp-required" | "auth.proof-required" | "auth.first-password-over" | "account.wrong-password" | "account.wrong-code" | "account.weak-password" | "account.external" | "account.totp-on" | "account.totp-off" | "user.not-found" | "user.exists" | "user.last-admin" | "user.yourself" | "session.not-found" | "token.not-found" | "token.name-taken" | "request.invalid" | "request.not-found" | "request.method-not-allowed" | "request.too-large" | "request.unsupported-type" | "request.rate-limited" | "request.precondition-required" | "request.precondition-failed" | "request.idempotency-mismatch" | "request.in-progress" | "site.not-found" | "point.not-found" | "profile.not-found" | "profile.invalid" | "job.not-found" | "job.not-here" | "inventory.invalid" | "inventory.exists" | "inventory.managed-by-file" | "config.invalid" | "storage.write-failed" | "storage.timeout" | "storage.unavailable" | "storage.locked" | "journal.full" | "secret.unreadable" | "webhook.not-found" | "webhook.name-taken" | "webhook.too-many" | "webhook.disabled" | "flows.read-only" | "notification.recipient-not-found" | "notification.recipient-in-use" | "notification.name-taken" | "notification.too-many" | "notification.no-address" | "notification.channel-off" | "notification.channel-not-found" | "alarm.not-found" | "alarm.nothing-new" | "alarm.nothing-to-acknowledge" | "alarm.nothing-to-reset" | "alarm.still-active" | "alarm.not-shelved" | "alarm.not-out-of-service" | "alarm.flag-not-found" | "alarm.flag-over" | "command.not-found" | "command.kind-unusable" | "command.arguments-invalid" | "command.refused" | "command.cannot-verify" | "command.confirmation-required" | "command.confirmation-over" | "command.confirmation-used" | "command.changed" | "command.own-request" | "command.expired" | "command.wrong-state" | "emergency.not-found" | "lock.not-found" | "baseline.not-found" | "baseline.not-in-history" | "rule.expression-invalid" | "rule.invalid" | "backtest.not-found" | "backtest.busy" | "backtest.too-long" | "internal.unexpected";
        id: string;
      }[];
      /** @description What it is about, before anything was changed */
      scope: {
        /** @description Alarms that were found */
        alarms: number;
        /** @description For `raisedUntil` of the request that follows a dry run */
        newestRaisedAt: string | null;
        priorities: {
          critical: number;
          high: number;
          low: number;
          medium: number;
        };
        refused: number;
        /** @description Their sites */
        sites: number;
      };
    };
    AlarmDetail: {
      acknowledged: {
        /** Format: date-time */
        at: string;
        by: string;
        note: string;
      } | null;
      acknowledgedAt: string | null;
      acknowledgedBy: string | null;
      /** @description The condition holds now, seen or unseen */
      active: boolean;
      /** @description Last time that people were told of a raise */
      announcedAt: string | null;
      assignedTo: string | null;
      chatteringSince: string | null;
      /** @description Active alarms that this one suppresses, at any depth */
      children: number;
      /** @description null while the condition holds */
      clearedAt: string | null;
      /**
       * Format: date-time
       * @description Newest event of the engine that is in this row: older ones come from a replay and change nothing
       */
      conditionAt: string;
      /** @description How often it came back since it was announced, within 15 minutes */
      flaps: number;
      id: string;
      /** Format: date-time */
      lastChangeAt: string;
      /** @description The limit in force at that time */
      limit: number | null;
      needsAcknowledgement: boolean;
      /** @description It latches, and nobody has reset it since it was raised */
      needsReset: boolean;
      /** @description How often it was raised, ever */
      occurrences: number;
      outOfService: {
        /** Format: date-time */
        at: string;
        by: string;
        reason: string;
      } | null;
      /** @description The point, computed quantity or fault bit that decided */
      point: string | null;
      /**
       * @description In force now: a rule may name circumstances that change it
       * @enum {string}
       */
      priority: "critical" | "high" | "medium" | "low";
      /**
       * Format: date-time
       * @description Last time the condition began
       */
      raisedAt: string;
      /** @description Counts the changes: with the id the key of a transition */
      revision: number;
      /** @description null: there is no such rule any more */
      rule: components["schemas"]["RuleFacts"] | null;
      ruleId: string;
      segmentId: string | null;
      shelved: {
        /** Format: date-time */
        at: string;
        by: string;
        reason: string;
        /** Format: date-time */
        until: string;
      } | null;
      /** @description null: the alarm is about a segment or the fleet */
      siteId: string | null;
      /** @description Who has said so since it was raised */
      sources: ("controller" | "platform")[];
      /** @enum {string} */
      state: "normal" | "unacknowledged" | "acknowledged" | "returned_unacknowledged" | "latched" | "shelved" | "suppressed" | "out_of_service";
      /** @description Parent alarm, or the reason by design */
      suppressedBy: (("curtailment" | "maintenance" | "site-stopped" | "site-starting") | string) | null;
      /** @description The rule's title */
      texts: {
        en: string;
        zh: string;
      };
      /** @description What happened last, the newest first; 50 at most */
      transitions: components["schemas"]["AlarmTransition"][];
      unit: string | null;
      /** @description Its value at that time */
      value: number | boolean | string | null;
    };
    AlarmList: {
      items: components["schemas"]["AlarmListItem"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description An alarm as lists show it */
    AlarmListItem: {
      acknowledged: {
        /** Format: date-time */
        at: string;
        by: string;
        note: string;
      } | null;
      acknowledgedAt: string | null;
      acknowledgedBy: string | null;
      /** @description The condition holds now, seen or unseen */
      active: boolean;
      /** @description Last time that people were told of a raise */
      announcedAt: string | null;
      assignedTo: string | null;
      chatteringSince: string | null;
      /** @description Active alarms that this one suppresses, at any depth */
      children: number;
      /** @description null while the condition holds */
      clearedAt: string | null;
      /**
       * Format: date-time
       * @description Newest event of the engine that is in this row: older ones come from a replay and change nothing
       */
      conditionAt: string;
      /** @description How often it came back since it was announced, within 15 minutes */
      flaps: number;
      id: string;
      /** Format: date-time */
      lastChangeAt: string;
      /** @description The limit in force at that time */
      limit: number | null;
      needsAcknowledgement: boolean;
      /** @description It latches, and nobody has reset it since it was raised */
      needsReset: boolean;
      /** @description How often it was raised, ever */
      occurrences: number;
      outOfService: {
        /** Format: date-time */
        at: string;
        by: string;
        reason: string;
      } | null;
      /** @description The point, computed quantity or fault bit that decided */
      point: string | null;
      /**
       * @description In force now: a rule may name circumstances that change it
       * @enum {string}
       */
      priority: "critical" | "high" | "medium" | "low";
      /**
       * Format: date-time
       * @description Last time the condition began
       */
      raisedAt: string;
      /** @description Counts the changes: with the id the key of a transition */
      revision: number;
      ruleId: string;
      segmentId: string | null;
      shelved: {
        /** Format: date-time */
        at: string;
        by: string;
        reason: string;
        /** Format: date-time */
        until: string;
      } | null;
      /** @description null: the alarm is about a segment or the fleet */
      siteId: string | null;
      /** @description Who has said so since it was raised */
      sources: ("controller" | "platform")[];
      /** @enum {string} */
      state: "normal" | "unacknowledged" | "acknowledged" | "returned_unacknowledged" | "latched" | "shelved" | "suppressed" | "out_of_service";
      /** @description Parent alarm, or the reason by design */
      suppressedBy: (("curtailment" | "maintenance" | "site-stopped" | "site-starting") | string) | null;
      /** @description The rule's title */
      texts: {
        en: string;
        zh: string;
      };
      unit: string | null;
      /** @description Its value at that time */
      value: number | boolean | string | null;
    };
    /** @description Figures of ISA-18.2 over a period */
    AlarmStatistics: {
      /** @description Times that people were told of an alarm; what was hidden or repeated is not in it */
      announced: number;
      byPriority: {
        critical: number;
        high: number;
        low: number;
        medium: number;
      };
      /** @description Changed more than 5 times within 5 minutes; goal: none */
      chattering: {
        count: number;
        /** @description The first 100 */
        ids: string[];
      };
      /** @description Of the 10-minute intervals, those with more than 10 alarms; goal: below 0.01 */
      crowdedShare: number;
      /** @description Lasted less than 10 s; goal: none */
      fleeting: {
        count: number;
        /** @description The first 100 */
        ids: string[];
      };
      /** @description Of the time, that in flood; goal: below 0.01 */
      floodShare: number;
      /** Format: date-time */
      from: string;
      /** @description Seconds from being told to the acknowledgement */
      medianAcknowledgeS: number | null;
      operators: number;
      perOperatorHour: number;
      /** @description Active for more than 24 h at the end; goal: fewer than 5 */
      stale: {
        count: number;
        /** @description The first 100 */
        ids: string[];
      };
      /** Format: date-time */
      to: string;
      /** @description The ten loudest */
      topRules: {
        announced: number;
        ruleId: string;
        share: number;
      }[];
      /** @description Of these ten together; goal: below 0.05. null: no alarm */
      topShare: number | null;
      worstAcknowledgeS: number | null;
    };
    /** @description Alarms in numbers */
    AlarmSummary: {
      /**
       * Format: date-time
       * @description Server time of the counting
       */
      at: string;
      counts: {
        critical: {
          /** @description Neither hidden nor over */
          present: number;
          /** @description Of these: ask for somebody */
          unacknowledged: number;
        };
        high: {
          /** @description Neither hidden nor over */
          present: number;
          /** @description Of these: ask for somebody */
          unacknowledged: number;
        };
        low: {
          /** @description Neither hidden nor over */
          present: number;
          /** @description Of these: ask for somebody */
          unacknowledged: number;
        };
        medium: {
          /** @description Neither hidden nor over */
          present: number;
          /** @description Of these: ask for somebody */
          unacknowledged: number;
        };
      };
      /** @description The process that answers judges the rules; another one may do so in its stead */
      isJudging: boolean;
      /** @description Slot of the newest round that this process has judged; null = none */
      judgedAt: string | null;
      /** @description Sites with alarms that are present, in order of id */
      sites: {
        /** @description Neither hidden nor over */
        present: number;
        siteId: string;
        /** @description Of these: ask for somebody */
        unacknowledged: number;
        /** @enum {string} */
        worst: "critical" | "high" | "medium" | "low";
      }[];
    };
    /** @description One change of one alarm */
    AlarmTransition: {
      alarmId: string;
      /**
       * Format: date-time
       * @description When it happened: the slot for conditions, the server's time for people
       */
      at: string;
      /** @description null: the platform */
      by: string | null;
      flaps: number;
      /** @enum {string} */
      from: "normal" | "unacknowledged" | "acknowledged" | "returned_unacknowledged" | "latched" | "shelved" | "suppressed" | "out_of_service";
      /** @description People are to be told: the condition began or came back, and nothing hides it */
      isAnnounced: boolean;
      /** @enum {string} */
      kind: "raised" | "reraised" | "chattering" | "cleared" | "updated" | "suppressed" | "released" | "acknowledged" | "reset" | "shelved" | "unshelved" | "out_of_service" | "in_service" | "assigned" | "commented";
      /** @description The limit in force at that time */
      limit: number | null;
      /** @description Note of an acknowledgement, reason of shelving, comment, or whom it was assigned to */
      note: string | null;
      occurrences: number;
      /** @description The point, computed quantity or fault bit that decided */
      point: string | null;
      /** @enum {string} */
      priority: "critical" | "high" | "medium" | "low";
      /** @description The alarm's revision after the change; with alarmId the key */
      revision: number;
      ruleId: string;
      segmentId: string | null;
      /** @description null: the alarm is about a segment or the fleet */
      siteId: string | null;
      sources: ("controller" | "platform")[];
      suppressedBy: (("curtailment" | "maintenance" | "site-stopped" | "site-starting") | string) | null;
      /** @enum {string} */
      to: "normal" | "unacknowledged" | "acknowledged" | "returned_unacknowledged" | "latched" | "shelved" | "suppressed" | "out_of_service";
      unit: string | null;
      /** @description End of shelving */
      until: string | null;
      /** @description Its value at that time */
      value: number | boolean | string | null;
    };
    AlarmTransitionList: {
      items: components["schemas"]["AlarmTransition"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
    };
    AuditEntry: {
      action: string;
      /** @description User name, or name of a service token; empty for strangers and the platform */
      actor: string;
      /** @enum {string} */
      actorKind: "user" | "token" | "platform" | "anonymous";
      /** @description Of the client */
      address: string;
      /**
       * Format: date-time
       * @description UTC, with microseconds
       */
      at: string;
      detail: {
        [key: string]: unknown;
      };
      /** @description SHA-256 over this entry and the hash of the one before */
      hash: string;
      /** @enum {string} */
      outcome: "done" | "refused" | "failed";
      /** @description From 1, without gaps */
      seq: number;
      target: string;
    };
    AuditEntryList: {
      items: components["schemas"]["AuditEntry"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    AuditVerification: {
      /** @description The newest signed checkpoint outside the table; null when this process has none */
      checkpoint: {
        /** Format: date-time */
        at: string;
        isGood: boolean;
        seq: number;
      } | null;
      durationMs: number;
      firstBad: {
        seq: number;
        what: string;
      } | null;
      ok: boolean;
      /** @description Ed25519 (SPKI, base64): checks the signatures of checkpoints */
      publicKey: string;
      /** @description Rows that were looked at, up to the first bad one */
      rows: number;
    };
    /** @description Rules run over history, and how far that is */
    BackTest: {
      /** @description Of the old rules */
      before: components["schemas"]["BackTestResult"] | null;
      difference: components["schemas"]["BackTestDifference"] | null;
      endedAt: string | null;
      failure: {
        /** @enum {string} */
        code: "auth.not-signed-in" | "auth.bad-credentials" | "auth.code-required" | "auth.bad-code" | "auth.too-many-attempts" | "auth.not-allowed" | "auth.out-of-scope" | "auth.password-change-required" | "auth.foreign-origin" | "auth.account-disabled" | "auth.name-taken" | "auth.totp-required" | "auth.proof-required" | "auth.first-password-over" | "account.wrong-password" | "account.wrong-code" | "account.weak-password" | "account.external" | "account.totp-on" | "account.totp-off" | "user.not-found" | "user.exists" | "user.last-admin" | "user.yourself" | "session.not-found" | "token.not-found" | "token.name-taken" | "request.invalid" | "request.not-found" | "request.method-not-allowed" | "request.too-large" | "request.unsupported-type" | "request.rate-limited" | "request.precondition-required" | "request.precondition-failed" | "request.idempotency-mismatch" | "request.in-progress" | "site.not-found" | "point.not-found" | "profile.not-found" | "profile.invalid" | "job.not-found" | "job.not-here" | "inventory.invalid" | "inventory.exists" | "inventory.managed-by-file" | "config.invalid" | "storage.write-failed" | "storage.timeout" | "storage.unavailable" | "storage.locked" | "journal.full" | "secret.unreadable" | "webhook.not-found" | "webhook.name-taken" | "webhook.too-many" | "webhook.disabled" | "flows.read-only" | "notification.recipient-not-found" | "notification.recipient-in-use" | "notification.name-taken" | "notification.too-many" | "notification.no-address" | "notification.channel-off" | "notification.channel-not-found" | "alarm.not-found" | "alarm.nothing-new" | "alarm.nothing-to-acknowledge" | "alarm.nothing-to-reset" | "alarm.still-active" | "alarm.not-shelved" | "alarm.not-out-of-service" | "alarm.flag-not-found" | "alarm.flag-over" | "command.not-found" | "command.kind-unusable" | "command.arguments-invalid" | "command.refused" | "command.cannot-verify" | "command.confirmation-required" | "command.confirmation-over" | "command.confirmation-used" | "command.changed" | "command.own-request" | "command.expired" | "command.wrong-state" | "emergency.not-found" | "lock.not-found" | "baseline.not-found" | "baseline.not-in-history" | "rule.expression-invalid" | "rule.invalid" | "backtest.not-found" | "backtest.busy" | "backtest.too-long" | "internal.unexpected";
        reason: string;
      } | null;
      /** Format: date-time */
      from: string;
      /** Format: uuid */
      id: string;
      progress: number;
      result: components["schemas"]["BackTestResult"] | null;
      /** @description Under test */
      ruleIds: string[];
      /** @description Judged so far */
      snapshots: number;
      /** Format: date-time */
      startedAt: string;
      /** @enum {string} */
      state: "running" | "done" | "failed" | "cancelled";
      /** Format: date-time */
      to: string;
    };
    /** @description What the new rules change */
    BackTestDifference: {
      /** @description Announcements more (or, negative, fewer) than before, without priority low */
      announcedChange: number;
      both: number;
      /** @description Of both, those that begin earlier now */
      earlier: number;
      /** @description One of the results holds only its first firings: counts are of those */
      isCut: boolean;
      /** @description What differs, in order of time; the first 500 */
      items: {
        /** @description Begin with the new rules; null: they did not fire */
        afterAt: string | null;
        alarmId: string;
        /** @description Begin with the old rules; null: they did not fire */
        beforeAt: string | null;
        /** @description Negative: earlier than before */
        shiftS: number | null;
      }[];
      /** @description Of both, those that begin later now */
      later: number;
      medianShiftS: number | null;
      /** @description Fired with the new rules only */
      onlyAfter: number;
      /** @description Fired with the old rules only */
      onlyBefore: number;
    };
    /** @description One time that a rule would have fired */
    BackTestFiring: {
      alarmId: string;
      /** @description How often people would have been told of it */
      announced: number;
      /** Format: date-time */
      beginAt: string;
      /** @description Of its time, that in which the site was curtailed */
      curtailmentS: number;
      /** @description null: it still held at the end of the stretch */
      endAt: string | null;
      /** @description What hid it at the begin: a parent alarm or a reason by design */
      hiddenBy: string | null;
      limit: number | null;
      /** @description Of its time, that in which the site was under maintenance */
      maintenanceS: number;
      /** @description The value furthest beyond the limit; of a segment or the fleet that at the begin */
      peak: number | boolean | string | null;
      point: string | null;
      /**
       * @description The worst that it had
       * @enum {string}
       */
      priority: "critical" | "high" | "medium" | "low";
      ruleId: string;
      segmentId: string | null;
      siteId: string | null;
      /** @description The controller's own trip that belongs to it; a positive lead: the alarm came first */
      trip: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        fault: "power_fault" | "power_relay_fault" | "power_distribution_fault" | "phase_failure" | "cabinet_temp_high" | "circulation_pump_fault" | "makeup_pump_fault" | "second_pump1_fault" | "second_pump2_fault" | "supply_temp_high" | "supply_temp_too_high" | "return_temp_high" | "return_temp_too_high" | "supply_pressure_high" | "return_pressure_low" | "supply_flow_low" | "supply_temp_sensor_fault" | "return_temp_sensor_fault" | "level_sensor_fault" | "spray_pump_fault" | "tower_fan1_fault" | "tower_fan2_fault" | "tower_fan3_fault" | "dry_cooler_mains_fault" | "dry_cooler_inverter_fault" | "exhaust_fan1_fault" | "exhaust_fan2_fault" | "exhaust_fan_fault" | "smoke_sensor_fault";
        leadS: number;
      } | null;
      unit: string | null;
      /** @description At the begin */
      value: number | boolean | string | null;
    };
    /** @description What rules would have done over a stretch of history */
    BackTestResult: {
      /** @description Times that people would have been told, without priority low */
      announced: number;
      budget: {
        /** @description What the fleet may have in 24 h */
        perDay: number;
        perSiteDay: number;
        /** @description Of the budget, what these rules take */
        share: number;
      };
      /** @description Share of the stretch about which there is history */
      coverage: number;
      /** @description The same of priority low */
      events: number;
      firings: number;
      /** Format: date-time */
      from: string;
      /** @description There were more firings than `items` holds; the counts are of all of them */
      isCut: boolean;
      /** @description In order of their begin; of very many the first ones */
      items: components["schemas"]["BackTestFiring"][];
      /** @description `announced` in 24 h, of the whole fleet */
      perDay: number;
      /** @description Sites at which something fired, most announcements first */
      perSite: {
        announced: number;
        firings: number;
        siteId: string;
      }[];
      /** @description Most announcements first */
      rules: components["schemas"]["BackTestRule"][];
      /** @description Time that is covered by history × sites */
      siteDays: number;
      sites: number;
      /** @description Rounds that were judged */
      slots: number;
      snapshots: number;
      /** Format: date-time */
      to: string;
    };
    BackTestRule: {
      activeS: number;
      announced: number;
      /** @description 0 for priority low, which asks nobody for anything */
      budgetShare: number;
      /** @description Subjects at which it changed more than 5 times within 5 minutes */
      chattering: number;
      curtailmentS: number;
      firings: number;
      /** @description Returns within 15 minutes of the announcement */
      flaps: number;
      /** @description Firings that lasted for less than 10 s, or for a single sample */
      fleeting: number;
      /** @description Firings of which nobody would ever have been told */
      hidden: number;
      maintenanceS: number;
      medianLeadS: number | null;
      /** @description Announcements of the whole fleet in 24 h */
      perDay: number;
      /** @enum {string} */
      priority: "critical" | "high" | "medium" | "low";
      ruleId: string;
      /** @description Sites at which it fired */
      sites: number;
      /** @description How often the controller set one of the faults that the rule warns of */
      trips: number;
      /** @description Of those, how often the alarm had begun before */
      warned: number;
    };
    /** @description What a stretch of history says about one baseline */
    BaselineFinding: {
      lack: ("too-few" | "too-scattered" | "implausible") | null;
      /** @description So many are needed */
      leastSamples: number;
      /** @description More than this is refused, in the unit; null = any */
      mostSpread: number | null;
      /** @enum {string} */
      quantity: "supply_flow_m3h" | "hydraulic_resistance" | "approach_wetbulb_k" | "efficiency_j_th" | "hashrate_per_miner_th" | "ppue" | "pump_greased_at_h" | "miner_limit_c";
      /** @description Readings that count */
      samples: number;
      /** @description Distance between the quartiles, in the unit; null without readings */
      spread: number | null;
      /** @description Null when history gives none; `lack` says why */
      value: number | null;
    };
    /** @description How the collectors share the sites */
    Collectors: {
      /** @description The live collectors: their last heartbeat is less than 5 s old */
      items: {
        /** @description One start of one process */
        id: string;
        /** @description The process that answers */
        isSelf: boolean;
        leases: string[];
        /** @description Enabled sites that it polls, of those that the asker may see; so are all counts here */
        sites: number;
      }[];
      leases: {
        /** @description null: free, its sites are polled by nobody until somebody takes it */
        holder: string | null;
        name: string;
        sites: number;
        /** @description Grows with every taking; effects of a former holder are refused by it */
        token: number;
      }[];
      /** @description Enabled sites that nobody polls */
      orphans: number;
    };
    /** @description One command to one site's controller */
    Command: {
      approvedBy: string | null;
      args: {
        [key: string]: number | string | boolean;
      };
      /** Format: date-time */
      createdAt: string;
      effectAfterS: number | null;
      endedAt: string | null;
      evidence: {
        [key: string]: unknown;
      } | null;
      /** Format: date-time */
      expiresAt: string;
      /** Format: uuid */
      id: string;
      kind: string;
      overrides: string[];
      reason: string | null;
      requestedBy: string;
      sentAt: string | null;
      siteId: string;
      /** @enum {string} */
      state: "waiting_approval" | "queued" | "claimed" | "sent" | "accepted" | "verified" | "no_effect" | "failed" | "expired" | "cancelled" | "unknown";
      stateReason: string | null;
      verifyBy: string | null;
    };
    /** @description An order for several sites, and how far it has come */
    CommandBatch: {
      args: {
        [key: string]: number | string | boolean;
      };
      /** @description Where it stopped, and why; empty when a person has stopped it */
      because: {
        siteId: string;
        /** @enum {string} */
        why: "waiting_approval" | "queued" | "claimed" | "sent" | "accepted" | "verified" | "no_effect" | "failed" | "expired" | "cancelled" | "unknown" | "new-alarm";
      }[];
      /** @description Of the sites that have begun */
      commands: {
        /** Format: uuid */
        commandId: string;
        siteId: string;
        /** @enum {string} */
        state: "waiting_approval" | "queued" | "claimed" | "sent" | "accepted" | "verified" | "no_effect" | "failed" | "expired" | "cancelled" | "unknown";
        stateReason: string | null;
      }[];
      /** Format: date-time */
      createdAt: string;
      endedAt: string | null;
      expiresInS: number;
      /** Format: uuid */
      id: string;
      kind: string;
      /** @description Sites of the batch at which an alarm was raised since it began */
      newAlarms: string[];
      pauseS: number;
      reason: string | null;
      requestedBy: string;
      /** @description Each site in one of them. What failed can be ordered anew, as another batch */
      result: {
        done: string[];
        failed: string[];
        notBegun: string[];
        underWay: string[];
      };
      /** @enum {string} */
      state: "running" | "stopped" | "done";
      /** @description A person, or `system` */
      stoppedBy: string | null;
      /** @description Ids of sites, wave by wave */
      waves: string[][];
    };
    CommandBatchList: {
      items: components["schemas"]["CommandBatch"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    CommandBatchOrSelection: components["schemas"]["CommandBatch"] | components["schemas"]["CommandBatchSelection"];
    /** @description What an order for several sites is about; nothing was ordered */
    CommandBatchSelection: {
      /** @description null where a site would be refused: leave it out */
      confirmation: {
        /** Format: date-time */
        expiresAt: string;
        token: string;
      } | null;
      /** @constant */
      isDryRun: true;
      items: components["schemas"]["CommandSelection"][];
      scope: {
        alarms: number;
        /** @description Of the sites where it is known */
        loadMw: number | null;
        minersOnline: number | null;
        /** @description Sites at which something is against it */
        refused: number;
        sites: number;
      };
      /** @description Ids of sites, wave by wave */
      waves: string[][];
    };
    CommandEventList: {
      items: {
        /** Format: date-time */
        at: string;
        by: string;
        evidence: {
          [key: string]: unknown;
        } | null;
        reason: string | null;
        /** @enum {string} */
        state: "waiting_approval" | "queued" | "claimed" | "sent" | "accepted" | "verified" | "no_effect" | "failed" | "expired" | "cancelled" | "unknown";
      }[];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description A kind of command: what it takes, what it does, and what has to be so before */
    CommandKind: {
      /** @description By name; limits are those of kind and profile together */
      args: {
        [key: string]: {
          /** @description Numbers that are allowed beside the range */
          also: number[];
          isOptional: boolean;
          label: {
            en: string;
            "zh-CN": string;
          };
          max: number | null;
          min: number | null;
          step: number | null;
          /** @enum {string} */
          type: "number" | "word" | "flag";
          unit: string;
          /** @description Words that are allowed */
          words: {
            [key: string]: {
              en: string;
              "zh-CN": string;
            };
          };
        };
      };
      does: {
        en: string;
        "zh-CN": string;
      };
      /** @description What has to be seen for it to be `verified`, as far as this controller reports it; some arguments ask for less */
      effect: {
        id: string;
        /** @description Points that show it; `faults`: the fault bits */
        reads: string[];
        title: {
          en: string;
          "zh-CN": string;
        };
        /** @description After it was sent */
        withinS: number;
      }[];
      expiresInS: number;
      /** @description Outside of this range of the argument it needs that role */
      higherRole: {
        argument: string;
        from: number;
        /** @enum {string} */
        lowestRole: "viewer" | "operator" | "engineer" | "admin";
        to: number;
      } | null;
      interlocks: {
        id: string;
        /** @description The lowest role that may override it; null = nobody */
        override: ("viewer" | "operator" | "engineer" | "admin") | null;
        title: {
          en: string;
          "zh-CN": string;
        };
      }[];
      isUsable: boolean;
      kind: string;
      leastGapS: number | null;
      /** @enum {string} */
      lowestRole: "viewer" | "operator" | "engineer" | "admin";
      /** @description So far at most from what the point reads now, in its unit */
      mostChange: {
        argument: string;
        by: number;
        point: string;
      } | null;
      /** @description So many at one site within that time */
      mostOften: {
        count: number;
        perS: number;
      } | null;
      /** @description At once; 1 = one site after the other */
      mostSites: number;
      needsReason: boolean;
      needsSecondPerson: boolean;
      /** @description What somebody on site should see to */
      onSite: {
        en: string;
        "zh-CN": string;
      };
      /** @description What orders it when its time has come; null = a person does, here */
      sequence: "emergency-stop" | null;
      title: {
        en: string;
        "zh-CN": string;
      };
      /** @description Why it cannot be used there */
      unusable: {
        /** @enum {string} */
        code: "no-such-kind" | "no-vendor-call" | "arguments-differ" | "no-read-back";
        texts: {
          en: string;
          "zh-CN": string;
        };
      } | null;
      /** @description When the effect has to have been read back at the latest, after it was sent */
      verifyWithinS: number;
    };
    CommandKindList: {
      items: components["schemas"]["CommandKind"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    CommandList: {
      items: components["schemas"]["Command"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    CommandOrSelection: components["schemas"]["Command"] | components["schemas"]["CommandSelection"];
    /** @description What a command is about and what it would do; nothing was ordered */
    CommandSelection: {
      args: {
        [key: string]: number | string | boolean;
      };
      /** @description Of the readings; null = there are none */
      collectedAt: string | null;
      /** @description Goes into the order; null where it would be refused */
      confirmation: {
        /** Format: date-time */
        expiresAt: string;
        token: string;
      } | null;
      deniedOverrides: {
        id: string;
        why: string;
      }[];
      expiresInS: number;
      /** @description All interlocks and limits with present values. `override`: the lowest role that may override it */
      findings: {
        id: string;
        limit: number | null;
        override: ("viewer" | "operator" | "engineer" | "admin") | null;
        /** @enum {string} */
        result: "met" | "refused" | "cannot_verify" | "overridden";
        texts: {
          en: string;
          "zh-CN": string;
        };
        values: {
          [key: string]: number | boolean | string | null;
        };
      }[];
      /** @constant */
      isDryRun: true;
      kind: string;
      needsReason: boolean;
      needsSecondPerson: boolean;
      /** @description What would be affected */
      scope: {
        alarms: {
          items: {
            id: string;
            /** @enum {string} */
            priority: "critical" | "high" | "medium" | "low";
            texts: {
              en: string;
              "zh-CN": string;
            };
          }[];
          total: number;
        };
        /** @description Carried now; null = no good reading */
        loadMw: number | null;
        minersExpected: number | null;
        minersOnline: number | null;
        ratedMw: number | null;
        site: {
          id: string;
          name: string;
          region: string;
          zone: string;
        };
      };
      /** @description The state that the confirmation is bound to */
      seen: {
        isLeaking: number | boolean | string | null;
        isPidMode: number | boolean | string | null;
        isPumpRunning: number | boolean | string | null;
        setpointC: number | null;
      };
      siteId: string;
      texts: {
        does: {
          en: string;
          "zh-CN": string;
        };
        onSite: {
          en: string;
          "zh-CN": string;
        };
        title: {
          en: string;
          "zh-CN": string;
        };
      };
      /**
       * @description `cannot_verify`: as good as refused, since something is not known
       * @enum {string}
       */
      verdict: "allowed" | "refused" | "cannot_verify";
    };
    ConnectionTest: {
      /** @description Show what this profile makes of it; the best one when absent */
      profile?: string;
      /** @description Instead: the site whose address is to be asked */
      siteId?: string;
      /**
       * Format: uri
       * @description Address to be asked
       */
      url?: string;
    };
    ConnectionTestResult: {
      /** @description The profile to take; null when none makes a good reply of it */
      best: string | null;
      /** @description Why no request was answered well; null when one was */
      cause: ("refused" | "reset" | "unreachable" | "dns" | "connect_timeout" | "timeout" | "truncated" | "http_status" | "redirect" | "not_http" | "too_large" | "encoded" | "bad_json" | "not_ok" | "empty" | "overloaded") | null;
      /** @description What the profile asked for, or the best one, makes of the answers */
      examination: components["schemas"]["Examination"] | null;
      /** @description Best first; empty when nobody answers */
      fits: components["schemas"]["ProfileFit"][];
      isReachable: boolean;
      /** @description Of the first good answer */
      latencyMs: number | null;
    };
    /** @description The raw answer of one controller in one round */
    ControllerReply: {
      attempts: number;
      /** Format: date-time */
      collectedAt: string;
      /** @description Optional requests of the profile that failed */
      failedRequests: {
        [key: string]: "refused" | "reset" | "unreachable" | "dns" | "connect_timeout" | "timeout" | "truncated" | "http_status" | "redirect" | "not_http" | "too_large" | "encoded" | "bad_json" | "not_ok" | "empty" | "overloaded";
      };
      /** @description Arrived after its round had closed */
      isLate: boolean;
      /** @description First byte sent to last byte read of the successful tries, summed over requests */
      latencyMs: number;
      profile: string;
      /** @description Parsed JSON body by request name of the profile */
      replies: {
        [key: string]: unknown;
      };
      siteId: string;
      /** Format: date-time */
      slot: string;
    };
    CreatedWebhook: {
      /** Format: date-time */
      createdAt: string;
      events: string[];
      /** @description Failed tries since the last one that was delivered */
      failuresInRow: number;
      /** Format: uuid */
      id: string;
      isEnabled: boolean;
      /** @description Of the newest try */
      lastOutcome: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        outcome: "delivered" | "bad-status" | "redirect" | "timeout" | "connection" | "dns" | "tls" | "forbidden-address" | "unreadable";
        /** @description HTTP status of the answer, when there was one */
        status: number | null;
      } | null;
      name: string;
      /** @description Key of the signatures; it is never shown again */
      secret: string;
      url: string;
      /** @description Events that are still to be delivered */
      waiting: number;
    };
    Credentials: {
      /** @description Of the second factor, or a recovery code */
      code?: string;
      password: string;
      username: string;
    };
    EmergencyReset: {
      /** @description What was found on site */
      reason: string;
    };
    EmergencyStopList: {
      items: components["schemas"]["EmergencyStopView"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description An emergency stop; the site takes no other command until it is reset */
    EmergencyStopView: {
      attempt: number;
      endedAt: string | null;
      /** @description What the stop waited for when it was looked at last; null = nobody has looked yet */
      findings: {
        id: string;
        limit: number | null;
        /** @enum {string} */
        result: "met" | "refused" | "cannot_verify" | "overridden";
        texts: {
          en: string;
          "zh-CN": string;
        };
        values: {
          [key: string]: number | boolean | string | null;
        };
      }[] | null;
      /** Format: uuid */
      id: string;
      lookedAt: string | null;
      overrides: string[];
      reason: string;
      /** Format: date-time */
      requestedAt: string;
      requestedBy: string;
      resetAt: string | null;
      resetBy: string | null;
      resetReason: string | null;
      siteId: string;
      sleepBatches: number;
      /** @enum {string} */
      state: "running" | "needs_person" | "stopped";
      stateReason: string | null;
      stopId: string | null;
      stopState: ("waiting_approval" | "queued" | "claimed" | "sent" | "accepted" | "verified" | "no_effect" | "failed" | "expired" | "cancelled" | "unknown") | null;
    };
    EndedSessions: {
      ended: number;
    };
    /** @description What a profile makes of replies, and what the doctor says to it */
    Examination: {
      remarks: components["schemas"]["Remark"][];
      snapshot: {
        /**
         * Format: date-time
         * @description When the reply arrived, UTC
         */
        collectedAt: string;
        /** @description Canonical faults that are active */
        faults: string[];
        profile: string;
        /** @description Only what is not good; keys are points, or fault.<name> for a fault bit that the reply lacks */
        quality: {
          [key: string]: "missing" | "bad_type" | "out_of_range" | "stale" | "frozen" | "jump" | "estimated" | "manual";
        };
        /** @description JSON pointers of fields that the profile does not know, at most 100 */
        unmapped: string[];
        values: {
          [key: string]: number | boolean | string | null;
        };
      };
    };
    /** @description One point of many sites over time */
    FleetHistory: {
      /** Format: date-time */
      from: string;
      point: string;
      /** @description `min` and `max` when the envelope was asked for */
      sites: {
        [key: string]: {
          avg: (number | null)[];
          max?: (number | null)[];
          min?: (number | null)[];
        };
      };
      /** @enum {string} */
      step: "5m" | "1h" | "1d";
      /** @description Seconds from one value to the next; of `raw` the polling interval */
      stepS: number;
      /** @description Start of every bucket of the range */
      times: string[];
      /** Format: date-time */
      to: string;
    };
    /** @description A signed-in user */
    Granted: {
      /** @description For `Authorization: Bearer …`; null for a browser, which has it in a cookie that no script can read */
      accessToken: string | null;
      /** @description Seconds until the access token ends; renew before */
      expiresIn: number;
      /** @description Seconds until the session itself ends, unless it is renewed before */
      sessionEndsIn: number;
      user: components["schemas"]["SignedInUser"];
    };
    /** @description Whether this process still answers; no dependency is asked */
    Health: {
      loopLagMs: number;
      /** @enum {string} */
      status: "ok" | "stalled";
    };
    /** @description Points of one site over time */
    History: {
      /**
       * Format: date-time
       * @description Inclusive; a roll-up also gives the bucket that it falls into
       */
      from: string;
      series: {
        [key: string]: {
          avg: (number | null)[];
          max: (number | null)[];
          min: (number | null)[];
        };
      };
      siteId: string;
      /**
       * @description The level that was read
       * @enum {string}
       */
      step: "raw" | "5m" | "1h" | "1d";
      /** @description Seconds from one value to the next; of `raw` the polling interval */
      stepS: number;
      /** @description Oldest first; of a roll-up the start of each bucket */
      times: string[];
      /**
       * Format: date-time
       * @description Exclusive
       */
      to: string;
    };
    ImportProblem: {
      /** @description What may stand there */
      allowed: {
        en: string;
        "zh-CN": string;
      };
      /** @description Path inside the row, such as `controller.profile` */
      field: string;
      /** @description What stands there, shortened; null for an address, and where nothing stands */
      value: string | null;
    };
    /** @description What an import found in a file, and what became of it */
    ImportReport: {
      /** @description Rows that are new */
      added: number;
      /** @description Rows whose site and time were stored already, or stood in the file twice */
      alreadyThere: number;
      from: string | null;
      isDryRun: boolean;
      /** @description False for a dry run, and for a file with problems unless bad lines are skipped */
      isStored: boolean;
      points: string[];
      problemCount: number;
      /** @description The first 100 */
      problems: components["schemas"]["ImportProblem"][];
      /** @description Good lines */
      rows: number;
      sites: number;
      to: string | null;
    };
    ImportRow: {
      /** @description Fields that change */
      changes: string[];
      id: string | null;
      /** @description Line of the file where the row begins; null when it is not known */
      line: number | null;
      problems: components["schemas"]["ImportProblem"][];
      row: number;
      /** @enum {string} */
      verdict: "added" | "changed" | "unchanged" | "error";
    };
    /** @description A job of the platform, and how its last runs went */
    Job: {
      description: {
        en: string;
        "zh-CN": string;
      };
      /** @description Failed runs of the last 24 h */
      failuresOfDay: number;
      holder: string | null;
      isRunning: boolean;
      lastFailure: components["schemas"]["JobRun"] | null;
      /** @description Newest first */
      lastRuns: components["schemas"]["JobRun"][];
      lastSuccessAt: string | null;
      name: string;
      /** @description Null when no process runs jobs, or there is nothing to do */
      nextRunAt: string | null;
      /** @description Why there is nothing to do for it on this database */
      note: {
        en: string;
        "zh-CN": string;
      } | null;
      schedule: components["schemas"]["JobSchedule"];
      title: {
        en: string;
        "zh-CN": string;
      };
    };
    JobList: {
      /**
       * Format: date-time
       * @description Time of the database
       */
      at: string;
      /** @description The process that runs the jobs; null when there is none */
      holder: string | null;
      items: components["schemas"]["Job"][];
      nextCursor: null;
      timeZone: string;
      total: number;
    };
    JobRun: {
      /** @description 1 for the first try */
      attempt: number;
      attempts: number;
      detail: {
        [key: string]: string | number | boolean | null;
      } | null;
      durationMs: number | null;
      endedAt: string | null;
      error: string | null;
      /** @description The process that ran it */
      holder: string;
      id: number;
      /** @description Null while it runs */
      outcome: ("ok" | "failed" | "interrupted") | null;
      progress: {
        done: number;
        total: number | null;
      } | null;
      requestedBy: string | null;
      /** Format: date-time */
      startedAt: string;
      /** @enum {string} */
      trigger: "schedule" | "start" | "manual";
    };
    /** @description Wall-clock time in `timeZone` */
    JobSchedule: {
      /** @constant */
      every: "minute";
    } | {
      /** @constant */
      every: "hour";
      minute: number;
    } | {
      /** @constant */
      every: "day";
      hour: number;
      minute: number;
    };
    /** @description The results of one sample */
    LabEntry: {
      /** @default  */
      note?: string;
      /**
       * Format: date-time
       * @description When the sample was drawn; not in the future
       */
      takenAt: string;
      /** @description Values by point, in the unit of the catalogue; only points whose origin is `manual` */
      values: {
        [key: string]: number;
      };
    };
    /** @description A value that was measured by hand */
    LabReading: {
      /** Format: date-time */
      enteredAt: string;
      enteredBy: string;
      id: number;
      note: string;
      /** @enum {string} */
      point: "supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online";
      siteId: string;
      /**
       * Format: date-time
       * @description When the sample was drawn
       */
      takenAt: string;
      value: number;
      /** @description Not null: the reading does not count */
      voidedAt: string | null;
      voidedBy: string | null;
    };
    LabReadingList: {
      items: components["schemas"]["LabReading"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    LabReadings: {
      items: components["schemas"]["LabReading"][];
    };
    NewCommand: {
      /**
       * @description As /api/v1/command-kinds says
       * @default {}
       */
      args?: {
        [key: string]: unknown;
      };
      /** @description Token of the selection; it works once, for a minute. A caller with a bearer token may order without */
      confirmation?: string;
      /**
       * @description Selects: only tells what it is about and what it would do
       * @default false
       */
      dryRun?: boolean;
      /** @description It is not sent later than that, approval included; as the kind says, when absent */
      expiresInS?: number;
      /** @description The same key of the same requester is the same command, for good */
      idempotencyKey?: string;
      kind: string;
      /**
       * @description Ids of interlocks that do not count, as an emergency
       * @default []
       */
      overrides?: string[];
      /**
       * @description Kinds that can cause an outage ask for one
       * @default null
       */
      reason?: string | null;
      siteId: string;
    };
    NewCommandBatch: {
      /**
       * @description As /api/v1/command-kinds says
       * @default {}
       */
      args?: {
        [key: string]: unknown;
      };
      /**
       * @description Sites of the first wave
       * @default 1
       */
      canarySites?: number;
      /** @description Token of the selection; it works once, for a minute. A caller with a bearer token may order without */
      confirmation?: string;
      /**
       * @description Selects: only tells what it is about and what it would do
       * @default false
       */
      dryRun?: boolean;
      /** @description It is not sent later than that, approval included; as the kind says, when absent */
      expiresInS?: number;
      kind: string;
      /**
       * @description Seconds from the last effect of a wave to the next wave: alarms have time to come
       * @default 30
       */
      pauseS?: number;
      /**
       * @description Kinds that can cause an outage ask for one
       * @default null
       */
      reason?: string | null;
      /** @description In the order in which they are to follow */
      sites: string[];
      /**
       * @description Sites of each wave after it
       * @default 4
       */
      waveSites?: number;
    };
    NewEmergencyStop: {
      /** @description The id of the site once more: nobody stops the wrong one by a slip */
      confirm: string;
      /**
       * @description Interlocks that do not hold the stop back: `pump-overrun` where coolant escapes; with `it-power` under load
       * @default []
       */
      overrides?: ("it-power" | "pump-overrun")[];
      reason: string;
    };
    NewPassword: {
      current: string;
      next: string;
    };
    NewPerson: {
      /** @description For the first sign-in only: the person has to replace it */
      password: string;
      /** @enum {string} */
      role: "viewer" | "operator" | "engineer" | "admin";
      /** @default null */
      scope?: components["schemas"]["SiteScope"] | null;
      username: string;
    };
    NewRecordingLock: {
      /**
       * Format: date-time
       * @description Inclusive
       */
      from: string;
      reason: string;
      /**
       * Format: date-time
       * @description Exclusive
       */
      to: string;
      /**
       * Format: date-time
       * @description At most ten years from now
       */
      until: string;
    };
    NewServiceToken: {
      expiresInDays: number;
      /** @description Its user name is `token:` and this */
      name: string;
      permissions: ("dashboard:use" | "live:subscribe" | "sites:read" | "snapshots:read" | "history:read" | "rounds:read" | "points:read" | "profiles:read" | "status:read" | "docs:read" | "alarms:read" | "rules:read" | "lab:read" | "commands:read" | "video:view" | "video:replay" | "video:lock" | "dashboard:act" | "sites:watch" | "history:export" | "commands:export" | "raw:read" | "alarms:acknowledge" | "alarms:shelve" | "commands:give" | "notifications:read" | "lab:write" | "metrics:read" | "jobs:read" | "profiles:try" | "history:import" | "sites:manage" | "alarms:manage" | "rules:backtest" | "audit:read" | "jobs:run" | "audit:export" | "sites:export" | "settings:read" | "settings:manage" | "notifications:manage" | "webhooks:manage")[];
      /** @default null */
      scope?: components["schemas"]["SiteScope"] | null;
    };
    NewSiteLock: {
      reason: string;
      /**
       * Format: date-time
       * @description At most 30 days from now
       */
      until: string;
    };
    NoticeChannel: {
      addressHelp: {
        en: string;
        "zh-CN": string;
      };
      addressLabel: {
        en: string;
        "zh-CN": string;
      };
      /** @description Failed tries since the last one that was delivered */
      failures: number;
      fields: {
        help?: {
          en: string;
          "zh-CN": string;
        };
        input: components["schemas"]["NoticeFieldInput"];
        /** @description It is sealed, and never shown again */
        isSecret: boolean;
        key: string;
        label: {
          en: string;
          "zh-CN": string;
        };
        when?: {
          is: string;
          key: string;
        };
      }[];
      /** @description The receiver tells repetitions by the message's key */
      honoursKey: boolean;
      isEnabled: boolean;
      isSetUp: boolean;
      /** @enum {string} */
      kind: "email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram";
      label: {
        en: string;
        "zh-CN": string;
      };
      lastFailedAt: string | null;
      lastOkAt: string | null;
      lastReason: string | null;
      /** @description What the receiver's side lets through; longer messages are cut */
      limits: {
        longest: {
          count: number;
          /** @enum {string} */
          unit: "bytes" | "characters";
        };
        perMinute: number;
        perSecond: number | null;
      };
      /** @description Secret fields that have a value */
      secretsSet: string[];
      /** @description Without what is secret */
      settings: {
        [key: string]: string | number | boolean | {
          [key: string]: string;
        } | null;
      };
    };
    NoticeChannelEntry: {
      isEnabled: boolean;
      /** @description As its fields say. A secret that is left out stays what it was; null takes it away */
      settings: {
        [key: string]: string | number | boolean | {
          [key: string]: string;
        } | null;
      };
    };
    NoticeChannelList: {
      items: components["schemas"]["NoticeChannel"][];
      nextCursor: null;
      total: number;
    };
    /** @description How one message to one recipient went */
    NoticeDelivery: {
      /** @description When its acknowledge link was used */
      acknowledgedAt: string | null;
      /** @description Masked; null: the recipient has none there any more */
      address: string | null;
      alarmIds: string[];
      attempts: number;
      /** @enum {string} */
      channel: "email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram";
      /** Format: date-time */
      createdAt: string;
      id: string;
      /** @description The same for every try; sent along, so that a receiver tells repetitions */
      key: string;
      /** @enum {string} */
      kind: "raised" | "repeated" | "escalated" | "cleared" | "test";
      lastTryAt: string | null;
      nextTryAt: string | null;
      /** @enum {string} */
      priority: "critical" | "high" | "medium" | "low";
      /** @description Of the last try that failed */
      reason: string | null;
      /** Format: uuid */
      recipientId: string;
      recipientName: string;
      routeId: string | null;
      settledAt: string | null;
      /** @enum {string} */
      state: "waiting" | "delivering" | "delivered" | "possibly_delivered" | "expired" | "failed";
      /** @description The group of alarms that it tells of */
      subject: string;
      title: string;
      /** @description Which message of the group */
      transition: string;
    };
    NoticeDeliveryList: {
      items: components["schemas"]["NoticeDelivery"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    NoticeFieldInput: {
      isRequired: boolean;
      least: number | null;
      /** @description Of a number its value, of a text its characters */
      most: number | null;
      /** @description Of a choice; otherwise none */
      options: string[];
      /** @description What counts when it is left out */
      standard: (string | number | boolean | {
        [key: string]: string;
      }) | null;
      /**
       * @description pairs: names with a text each
       * @enum {string}
       */
      type: "text" | "lines" | "number" | "choice" | "pairs";
    };
    NoticeReasons: {
      alarmId: string;
      decidedAt: string | null;
      /** @description By route; an empty name stands for all routes */
      reasons: {
        [key: string]: string;
      };
      revision: number;
      /** Format: date-time */
      takenAt: string;
    };
    NoticeReasonsList: {
      items: components["schemas"]["NoticeReasons"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    NoticeRecipient: {
      /** @description Where the recipient is reached, by channel; each as its channel wants it */
      addresses: {
        [key: string]: string;
      };
      /** Format: uuid */
      id: string;
      /** @description False: nothing is sent, for example while on leave */
      isEnabled: boolean;
      /** @enum {string} */
      language: "zh-CN" | "en";
      /** @description A person, or a group that reads together */
      name: string;
    };
    NoticeRecipientEntry: {
      /** @description Where the recipient is reached, by channel; each as its channel wants it */
      addresses: {
        [key: string]: string;
      };
      /**
       * @description False: nothing is sent, for example while on leave
       * @default true
       */
      isEnabled?: boolean;
      /** @enum {string} */
      language: "zh-CN" | "en";
      /** @description A person, or a group that reads together */
      name: string;
    };
    NoticeRecipientList: {
      items: components["schemas"]["NoticeRecipient"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    NoticeRoute: {
      /** @description The first one on which a recipient is reached; the next one when that fails */
      channels: ("email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram")[];
      /**
       * @description Who is told besides when nobody acknowledges
       * @default []
       */
      escalations: {
        afterMin: number;
        to: {
          /** @default [] */
          recipientIds: string[];
          /**
           * @description Whoever is on call when the notice is made
           * @default []
           */
          scheduleIds: string[];
        };
      }[];
      /**
       * @description Later routes take the alarm too
       * @default false
       */
      goOn: boolean;
      /**
       * @description Alarms with the same cause (rule), segment, site or priority are told together
       * @default cause
       * @enum {string}
       */
      groupBy: "cause" | "segment" | "site" | "priority" | "alarm";
      id: string;
      /**
       * @description Least time between two notices of a group
       * @default 300
       */
      intervalS: number;
      /** @default true */
      isEnabled: boolean;
      /**
       * @default [
       *     "raised",
       *     "cleared",
       *     "escalated"
       *   ]
       */
      kinds: ("raised" | "cleared" | "escalated")[];
      /**
       * @description Empty: every alarm
       * @default {}
       */
      match: {
        /** @description `to` before `from`: over midnight */
        hours?: {
          from: string;
          to: string;
        };
        priorities?: ("critical" | "high" | "medium" | "low")[];
        regions?: string[];
        ruleIds?: string[];
        segmentIds?: string[];
        siteIds?: string[];
        /** @description 1 = Monday */
        weekdays?: number[];
        zones?: string[];
      };
      name: string;
      /** @description Hours in which notices of these priorities are held back until their end */
      quiet?: {
        from: string;
        priorities: ("high" | "medium" | "low")[];
        to: string;
      };
      /**
       * @description While nobody acknowledges; null = never
       * @default 60
       */
      repeatEveryMin: number | null;
      to: {
        /** @default [] */
        recipientIds: string[];
        /**
         * @description Whoever is on call when the notice is made
         * @default []
         */
        scheduleIds: string[];
      };
      /**
       * @description How long the first one of a group waits for others
       * @default 10
       */
      waitS: number;
    };
    NotificationPlan: {
      /** @description In order: the first one that fits takes an alarm, unless it says `goOn` */
      routes: components["schemas"]["NoticeRoute"][];
      schedules: components["schemas"]["OnCallSchedule"][];
    };
    OnCallNow: {
      name: string;
      /** @description Names; none while no shift has these hours */
      recipients: string[];
      scheduleId: string;
    };
    OnCallNowList: {
      items: components["schemas"]["OnCallNow"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    OnCallSchedule: {
      id: string;
      name: string;
      /**
       * @description Instead of the shifts, for a time
       * @default []
       */
      overrides: {
        /** Format: date-time */
        from: string;
        /** Format: uuid */
        recipientId: string;
        /** Format: date-time */
        to: string;
      }[];
      shifts: {
        /**
         * @description How long a turn lasts
         * @default 7
         */
        everyDays: number;
        /** @description Absent: around the clock, with the change at midnight */
        hours?: {
          from: string;
          to: string;
        };
        /** @description In this order; one alone is always on call */
        rotation: string[];
        /**
         * Format: date
         * @description First day of the first one's turn
         */
        startsOn: string;
        /** @description 1 = Monday */
        weekdays?: number[];
      }[];
    };
    OrderedJob: {
      /**
       * @description `waiting`: a run of it was queued already, or is under way
       * @enum {string}
       */
      state: "queued" | "waiting";
    };
    /** @description A value that differs from the sister sites */
    Outlier: {
      /** @description Seconds since the site's own value arrived */
      ageS: number;
      /**
       * @description What site and sisters have in common beside the profile
       * @enum {string}
       */
      basis: "zone" | "region" | "profile";
      /** @description 0.6745 × (value − median) / MAD, with a floor for the MAD; positive = above */
      deviation: number;
      /** @description Median absolute deviation of the sisters from their median, before the floor */
      mad: number;
      /** @description Of the sisters, without the site itself */
      median: number;
      /** @enum {string} */
      point: "supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online";
      /** @description How many sister sites had a fresh, good value */
      sisters: number;
      siteId: string;
      value: number;
    };
    OutlierList: {
      items: components["schemas"]["Outlier"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description Somebody with an account */
    Person: {
      /** Format: date-time */
      createdAt: string;
      /** @description A second factor is on */
      hasTotp: boolean;
      isDisabled: boolean;
      /** @description Signs in with an identity provider, which says role and scope */
      isExternal: boolean;
      isOnline: boolean;
      lastSignInAt: string | null;
      /** @description After failed sign-ins: refused until then, but for addresses from which the person signed in lately */
      lockedUntil: string | null;
      /** @description Nothing but the own account is open until the password is replaced */
      mustChangePassword: boolean;
      /** @enum {string} */
      role: "viewer" | "operator" | "engineer" | "admin";
      /** @description The part of the fleet that counts for this person; null = all of it */
      scope: components["schemas"]["SiteScope"] | null;
      username: string;
    };
    PersonChange: {
      /** @description true also ends every session of the person */
      isDisabled?: boolean;
      /** @description Ends every session; the person has to replace it at the next sign-in */
      password?: string;
      /**
       * @description For a lost authenticator; ends every session of the person
       * @constant
       */
      removeTotp?: true;
      /** @enum {string} */
      role?: "viewer" | "operator" | "engineer" | "admin";
      scope?: components["schemas"]["SiteScope"] | null;
      /**
       * @description Forgets failed sign-ins
       * @constant
       */
      unlock?: true;
    };
    PersonList: {
      items: components["schemas"]["Person"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    PlatformSettings: {
      /** @description Older lines of the audit trail are dropped */
      auditRetentionDays: number;
      /** @description One order for several sites goes to so many at most */
      commandSites: number;
      /** @description Shown on the login page; null = none */
      notice: {
        en: string;
        "zh-CN": string;
      } | null;
      /** @description Shown beside the product's name; empty = nothing */
      organisation: string;
      /** @description Of passwords that are set from now on */
      passwordMinLength: number;
      /**
       * @description This role and those above it need a second factor to sign in
       * @enum {string}
       */
      requireTotpFor: "nobody" | "admin" | "engineer" | "operator" | "viewer";
      /** @description A session that is not used for so many hours ends */
      sessionIdleH: number;
    };
    PlaybackRange: {
      /**
       * Format: date-time
       * @description Inclusive
       */
      from: string;
      /**
       * Format: date-time
       * @description Exclusive
       */
      to: string;
    };
    Point: {
      band?: [
        number | null,
        number | null
      ];
      core?: boolean;
      decimals?: number;
      /** @enum {string} */
      group: "loop" | "rejection" | "fluid" | "environment" | "power" | "controller" | "mining" | "camera";
      /** @enum {string} */
      kind: "gauge" | "counter" | "state";
      label: {
        en: string;
        "zh-CN": string;
      };
      limits?: [
        number | null,
        number | null
      ];
      name: string;
      normal?: boolean | string;
      /** @enum {string} */
      origin: "device" | "derived" | "manual" | "collector" | "inventory" | "video";
      source: string;
      /** @enum {string} */
      type: "num" | "bool" | "enum" | "text";
      unit?: string;
      words?: string[];
    };
    PointList: {
      items: components["schemas"]["Point"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description How the last poll of a site went */
    PollSummary: {
      attempts: number;
      /** @enum {string} */
      breaker: "closed" | "suspect" | "open";
      latencyMs: number | null;
      /** @description Consecutive rounds without a good reply */
      misses: number;
      result: ("ok" | "late") | ("refused" | "reset" | "unreachable" | "dns" | "connect_timeout" | "timeout" | "truncated" | "http_status" | "redirect" | "not_http" | "too_large" | "encoded" | "bad_json" | "not_ok" | "empty" | "overloaded");
      /** Format: date-time */
      slot: string;
    };
    /** @description RFC 9457 problem details */
    Problem: {
      /**
       * @description Stable: programs decide by it
       * @enum {string}
       */
      code: "auth.not-signed-in" | "auth.bad-credentials" | "auth.code-required" | "auth.bad-code" | "auth.too-many-attempts" | "auth.not-allowed" | "auth.out-of-scope" | "auth.password-change-required" | "auth.foreign-origin" | "auth.account-disabled" | "auth.name-taken" | "auth.totp-required" | "auth.proof-required" | "auth.first-password-over" | "account.wrong-password" | "account.wrong-code" | "account.weak-password" | "account.external" | "account.totp-on" | "account.totp-off" | "user.not-found" | "user.exists" | "user.last-admin" | "user.yourself" | "session.not-found" | "token.not-found" | "token.name-taken" | "request.invalid" | "request.not-found" | "request.method-not-allowed" | "request.too-large" | "request.unsupported-type" | "request.rate-limited" | "request.precondition-required" | "request.precondition-failed" | "request.idempotency-mismatch" | "request.in-progress" | "site.not-found" | "point.not-found" | "profile.not-found" | "profile.invalid" | "job.not-found" | "job.not-here" | "inventory.invalid" | "inventory.exists" | "inventory.managed-by-file" | "config.invalid" | "storage.write-failed" | "storage.timeout" | "storage.unavailable" | "storage.locked" | "journal.full" | "secret.unreadable" | "webhook.not-found" | "webhook.name-taken" | "webhook.too-many" | "webhook.disabled" | "flows.read-only" | "notification.recipient-not-found" | "notification.recipient-in-use" | "notification.name-taken" | "notification.too-many" | "notification.no-address" | "notification.channel-off" | "notification.channel-not-found" | "alarm.not-found" | "alarm.nothing-new" | "alarm.nothing-to-acknowledge" | "alarm.nothing-to-reset" | "alarm.still-active" | "alarm.not-shelved" | "alarm.not-out-of-service" | "alarm.flag-not-found" | "alarm.flag-over" | "command.not-found" | "command.kind-unusable" | "command.arguments-invalid" | "command.refused" | "command.cannot-verify" | "command.confirmation-required" | "command.confirmation-over" | "command.confirmation-used" | "command.changed" | "command.own-request" | "command.expired" | "command.wrong-state" | "emergency.not-found" | "lock.not-found" | "baseline.not-found" | "baseline.not-in-history" | "rule.expression-invalid" | "rule.invalid" | "backtest.not-found" | "backtest.busy" | "backtest.too-long" | "internal.unexpected";
      detail: string;
      errors?: {
        allowed: string;
        allowedZh?: string;
        field: string;
        value: string;
      }[];
      retryAfterS?: number;
      status: number;
      title: string;
      type: string;
    };
    /** @description A controller model or dialect as data */
    Profile: {
      absent: (("supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online") | "faults")[];
      /** @default {} */
      commands: {
        [key: string]: {
          accepted: {
            equals: string | number | boolean;
            pointer: string;
          };
          args?: {
            [key: string]: {
              max: number;
              min: number;
              step?: number;
            } | {
              words: {
                [key: string]: string;
              };
            };
          };
          /** @enum {string} */
          method: "GET" | "POST";
          note?: string;
          path: string;
        };
      };
      device_time?: {
        from: string;
        ops: ([
          "num"
        ] | [
          "num",
          string | string[]
        ] | [
          "bool"
        ] | [
          "bool",
          {
            false: string[];
            true: string[];
          }
        ] | [
          "scale",
          number
        ] | [
          "offset",
          number
        ] | [
          "enum",
          {
            [key: string]: string;
          }
        ] | [
          "each",
          "num" | "bool"
        ] | [
          "each",
          "num",
          string | string[]
        ] | [
          "each",
          "bool",
          {
            false: string[];
            true: string[];
          }
        ] | [
          "sum"
        ] | [
          "min"
        ] | [
          "any"
        ] | [
          "idx",
          number
        ] | [
          "bit",
          number
        ] | [
          "has",
          string
        ] | [
          "sentinel",
          {
            below: number;
          } | {
            equals: number | string;
          }
        ] | [
          "concat",
          string
        ] | [
          "text"
        ] | [
          "epoch",
          "s" | "ms"
        ])[];
      };
      faults: {
        [key: string]: {
          from: string | string[];
          note?: string;
          /**
           * @default [
           *     [
           *     "bool"
           *     ]
           *   ]
           */
          ops: ([
            "num"
          ] | [
            "num",
            string | string[]
          ] | [
            "bool"
          ] | [
            "bool",
            {
              false: string[];
              true: string[];
            }
          ] | [
            "scale",
            number
          ] | [
            "offset",
            number
          ] | [
            "enum",
            {
              [key: string]: string;
            }
          ] | [
            "each",
            "num" | "bool"
          ] | [
            "each",
            "num",
            string | string[]
          ] | [
            "each",
            "bool",
            {
              false: string[];
              true: string[];
            }
          ] | [
            "sum"
          ] | [
            "min"
          ] | [
            "any"
          ] | [
            "idx",
            number
          ] | [
            "bit",
            number
          ] | [
            "has",
            string
          ] | [
            "sentinel",
            {
              below: number;
            } | {
              equals: number | string;
            }
          ] | [
            "concat",
            string
          ] | [
            "text"
          ] | [
            "epoch",
            "s" | "ms"
          ])[];
          /** @default false */
          optional: boolean;
        };
      };
      id: string;
      /** @default [] */
      ignore: string[];
      label: {
        en: string;
        "zh-CN": string;
      };
      map: {
        [key: string]: {
          /** @default false */
          estimated: boolean;
          from: string | string[];
          note?: string;
          /**
           * @default [
           *     [
           *     "num"
           *     ]
           *   ]
           */
          ops: ([
            "num"
          ] | [
            "num",
            string | string[]
          ] | [
            "bool"
          ] | [
            "bool",
            {
              false: string[];
              true: string[];
            }
          ] | [
            "scale",
            number
          ] | [
            "offset",
            number
          ] | [
            "enum",
            {
              [key: string]: string;
            }
          ] | [
            "each",
            "num" | "bool"
          ] | [
            "each",
            "num",
            string | string[]
          ] | [
            "each",
            "bool",
            {
              false: string[];
              true: string[];
            }
          ] | [
            "sum"
          ] | [
            "min"
          ] | [
            "any"
          ] | [
            "idx",
            number
          ] | [
            "bit",
            number
          ] | [
            "has",
            string
          ] | [
            "sentinel",
            {
              below: number;
            } | {
              equals: number | string;
            }
          ] | [
            "concat",
            string
          ] | [
            "text"
          ] | [
            "epoch",
            "s" | "ms"
          ])[];
          /** @default false */
          optional: boolean;
          range?: [
            number | null,
            number | null
          ];
        };
      };
      match: {
        /** @default [] */
        equals: {
          pointer: string;
          value: string | number | boolean;
        }[];
        /** @default [] */
        exists: string[];
      };
      note?: string;
      ok: ({
        equals: (string | number | boolean) | (string | number | boolean)[];
        pointer: string;
      } | {
        /** @constant */
        is: "object";
        pointer: string;
      } | {
        any_of: string[];
      })[];
      /** @enum {string} */
      origin: "vendor" | "constructed";
      requests: {
        /** @constant */
        method: "GET";
        name: string;
        path: string;
        /** @default true */
        required: boolean;
        /** @default 2000 */
        timeout_ms: number;
      }[];
      /** @default [] */
      sentinels: ({
        below: number;
      } | {
        equals: number | string;
      })[];
      version: number;
    };
    /** @description How well a profile fits what a controller answers */
    ProfileFit: {
      expected: number;
      /** @description Requests of the profile without an answer */
      failedRequests: {
        [key: string]: "refused" | "reset" | "unreachable" | "dns" | "connect_timeout" | "timeout" | "truncated" | "http_status" | "redirect" | "not_http" | "too_large" | "encoded" | "bad_json" | "not_ok" | "empty" | "overloaded";
      };
      /** @description Points of the profile that got a value */
      filled: number;
      isGoodReply: boolean;
      label: {
        en: string;
        "zh-CN": string;
      };
      matchesFingerprint: boolean;
      profile: string;
      reasons: {
        en: string;
        "zh-CN": string;
      }[];
      /** @description Fields that the profile does not know */
      unmapped: number;
    };
    ProfileList: {
      items: components["schemas"]["ProfileSummary"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    ProfileSummary: {
      absent: (("supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online") | "faults")[];
      id: string;
      label: {
        en: string;
        "zh-CN": string;
      };
      /** @enum {string} */
      origin: "vendor" | "constructed";
      /** @description Points that it maps */
      points: number;
      /** @description Names of the requests, as `replies` of a try are keyed */
      requests: string[];
      /** @description `id@version`, as snapshots carry it */
      tag: string;
      version: number;
    };
    Proof: {
      /** @description Six digits of the authenticator, or a recovery code */
      code?: string;
      password?: string;
    };
    Readiness: {
      /** @description Why it is not ready; empty when it is */
      reasons: string[];
      /** @enum {string} */
      status: "ready" | "not_ready";
    };
    /** @description A time in which something was recorded without a gap */
    RecordedSpan: {
      bytes: number;
      /** Format: date-time */
      from: string;
      /**
       * @description key_frame: one picture of each segment
       * @enum {string}
       */
      kind: "segment" | "key_frame";
      segments: number;
      /** Format: date-time */
      to: string;
    };
    RecordedSpanList: {
      items: components["schemas"]["RecordedSpan"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description Recordings that are kept as evidence */
    RecordingLock: {
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      from: string;
      id: number;
      lockedBy: string;
      reason: string;
      siteId: string;
      /** Format: date-time */
      to: string;
      /**
       * Format: date-time
       * @description The lock ends by itself then
       */
      until: string;
    };
    RecordingLockList: {
      items: components["schemas"]["RecordingLock"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    RecoveryCodes: {
      /** @description Each signs in once in place of a code; shown once */
      recoveryCodes: string[];
    };
    /** @description One check of the profile doctor and what it found */
    Remark: {
      /** @enum {string} */
      check: "reply" | "fingerprint" | "core_points" | "types" | "fault_bits" | "range" | "unmapped" | "heat_balance" | "supply_below_return" | "pressure_order" | "hashrate_per_miner" | "efficiency";
      points: ("supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online")[];
      texts: {
        en: string;
        "zh-CN": string;
      };
      /** @enum {string} */
      verdict: "pass" | "fail" | "not_checked";
    };
    /** @description How one round of polling went */
    Round: {
      durationMs: number;
      failed: {
        [key: string]: number;
      };
      late: number;
      ok: number;
      sites: number;
      /** @description Of the failed ones, those that were not tried: their breaker is open */
      skipped: number;
      /** Format: date-time */
      slot: string;
      slowest: {
        latencyMs: number;
        siteId: string;
      } | null;
      /** Format: date-time */
      startedAt: string;
    };
    RoundList: {
      items: components["schemas"]["Round"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description Whether a rule can be used, and what is wrong with it */
    RuleCheck: {
      clear: string | null;
      /** @description The condition in one line */
      condition: string | null;
      isValid: boolean;
      problem: {
        allowed: string | null;
        /** @enum {string} */
        code: "rule.invalid" | "rule.expression-invalid";
        /** @description Path of the field, such as `condition.limit`; null: see the message */
        field: string | null;
        found: string | null;
        /** @description In English, with what was found and what is allowed */
        message: string;
        /** @description Of an expression: the sign at which it is, from 1 */
        position: number | null;
        /** @description Of an expression: what kind of fault it is; programs translate by it */
        word: string | null;
      } | null;
      /** @description Points and computed quantities that it reads */
      reads: string[];
    };
    RuleData: {
      [key: string]: unknown;
    };
    /** @description An alarm rule for reading */
    RuleFacts: {
      /**
       * @description About the plant, or about the platform itself
       * @enum {string}
       */
      class: "process" | "platform";
      /** @description What ends it; null: that the condition does not hold any more */
      clear: string | null;
      /** @description What is watched, with its limits, in signs and names of the catalogue */
      condition: string;
      enabled: boolean;
      id: string;
      latching: boolean;
      neverSuppressed: boolean;
      offDelayS: number;
      onDelayS: number;
      /** @enum {string} */
      owner: "operations" | "mechanical" | "electrical" | "network" | "mining" | "chemistry";
      /** @enum {string} */
      priority: "critical" | "high" | "medium" | "low";
      /** @description Time in which a person must act, minutes; 0 = at once */
      respondWithinMin: number;
      /** @description It must hold in n of the last m samples */
      samples: {
        m: number;
        n: number;
      } | null;
      /**
       * @description What its alarms are about
       * @enum {string}
       */
      scope: "site" | "segment" | "fleet";
      /** @description Evidence for the limits: tags of docs/glossary.md, such as API or J */
      source: string;
      /** @description Rules, states of the site and flags that hide it */
      suppressedBy: string[];
      texts: {
        en: {
          /** @description What to do, in order */
          action: string;
          /** @description What usually leads to it */
          cause: string;
          /** @description What happens if nobody acts */
          consequence: string;
          title: string;
        };
        "zh-CN": {
          /** @description What to do, in order */
          action: string;
          /** @description What usually leads to it */
          cause: string;
          /** @description What happens if nobody acts */
          consequence: string;
          title: string;
        };
      };
    };
    RuleList: {
      items: components["schemas"]["RuleListItem"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    RuleListItem: {
      /** @description Of the asker's sites: alarms whose condition holds now, seen or unseen */
      active: number;
      /**
       * @description About the plant, or about the platform itself
       * @enum {string}
       */
      class: "process" | "platform";
      /** @description What ends it; null: that the condition does not hold any more */
      clear: string | null;
      /** @description What is watched, with its limits, in signs and names of the catalogue */
      condition: string;
      enabled: boolean;
      id: string;
      latching: boolean;
      neverSuppressed: boolean;
      offDelayS: number;
      onDelayS: number;
      /** @enum {string} */
      owner: "operations" | "mechanical" | "electrical" | "network" | "mining" | "chemistry";
      /** @enum {string} */
      priority: "critical" | "high" | "medium" | "low";
      /** @description Time in which a person must act, minutes; 0 = at once */
      respondWithinMin: number;
      /** @description It must hold in n of the last m samples */
      samples: {
        m: number;
        n: number;
      } | null;
      /**
       * @description What its alarms are about
       * @enum {string}
       */
      scope: "site" | "segment" | "fleet";
      /** @description Evidence for the limits: tags of docs/glossary.md, such as API or J */
      source: string;
      /** @description Rules, states of the site and flags that hide it */
      suppressedBy: string[];
      texts: {
        en: {
          /** @description What to do, in order */
          action: string;
          /** @description What usually leads to it */
          cause: string;
          /** @description What happens if nobody acts */
          consequence: string;
          title: string;
        };
        "zh-CN": {
          /** @description What to do, in order */
          action: string;
          /** @description What usually leads to it */
          cause: string;
          /** @description What happens if nobody acts */
          consequence: string;
          title: string;
        };
      };
    };
    /** @description What a rule would say to the present data, delays left out */
    RulePreview: {
      /** @description At which it does not */
      clear: number;
      /** @description Sites (or segments, or the fleet) at which the condition holds now */
      holds: number;
      /** @description Where it holds; of very many the first ones */
      items: {
        limit: number | null;
        point: string | null;
        segmentId: string | null;
        siteId: string | null;
        unit: string | null;
        value: number | boolean | string | null;
      }[];
      /** @description It needs several samples in a row (a slope, a count …): one moment shows little of it */
      needsHistory: boolean;
      /** @description At which it cannot be told: no data, or none that can be trusted */
      unknown: number;
    };
    /** @description How somebody looks at the video wall, under a name */
    SavedWall: {
      name: string;
      view: components["schemas"]["WallView"];
    };
    SavedWallList: {
      items: components["schemas"]["SavedWall"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    ServiceToken: {
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      /** Format: date-time */
      expiresAt: string;
      /** Format: uuid */
      id: string;
      /** @description To the minute */
      lastUsedAt: string | null;
      name: string;
      permissions: string[];
      revokedAt: string | null;
      /** @description The sites that count for it; null = all */
      scope: components["schemas"]["SiteScope"] | null;
    };
    ServiceTokenList: {
      items: components["schemas"]["ServiceToken"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    Session: {
      /** @description Where the sign-in came from; empty when that is not known */
      address: string;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      expiresAt: string;
      /** Format: uuid */
      id: string;
      /** @description The session that asks */
      isCurrent: boolean;
      /** @description A page is open, or there was a request within the last minute */
      isOnline: boolean;
      /**
       * Format: date-time
       * @description The last renewal: every ten minutes while a page is open
       */
      lastSeenAt: string;
      /** @description What the browser said of itself */
      userAgent: string;
      username: string;
    };
    SessionList: {
      items: components["schemas"]["Session"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    SetSiteBaselines: {
      /** @description What the history says; empty for a value entered by hand */
      found: components["schemas"]["BaselineFinding"][];
      isDryRun: boolean;
      /** @description What was kept; of a dry run nothing */
      items: components["schemas"]["SiteBaseline"][];
    };
    SetSiteFlags: {
      isDryRun: boolean;
      /** @description What was set, one for each site; of a dry run none */
      items: components["schemas"]["SiteFlag"][];
      scope: {
        /** @description Alarms that these sites have now, and that nothing hides */
        alarms: number;
        sites: string[];
      };
    };
    SettingsPatch: {
      /** @description Older lines of the audit trail are dropped */
      auditRetentionDays?: number;
      /** @description One order for several sites goes to so many at most */
      commandSites?: number;
      /** @description Shown on the login page; null = none */
      notice?: {
        en: string;
        "zh-CN": string;
      } | null;
      /** @description Shown beside the product's name; empty = nothing */
      organisation?: string;
      /** @description Of passwords that are set from now on */
      passwordMinLength?: number;
      /**
       * @description This role and those above it need a second factor to sign in
       * @enum {string}
       */
      requireTotpFor?: "nobody" | "admin" | "engineer" | "operator" | "viewer";
      /** @description A session that is not used for so many hours ends */
      sessionIdleH?: number;
    };
    SetWrites: {
      enabled: boolean;
      /** @description Shown to everybody who looks at the switch */
      reason: string;
      /** @description `all` switches on the sites that the profile has now, and off those to come as well */
      sites: "all" | string[];
    };
    ShownServiceToken: {
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      /** Format: date-time */
      expiresAt: string;
      /** Format: uuid */
      id: string;
      /** @description To the minute */
      lastUsedAt: string | null;
      name: string;
      permissions: string[];
      revokedAt: string | null;
      /** @description The sites that count for it; null = all */
      scope: components["schemas"]["SiteScope"] | null;
      /** @description `abx_…`, for `Authorization: Bearer …`; shown once and stored nowhere */
      token: string;
    };
    SignedInUser: {
      hasTotp: boolean;
      /** @description Signs in with an identity provider */
      isExternal: boolean;
      /** @description Nothing but the own account is open until the password is replaced */
      mustChangePassword: boolean;
      /** @description Nothing but the own account is open until there is a second factor */
      mustSetUpTotp: boolean;
      /** @description All that this person may do now */
      permissions: string[];
      /** @enum {string} */
      role: "viewer" | "operator" | "engineer" | "admin";
      /** @description The sites that count for this person; null = the whole fleet */
      scope: components["schemas"]["SiteScope"] | null;
      username: string;
    };
    /** @description How people can sign in */
    SignInMethods: {
      /** @description What the owner of the platform says to whoever signs in */
      notice: {
        en: string;
        "zh-CN": string;
      } | null;
      /** @description Sign-in with an identity provider */
      oidc: {
        label: string;
      } | null;
      /** @constant */
      password: true;
      /** @description Least length of a password that is set from now on */
      passwordMinLength: number;
    };
    /** @description Median and quartiles of the sister sites over time */
    SisterHistory: {
      /**
       * @description What the sisters share, beside being enabled and of one profile
       * @enum {string}
       */
      basis: "zone" | "region" | "profile";
      /** Format: date-time */
      from: string;
      series: {
        [key: string]: {
          median: (number | null)[];
          p25: (number | null)[];
          p75: (number | null)[];
        };
      };
      /** @description How many there are; the site itself is not among them */
      sisters: number;
      siteId: string;
      /** @enum {string} */
      step: "5m" | "1h" | "1d";
      /** @description Seconds from one value to the next; of `raw` the polling interval */
      stepS: number;
      /** @description Start of every bucket of the range */
      times: string[];
      /** Format: date-time */
      to: string;
    };
    /** @description What was measured when a site was commissioned */
    SiteBaseline: {
      /** @description Begin of the history that it was taken from; null = entered by hand */
      from: string | null;
      id: number;
      /** @description The newest of its quantity that is not voided: rules use this one */
      isInForce: boolean;
      note: string;
      /** @enum {string} */
      quantity: "supply_flow_m3h" | "hydraulic_resistance" | "approach_wetbulb_k" | "efficiency_j_th" | "hashrate_per_miner_th" | "ppue" | "pump_greased_at_h" | "miner_limit_c";
      /** @description Readings that it was taken from */
      samples: number | null;
      /** Format: date-time */
      setAt: string;
      setBy: string;
      siteId: string;
      /** @description Distance between their quartiles */
      spread: number | null;
      to: string | null;
      value: number;
      /** @description Not null: it counts no longer */
      voidedAt: string | null;
      voidedBy: string | null;
    };
    SiteBaselineList: {
      items: components["schemas"]["SiteBaseline"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description The settings of a site; addresses are write-only */
    SiteConfiguration: {
      camera: {
        isSet: boolean;
        queries: boolean;
      };
      controller: {
        isSet: boolean;
        profile: string;
      };
      enabled: boolean;
      id: string;
      interval_s: number | null;
      location: {
        lat: number;
        lon: number;
      } | null;
      /** @description Name of the sites file that says what this site is; null = this API does */
      managedBy: string | null;
      miners_expected: number | null;
      name: string;
      rated_power_kw: number | null;
      region: string;
      /** @description Grows with every change; 0 while the site is only in the sites file */
      version: number;
      zone: string;
    };
    /** @description A site as a sites file says it */
    SiteEntry: {
      camera?: {
        /**
         * @description Queries are sent to it although it shares host and port with a controller or another camera
         * @default false
         */
        queries?: boolean;
        /** Format: uri */
        url: string;
      };
      controller: {
        profile: string;
        /** Format: uri */
        url: string;
      };
      /** @default true */
      enabled?: boolean;
      id: string;
      interval_s?: number;
      location?: {
        lat: number;
        lon: number;
      };
      miners_expected?: number;
      name: string;
      rated_power_kw?: number;
      /** @default default */
      region?: string;
      /** @default default */
      zone?: string;
    };
    /** @description A site under maintenance or curtailed, for a time */
    SiteFlag: {
      /** Format: date-time */
      beginsAt: string;
      /** @description Not null: somebody has ended it before its time */
      endedAt: string | null;
      endedBy: string | null;
      /** Format: date-time */
      endsAt: string;
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      kind: "maintenance" | "curtailment";
      reason: string;
      /** Format: date-time */
      setAt: string;
      setBy: string;
      siteId: string;
    };
    SiteFlagList: {
      items: components["schemas"]["SiteFlag"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    SiteImportReport: {
      added: number;
      changed: number;
      /** @description Rows that cannot be taken */
      errors: number;
      /** @description All of it or nothing: one bad row, and nothing is applied */
      isApplied: boolean;
      isDryRun: boolean;
      /** @description Bad rows first, then what changes, then the rest; at most 2,000 of them */
      rows: components["schemas"]["ImportRow"][];
      unchanged: number;
      /** @description Sites that the file does not name; they stay as they are */
      unlisted: number;
    };
    SiteList: {
      items: components["schemas"]["SiteSummary"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description A maintenance lock-out: no command goes to the site while it hangs */
    SiteLock: {
      /** Format: uuid */
      id: string;
      reason: string;
      removedAt: string | null;
      removedBy: string | null;
      removedReason: string | null;
      /** Format: date-time */
      setAt: string;
      setBy: string;
      siteId: string;
      /**
       * Format: date-time
       * @description When the work should be over; the lock stays until a person removes it
       */
      until: string;
    };
    SiteLockList: {
      items: components["schemas"]["SiteLock"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description Changes of a site: what is absent stays, null takes away */
    SitePatch: {
      camera?: {
        queries?: boolean;
        /** Format: uri */
        url?: string;
      } | null;
      controller?: {
        profile?: string;
        /** Format: uri */
        url?: string;
      };
      enabled?: boolean;
      interval_s?: number | null;
      location?: {
        lat: number;
        lon: number;
      } | null;
      miners_expected?: number | null;
      name?: string;
      rated_power_kw?: number | null;
      region?: string;
      zone?: string;
    };
    SiteScope: {
      /** @default [] */
      regions: string[];
      /** @default [] */
      sites: string[];
      /** @default [] */
      zones: string[];
    };
    /** @description A site with its health and the age of its data */
    SiteSummary: {
      /** @description Seconds since lastSnapshotAt, by the server's clock */
      ageS: number | null;
      enabled: boolean;
      /** @enum {string} */
      health: "good" | "late" | "lost" | "disabled";
      id: string;
      /** @description Polling interval in force, seconds */
      intervalS: number;
      lastPoll: components["schemas"]["PollSummary"] | null;
      lastSnapshotAt: string | null;
      location: {
        lat: number;
        lon: number;
      } | null;
      minersExpected: number | null;
      name: string;
      /** @description Active faults of the newest snapshot, critical state bits included */
      openFaults: number;
      profile: string;
      ratedPowerKw: number | null;
      region: string;
      zone: string;
    };
    /** @description Whether commands may be sent to a site; `by` null: nobody has ever decided */
    SiteWrites: {
      at: string | null;
      by: string | null;
      isEnabled: boolean;
      profileId: string;
      reason: string | null;
      siteId: string;
    };
    SiteWritesList: {
      items: components["schemas"]["SiteWrites"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description The canonical points of one site in one round */
    Snapshot: {
      attempts: number;
      /**
       * Format: date-time
       * @description When the reply arrived, UTC
       */
      collectedAt: string;
      /** @description Canonical faults that are active */
      faults: string[];
      latencyMs: number;
      profile: string;
      /** @description Only what is not good; keys are points, or fault.<name> for a fault bit that the reply lacks */
      quality: {
        [key: string]: "missing" | "bad_type" | "out_of_range" | "stale" | "frozen" | "jump" | "estimated" | "manual";
      };
      siteId: string;
      /**
       * Format: date-time
       * @description Scheduled time of the round, UTC; with siteId the key of everything stored
       */
      slot: string;
      /** @description JSON pointers of fields that the profile does not know, at most 100 */
      unmapped: string[];
      values: {
        [key: string]: number | boolean | string | null;
      };
    };
    SnapshotList: {
      items: components["schemas"]["Snapshot"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    /** @description The state of the platform, for the notices of the user interface */
    Status: {
      /**
       * @description Flows can be changed, only looked at, or there is no editor
       * @enum {string}
       */
      editor: "on" | "readonly" | "off";
      engine: {
        /** @enum {string} */
        kind: "pglite" | "postgres";
        ownPartitions: boolean;
        serverVersion: number;
        /** @enum {string} */
        timescale: "none" | "apache" | "full";
        timescaleVersion: string | null;
      };
      /** @description The embedded database: not safe against a power failure */
      isEvaluation: boolean;
      /** @description It counts the whole fleet: null for whoever may see some sites only */
      journal: {
        bytes: number;
        capBytes: number;
        dropped: number;
        isWritable: boolean;
        oldestSlot: string | null;
        quarantined: number;
        rows: number;
      } | null;
      /** @description Whose platform it is, as the settings say; empty = nothing is said */
      organisation: string;
      pollIntervalS: number;
      /** @enum {string} */
      redis: "in_process" | "connected" | "unreachable";
      roles: string[];
      /** @description What the platform finds wrong with itself now, also while no alarm can be stored. As `journal` */
      selfAlarms: {
        /** @enum {string} */
        priority: "critical" | "high" | "medium" | "low";
        ruleId: string;
        /** Format: date-time */
        since: string;
      }[] | null;
      /** Format: date-time */
      startedAt: string;
      timeZone: string;
      version: string;
      /** @description As `journal` */
      writer: {
        duplicates: number;
        lagS: number;
        lastError: string | null;
        quarantined: number;
        queued: number;
        /** @enum {string} */
        state: "writing" | "behind" | "waiting_for_database";
        written: number;
      } | null;
    };
    TestedRecipient: {
      /** @description Names the message in the list of deliveries, which says how it went */
      key: string;
    };
    TestedWebhook: {
      /**
       * Format: uuid
       * @description Comes as the header `webhook-id`, and stands in the log
       */
      eventId: string;
    };
    TotpCode: {
      /** @description Six digits of the authenticator, or a recovery code */
      code: string;
    };
    TotpRemoval: {
      /** @description Six digits of the authenticator, or a recovery code */
      code: string;
      password: string;
    };
    TotpSecret: {
      /** @description Base32, to be typed into an authenticator */
      secret: string;
      /** @description `otpauth:` address, as its QR code holds it */
      uri: string;
    };
    TotpStart: {
      password: string;
    };
    TryRequest: {
      /** @description Parsed JSON of a controller by request name of the profile */
      replies: {
        [key: string]: unknown;
      };
    };
    VideoSession: {
      /** Format: date-time */
      expiresAt: string;
    };
    /** @description The camera of a site. Its address is nowhere told */
    VideoStream: {
      /** @description Since the camera last sent something new */
      ageS: number | null;
      /** @description Of the rendition that key frames are cut from */
      bitrateKbps: number | null;
      cause: ("ticket_missing" | "ticket_expired" | "ticket_invalid" | "not_allowed" | "unknown_stream" | "unknown_resource" | "too_many_sessions" | "upstream_refused" | "upstream_timeout" | "upstream_status" | "upstream_too_large" | "target_not_allowed" | "redirect_refused" | "playlist_invalid" | "playlist_too_large" | "playlist_too_deep" | "bad_content" | "encoding_refused" | "truncated" | "range_invalid" | "transcoder_busy" | "transcoder_failed" | "storage_full" | "storage_failed" | "storage_busy" | "spool_full" | "encrypted_not_recorded" | "period_invalid" | "gateway_unavailable") | null;
      codec: string | null;
      height: number | null;
      since: string | null;
      siteId: string;
      /**
       * @description stale: nothing new for more than a target duration; offline: for three, or refused; unwatched: nothing is known
       * @enum {string}
       */
      state: "online" | "stale" | "offline" | "unwatched";
      /** @description Of the addresses below /v/ */
      streamId: string;
      width: number | null;
    };
    VideoStreamList: {
      items: components["schemas"]["VideoStream"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    VideoTicket: {
      /** Format: date-time */
      expiresAt: string;
      /** @description Path of the playlist; works without the cookie */
      url: string;
    };
    WallView: {
      /** @description Streams in the order that somebody gave them; the others follow */
      arranged: string[];
      /**
       * @description Seconds until the next page; 0 = it does not turn
       * @enum {number}
       */
      cycleS: 0 | 10 | 20 | 30 | 60;
      isAlarmedFirst: boolean;
      /**
       * @description Tiles of one page
       * @enum {number}
       */
      layout: 1 | 4 | 9 | 16 | 36 | 81;
      /** @enum {string} */
      mode: "auto" | "live" | "keyframe" | "jpeg";
    };
    WatchRequest: {
      /** @description Seconds; a new call replaces the old one */
      forS: number;
    };
    Webhook: {
      /** Format: date-time */
      createdAt: string;
      events: string[];
      /** @description Failed tries since the last one that was delivered */
      failuresInRow: number;
      /** Format: uuid */
      id: string;
      isEnabled: boolean;
      /** @description Of the newest try */
      lastOutcome: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        outcome: "delivered" | "bad-status" | "redirect" | "timeout" | "connection" | "dns" | "tls" | "forbidden-address" | "unreadable";
        /** @description HTTP status of the answer, when there was one */
        status: number | null;
      } | null;
      name: string;
      url: string;
      /** @description Events that are still to be delivered */
      waiting: number;
    };
    WebhookDelivery: {
      attempts: number;
      /** Format: date-time */
      createdAt: string;
      durationMs: number | null;
      event: string;
      /**
       * Format: uuid
       * @description The header `webhook-id`: the same with each try
       */
      eventId: string;
      id: string;
      lastTryAt: string | null;
      nextTryAt: string | null;
      outcome: ("delivered" | "bad-status" | "redirect" | "timeout" | "connection" | "dns" | "tls" | "forbidden-address" | "unreadable") | null;
      /** @enum {string} */
      state: "waiting" | "delivered" | "expired";
      status: number | null;
    };
    WebhookDeliveryList: {
      items: components["schemas"]["WebhookDelivery"][];
      /** @description Goes into `cursor` for the next page; null at the end */
      nextCursor: string | null;
      total: number;
    };
    WebhookEntry: {
      /** @description The kinds of events to be told of */
      events: ("site.changed" | "user.changed" | "flows.deployed" | "webhook.test")[];
      /** @default true */
      isEnabled?: boolean;
      name: string;
      /**
       * Format: uri
       * @description Where events are sent by POST; https, unless it stands in a network that is allowed
       */
      url: string;
    };
    WebhookList: {
      items: components["schemas"]["Webhook"][];
      /** @description Every kind of event that there is */
      kinds: {
        label: {
          en: string;
          "zh-CN": string;
        };
        /** @enum {string} */
        name: "site.changed" | "user.changed" | "flows.deployed" | "webhook.test";
      }[];
      nextCursor: null;
      total: number;
    };
    WebhookPatch: {
      /** @description The kinds of events to be told of */
      events?: ("site.changed" | "user.changed" | "flows.deployed" | "webhook.test")[];
      isEnabled?: boolean;
      name?: string;
      /**
       * Format: uri
       * @description Where events are sent by POST; https, unless it stands in a network that is allowed
       */
      url?: string;
    };
  };
  responses: {
    /** @description Password not allowed · Invalid request · No such point · Invalid profile · Invalid inventory · Condition cannot be used · Rule cannot be used */
    Problem400: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Not signed in · Wrong user name or password · Code of the second factor needed · Wrong code · First password has run out */
    Problem401: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Not allowed · Site not assigned to you · Password must be replaced first · Account disabled · Request from a foreign page · Second factor needed first · Prove again who you are · Wrong present password · Wrong code · Flows are read-only */
    Problem403: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description No such user · No such session · No such service token · Not found · No such site · No such profile · No such job · No such webhook · No such recipient · The channel is not set up · No such alarm · No such flag of a site · No such command · No emergency stop in force · No such maintenance lock · No such baseline of the site · No such back-test */
    Problem404: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description User name taken · Signs in with an identity provider · Second factor is on already · Second factor is not on · User name is taken · The last administrator stays · Not on your own account · Name of a service token taken · Same request still under way · Job not needed on this database · Site exists already · Site is managed by the sites file · Webhook name in use · Too many webhooks · Webhook is switched off · A route names the recipient · Name of a recipient taken · Too many recipients · No address on this channel · The channel is off · The alarm is like that already · The alarm needs no acknowledgement · The alarm needs no reset · The condition still holds · The alarm is not shelved · The alarm is in service · The flag is over already · An interlock refuses the command · Interlocks cannot be verified · Select the command first · The confirmation has run out · The confirmation was used before · Changed since it was selected · Another person has to agree · The time of the command is over · The command has gone on meanwhile · The history gives no baseline · Back-tests under way */
    Problem409: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Changed by somebody else meanwhile */
    Problem412: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Request too large */
    Problem413: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Unsupported content type */
    Problem415: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Idempotency key used for another request · Kind of command not usable here · Wrong arguments of a command */
    Problem422: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description If-Match is required */
    Problem428: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Too many sign-in attempts · Too many requests */
    Problem429: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Invalid configuration · Secret cannot be opened · Unexpected error */
    Problem500: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Could not be stored · Database not reachable · Storage in use · Journal full */
    Problem503: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Query took too long · Back-test took too long */
    Problem504: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export interface operations {
  getHome: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description To the overview, or to the login */
      302: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getAcknowledgeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page for people, whatever the link is worth */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
      400: components["responses"]["Problem400"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAcknowledgeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page for people, whatever the link is worth */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
      400: components["responses"]["Problem400"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAcknowledgePageStyleCss: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description CSS */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/css": string;
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      429: components["responses"]["Problem429"];
    };
  };
  getAbout: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The same until the next release */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["About"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  postAccountPassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewPassword"];
      };
    };
    responses: {
      /** @description Replaced */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAccountProof: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Proof"];
      };
    };
    responses: {
      /** @description Proven */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAccountSessions: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sessions */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SessionList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteAccountSessionsId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ended */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAccountSessionsEndOthers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How many were ended */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EndedSessions"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAccountTotp: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TotpStart"];
      };
    };
    responses: {
      /** @description What the authenticator has to know; shown once */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TotpSecret"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAccountTotpConfirm: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TotpCode"];
      };
    };
    responses: {
      /** @description The second factor is on */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RecoveryCodes"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAccountTotpRemove: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TotpRemoval"];
      };
    };
    responses: {
      /** @description Off */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAlarmHistory: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Changes at this time and later */
        from?: string;
        /** @description Kinds of change, joined by commas, such as `acknowledged` */
        kind?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        /** @description Ids of rules, joined by commas */
        rule?: string;
        site?: string;
        /** @description Changes before this time */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One item per change of an alarm */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmTransitionList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAlarmStatistics: {
    parameters: {
      query?: {
        /** @description Seven days before `to`, when absent */
        from?: string;
        /** @description Operator positions that share the work */
        operators?: number;
        site?: string;
        /** @description Now, when absent */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Counted from what is stored, of the asker's sites */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmStatistics"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAlarms: {
    parameters: {
      query?: {
        /** @description Whether the condition holds now, seen or unseen */
        active?: "true" | "false";
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        /** @description `false`: what is over and seen; `true`: all else, which is usual where `state` names none */
        present?: "true" | "false" | "any";
        /** @description Priorities, joined by commas */
        priority?: string;
        /** @description Alarms of sites of this region */
        region?: string;
        /** @description Ids of rules, joined by commas */
        rule?: string;
        site?: string;
        /** @description States, joined by commas; `active`: all whose condition holds now */
        state?: string;
        /** @description Hidden by this alarm, or for this reason */
        suppressedBy?: ("curtailment" | "maintenance" | "site-stopped" | "site-starting") | string;
        /** @description Part of a rule's title or id, or of a site's name or id */
        text?: string;
        /** @description Alarms of sites of this zone */
        zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description By priority, then what asks for somebody, then the newest */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAlarmsId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The alarm, its rule and its last changes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmDetail"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdAcknowledge: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @default  */
          note?: string;
        };
      };
    };
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdAssign: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Who sees to it; null = nobody */
          to: string | null;
        };
      };
    };
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdInService: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdNotes: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          note: string;
        };
      };
    };
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdOutOfService: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          reason: string;
        };
      };
    };
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdReset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @default  */
          note?: string;
        };
      };
    };
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdShelve: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          reason: string;
          /**
           * Format: date-time
           * @description At most 8 hours from now; shelving anew sets another end
           */
          until: string;
        };
      };
    };
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAlarmsIdTransitions: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One item per change */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmTransitionList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsIdUnshelve: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The alarm, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmListItem"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsAcknowledge: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /**
           * @description Only tells what would be done
           * @default false
           */
          dryRun?: boolean;
          /** @description All alarms that the list finds with this; 10000 at most */
          filter?: {
            /**
             * @description Whether the condition holds now, seen or unseen
             * @enum {string}
             */
            active?: "true" | "false";
            /**
             * @description `false`: what is over and seen; `true`: all else, which is usual where `state` names none
             * @enum {string}
             */
            present?: "true" | "false" | "any";
            /** @description Priorities, joined by commas */
            priority?: string;
            /**
             * Format: date-time
             * @description Only what was raised at this time or before: what is newer nobody has seen yet
             */
            raisedUntil?: string;
            /** @description Alarms of sites of this region */
            region?: string;
            /** @description Ids of rules, joined by commas */
            rule?: string;
            site?: string;
            /** @description States, joined by commas; `active`: all whose condition holds now */
            state?: string;
            /** @description Hidden by this alarm, or for this reason */
            suppressedBy?: ("curtailment" | "maintenance" | "site-stopped" | "site-starting") | string;
            /** @description Part of a rule's title or id, or of a site's name or id */
            text?: string;
            /** @description Alarms of sites of this zone */
            zone?: string;
          };
          /** @description These alarms */
          ids?: string[];
          /** @default  */
          note?: string;
        };
      };
    };
    responses: {
      /** @description How many were changed, which were not, and what it was about */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmBulkResult"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAlarmsShelve: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /**
           * @description Only tells what would be done
           * @default false
           */
          dryRun?: boolean;
          /** @description All alarms that the list finds with this; 10000 at most */
          filter?: {
            /**
             * @description Whether the condition holds now, seen or unseen
             * @enum {string}
             */
            active?: "true" | "false";
            /**
             * @description `false`: what is over and seen; `true`: all else, which is usual where `state` names none
             * @enum {string}
             */
            present?: "true" | "false" | "any";
            /** @description Priorities, joined by commas */
            priority?: string;
            /**
             * Format: date-time
             * @description Only what was raised at this time or before: what is newer nobody has seen yet
             */
            raisedUntil?: string;
            /** @description Alarms of sites of this region */
            region?: string;
            /** @description Ids of rules, joined by commas */
            rule?: string;
            site?: string;
            /** @description States, joined by commas; `active`: all whose condition holds now */
            state?: string;
            /** @description Hidden by this alarm, or for this reason */
            suppressedBy?: ("curtailment" | "maintenance" | "site-stopped" | "site-starting") | string;
            /** @description Part of a rule's title or id, or of a site's name or id */
            text?: string;
            /** @description Alarms of sites of this zone */
            zone?: string;
          };
          /** @description These alarms */
          ids?: string[];
          reason: string;
          /**
           * Format: date-time
           * @description At most 8 hours from now
           */
          until: string;
        };
      };
    };
    responses: {
      /** @description How many were changed, which were not, and what it was about */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmBulkResult"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAlarmsSummary: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Of the asker's sites */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlarmSummary"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAudit: {
    parameters: {
      query?: {
        /** @description Such as `user:update`; or `user` for all that was done to users */
        action?: string;
        /** @description Exactly this user name */
        actor?: string;
        cursor?: string;
        /** @description Not before this time */
        from?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        outcome?: "done" | "refused" | "failed";
        /** @description Exactly this target */
        target?: string;
        /** @description Before this time */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Entries by number */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AuditEntryList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAuditExport: {
    parameters: {
      query?: {
        /** @description Such as `user:update`; or `user` for all that was done to users */
        action?: string;
        /** @description Exactly this user name */
        actor?: string;
        /** @description `json`: one object per line, as they were hashed; `npm run audit -- verify --from` reads them */
        format?: "csv" | "json";
        /** @description Not before this time */
        from?: string;
        outcome?: "done" | "refused" | "failed";
        /** @description Exactly this target */
        target?: string;
        /** @description Before this time */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Oldest first. Texts that a spreadsheet would take for formulas are neutralised in CSV, not in JSON */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/jsonl": string;
          "text/csv": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAuditVerify: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Every row against the one before, the last one against the head, all against the signed checkpoints */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AuditVerification"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  postAuthLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Credentials"];
      };
    };
    responses: {
      /** @description Signed in */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Granted"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postAuthLogout: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Signed out, or there was no session */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAuthMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignedInUser"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getAuthMethods: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The methods */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignInMethods"];
        };
      };
      429: components["responses"]["Problem429"];
    };
  };
  getAuthOidcCallback: {
    parameters: {
      query?: {
        code?: string;
        state?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page that goes on by itself */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
      /** @description To the login, which leads back */
      302: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      429: components["responses"]["Problem429"];
    };
  };
  getAuthOidcStart: {
    parameters: {
      query?: {
        /** @description The provider has to ask for the password again, whatever session it has: a new proof of who it is */
        fresh?: "true" | "false";
        /** @description Where to go afterwards; only a path of this platform counts */
        next?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description To the provider, or back to the login with `problem=oidc-…` */
      302: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      429: components["responses"]["Problem429"];
    };
  };
  postAuthRefresh: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Renewed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Granted"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCollectors: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As the database has it now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Collectors"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandKinds: {
    parameters: {
      query?: {
        /** @description Kinds as they are at sites of this profile */
        profile?: string;
        /** @description Kinds as they are at this site */
        site?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All kinds */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandKindList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  getCommands: {
    parameters: {
      query?: {
        /** @description Who asked for it */
        by?: string;
        cursor?: string;
        /** @description Asked for at this time and later */
        from?: string;
        /** @description Kinds, joined by commas */
        kind?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        site?: string;
        /** @description States, joined by commas; `waiting_approval`: what asks for a second person */
        state?: string;
        /** @description Asked for before this time */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommands: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewCommand"];
      };
    };
    responses: {
      /** @description The command, queued or waiting for a second person; of a dry run (200) what it is about */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandOrSelection"];
        };
      };
      /** @description The command, queued or waiting for a second person; of a dry run (200) what it is about */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandOrSelection"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandsId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Command"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommandsIdApprove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @default  */
          note?: string;
        };
      };
    };
    responses: {
      /** @description The command, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Command"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommandsIdCancel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @default  */
          note?: string;
        };
      };
    };
    responses: {
      /** @description The command, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Command"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandsIdEvents: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandEventList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommandsIdReject: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @default  */
          note?: string;
        };
      };
    };
    responses: {
      /** @description The command, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Command"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommandsIdResolve: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description What was seen, and where */
          note: string;
          /**
           * @description `verified`: the plant did it; `failed`: it did not
           * @enum {string}
           */
          state: "verified" | "failed";
        };
      };
    };
    responses: {
      /** @description The command, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Command"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandsIdReview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As of a dry run, without a confirmation: readings that are too old are polled first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandSelection"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandsBulk: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 100 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandBatchList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommandsBulk: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewCommandBatch"];
      };
    };
    responses: {
      /** @description The batch; of a dry run (200) what it is about */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandBatchOrSelection"];
        };
      };
      /** @description The batch; of a dry run (200) what it is about */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandBatchOrSelection"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandsBulkId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandBatch"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postCommandsBulkIdStop: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandBatch"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getCommandsExport: {
    parameters: {
      query?: {
        /** @description Who asked for it */
        by?: string;
        /** @description Asked for at this time and later */
        from?: string;
        /** @description Kinds, joined by commas */
        kind?: string;
        site?: string;
        /** @description States, joined by commas; `waiting_approval`: what asks for a second person */
        state?: string;
        /** @description Asked for before this time */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. Texts that a spreadsheet would take for formulas are neutralised */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/csv": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getEmergencyStops: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EmergencyStopList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getExport: {
    parameters: {
      query: {
        /** @description `xlsx` holds at most 5,000,000 values, the others 50,000,000 */
        format?: "csv" | "xlsx" | "parquet";
        /** @description Inclusive; an hour before `to` when absent */
        from?: string;
        /** @description Names of the catalogue, joined by commas; at most 120 */
        points: string;
        /** @description Only sites of this region */
        region?: string;
        /** @description Ids, joined by commas */
        sites?: string;
        /** @description As for the history of a site; `raw` gives every stored value, words included */
        step?: "auto" | "raw" | "5m" | "1h" | "1d";
        /** @description Exclusive; now when absent */
        to?: string;
        /** @description Only sites of this zone */
        zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Columns `site`, `time` (UTC) and one per point; of a roll-up `_avg`, `_min` and `_max` of each. Gaps have no rows */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/vnd.apache.parquet": string;
          "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
          "text/csv": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  getHistory: {
    parameters: {
      query: {
        /** @description Inclusive; an hour before `to` when absent */
        from?: string;
        /** @description A name of the catalogue */
        point: string;
        /** @description Only sites of this region */
        region?: string;
        /** @description Ids, joined by commas */
        sites?: string;
        /** @description Many sites are read from roll-ups; the answer names the step */
        step?: "auto" | "5m" | "1h" | "1d";
        /** @description Exclusive; now when absent */
        to?: string;
        /** @description `envelope` also gives the least and the greatest value of each bucket, which takes longer */
        values?: "average" | "envelope";
        /** @description Only sites of this zone */
        zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description On one grid of buckets; at most 200000 values */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FleetHistory"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  postImportHistory: {
    parameters: {
      query?: {
        /** @description `true` checks the file and stores nothing */
        dryRun?: "true" | "false";
        /** @description `true` stores the good lines of a file that has bad ones; otherwise nothing of it */
        skipBadLines?: "true" | "false";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "text/csv": string;
      };
    };
    responses: {
      /** @description What was found and stored. Columns: site, time (ISO 8601 with a zone), points of the catalogue; UTF-8. What is stored already for a site and time stays as it is. Whoever is limited to some sites imports only into those */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ImportReport"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getJobs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In a fixed order */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JobList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postJobsNameRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is run by the active scheduler, within seconds */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OrderedJob"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getLive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Switches to the WebSocket protocol */
      101: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getNotificationsChannels: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All kinds, in the order of lists */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeChannelList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  putNotificationsChannelsKind: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        kind: "email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram";
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NoticeChannelEntry"];
      };
    };
    responses: {
      /** @description The channel, without what is secret */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeChannel"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteNotificationsChannelsKind: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        kind: "email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram";
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Nothing is sent by it any more */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getNotificationsDeliveries: {
    parameters: {
      query?: {
        /** @description Messages that tell of this alarm */
        alarmId?: string;
        channel?: "email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram";
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        recipientId?: string;
        state?: "waiting" | "delivering" | "delivered" | "possibly_delivered" | "expired" | "failed";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One item per message, recipient and channel; addresses are masked */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeDeliveryList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  getNotificationsOnCall: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In the order of the plan */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OnCallNowList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  getNotificationsPlan: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description With an ETag, which a change has to name */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NotificationPlan"];
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  putNotificationsPlan: {
    parameters: {
      query?: never;
      header: {
        /** @description ETag of the state that the change is made on */
        "If-Match": string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NotificationPlan"];
      };
    };
    responses: {
      /** @description What counts now, within seconds */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NotificationPlan"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      412: components["responses"]["Problem412"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      428: components["responses"]["Problem428"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getNotificationsReasons: {
    parameters: {
      query?: {
        alarmId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A hundred at most */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeReasonsList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getNotificationsRecipients: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In order of name, all of them: there are 500 at most */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeRecipientList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  postNotificationsRecipients: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NoticeRecipientEntry"];
      };
    };
    responses: {
      /** @description The recipient; routes name it by its id */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeRecipient"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  putNotificationsRecipientsId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NoticeRecipientEntry"];
      };
    };
    responses: {
      /** @description The recipient */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NoticeRecipient"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteNotificationsRecipientsId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Nothing is sent there any more; what was sent stays in the list */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  postNotificationsRecipientsIdTest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          channel: "email" | "sms" | "wecom" | "dingtalk" | "feishu" | "webhook" | "telegram";
        };
      };
    };
    responses: {
      /** @description It is on its way: the list of deliveries says how it went */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestedRecipient"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  getOutliers: {
    parameters: {
      query?: {
        /** @description `nextCursor` of the page before */
        cursor?: number;
        /** @description Most items of one page, 1 to 1000 */
        limit?: number;
        /** @description Least absolute modified z-score; 3.5 is the usual limit */
        minDeviation?: number;
        /** @description One point; every comparable point when absent */
        point?: "supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description From the newest snapshots; those older than three intervals do not count */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OutlierList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getPoints: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All points, in catalogue order */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PointList"];
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getProfiles: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All profiles */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProfileList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getProfilesId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The profile as it stands in its file */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Profile"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  postProfilesIdTry: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TryRequest"];
      };
    };
    responses: {
      /** @description Nothing is stored */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Examination"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
    };
  };
  getProfilesIdWrites: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In order of id */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteWritesList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  putProfilesIdWrites: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SetWrites"];
      };
    };
    responses: {
      /** @description As it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteWritesList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getRounds: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 1440 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description From the database; from memory while that is away. Limited to some sites, the counts are of those, as the inventory has them now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoundList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getRules: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them, on one page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RuleList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getRulesId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it stands in a rule file: see `AlarmRule`. The platform's own rules are no such data */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RuleData"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  postRulesBacktest: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /**
           * @description Alarms per site and day
           * @default 1
           */
          budgetPerSiteDay?: number;
          /** @description The old rules: those in force, or others */
          compareWith?: "in-force" | {
            [key: string]: unknown;
          }[];
          /** Format: date-time */
          from: string;
          /** @description Rules in force */
          ruleIds?: string[];
          /** @description Edited rules; one with the id of a rule in force stands in its place */
          rules?: {
            [key: string]: unknown;
          }[];
          /**
           * Format: date-time
           * @description At most 92 days after `from`
           */
          to: string;
        };
      };
    };
    responses: {
      /** @description It runs; ask for it by its id, of this process. One at a time of each person, two in all, ended after 10 minutes. Whoever is limited to some sites tests rules about single sites, on those */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["BackTest"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
    };
  };
  getRulesBacktestId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One's own; the last ones are kept until the process ends */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["BackTest"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  deleteRulesBacktestId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It ends; one that has ended stays as it is */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  postRulesCheck: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description A rule as it stands in a rule file: see `AlarmRule` */
          rule: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description What is wrong with it, or what it says */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RuleCheck"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
    };
  };
  postRulesPreview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description A rule as it stands in a rule file: see `AlarmRule` */
          rule: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description Where it holds now, delays left out */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RulePreview"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
    };
  };
  getServiceTokens: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The tokens, the revoked ones too */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ServiceTokenList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postServiceTokens: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewServiceToken"];
      };
    };
    responses: {
      /** @description The token */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ShownServiceToken"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteServiceTokensId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Revoked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSessions: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        username?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sessions */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SessionList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteSessionsId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ended */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSettings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description With an ETag, which a change has to name */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PlatformSettings"];
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  patchSettings: {
    parameters: {
      query?: never;
      header: {
        /** @description ETag of the state that the change is made on */
        "If-Match": string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SettingsPatch"];
      };
    };
    responses: {
      /** @description What counts now, in every process within seconds */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PlatformSettings"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      412: components["responses"]["Problem412"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      428: components["responses"]["Problem428"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSiteFlags: {
    parameters: {
      query?: {
        cursor?: string;
        kind?: "maintenance" | "curtailment";
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        /** @description `true` also lists those whose time is over */
        over?: "true" | "false";
        site?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest begin first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteFlagList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSiteFlags: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /**
           * Format: date-time
           * @description Now, when absent
           */
          beginsAt?: string;
          /**
           * @description Only tells what would be set
           * @default false
           */
          dryRun?: boolean;
          /**
           * Format: date-time
           * @description At most 30 days after the begin
           */
          endsAt: string;
          /** @enum {string} */
          kind: "maintenance" | "curtailment";
          reason: string;
          /** @description Sites of this region */
          region?: string;
          /** @description These sites */
          sites?: string[];
          /** @description Sites of this zone */
          zone?: string;
        };
      };
    };
    responses: {
      /** @description What was set, and what it is about */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SetSiteFlags"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSiteFlagsIdEnd: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The flag */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteFlag"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSiteLocks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteLockList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSites: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 1000 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Sites in order of id */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteList"];
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  postSites: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SiteEntry"];
      };
    };
    responses: {
      /** @description The settings of the site, without its addresses */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteConfiguration"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      412: components["responses"]["Problem412"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The site */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteSummary"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  patchSitesId: {
    parameters: {
      query?: never;
      header: {
        /** @description ETag of the state that the change is made on */
        "If-Match": string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SitePatch"];
      };
    };
    responses: {
      /** @description The settings as they are now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteConfiguration"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      412: components["responses"]["Problem412"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      428: components["responses"]["Problem428"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdBaselines: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        /** @description `true` also lists those that do not count any more */
        past?: "true" | "false";
        quantity?: "supply_flow_m3h" | "hydraulic_resistance" | "approach_wetbulb_k" | "efficiency_j_th" | "hashrate_per_miner_th" | "ppue" | "pump_greased_at_h" | "miner_limit_c";
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteBaselineList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdBaselines: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /**
           * @description Only tells what would be kept
           * @default false
           */
          dryRun?: boolean;
          /**
           * Format: date-time
           * @description Taken from the history from here on
           */
          from?: string;
          /** @default  */
          note?: string;
          /**
           * @description `all`: each that the history gives; not what no history shows, such as the greasing of the pump
           * @enum {string}
           */
          quantity: "supply_flow_m3h" | "hydraulic_resistance" | "approach_wetbulb_k" | "efficiency_j_th" | "hashrate_per_miner_th" | "ppue" | "pump_greased_at_h" | "miner_limit_c" | "all";
          /**
           * Format: date-time
           * @description At most 31 days later, and not in the future
           */
          to?: string;
          /** @description Entered by hand, in the unit of the quantity */
          value?: number;
        };
      };
    };
    responses: {
      /** @description What was kept, and what the history says */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SetSiteBaselines"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteSitesIdBaselinesBaselineId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        baselineId: number;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The baseline */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteBaseline"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdConfiguration: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description With an ETag, which a change has to name */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteConfiguration"];
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  getSitesIdEmergencyStop: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description At most one, as it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EmergencyStopList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdEmergencyStop: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewEmergencyStop"];
      };
    };
    responses: {
      /** @description The stop has begun; where one was in force already (200) that one */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EmergencyStopView"];
        };
      };
      /** @description The stop has begun; where one was in force already (200) that one */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EmergencyStopView"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdEmergencyStopReset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EmergencyReset"];
      };
    };
    responses: {
      /** @description The stop, as it was reset */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EmergencyStopView"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdEmergencyStopRetry: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It goes on */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EmergencyStopView"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdEmergencyStopReview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As of a dry run, without a confirmation */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CommandSelection"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdHistory: {
    parameters: {
      query: {
        /** @description Inclusive; an hour before `to` when absent */
        from?: string;
        /** @description Names of the catalogue, joined by commas; at most 20 */
        points: string;
        /** @description `auto` picks the finest that gives at most 2,200 values and still holds `from`; the answer names it */
        step?: "auto" | "raw" | "5m" | "1h" | "1d";
        /** @description Exclusive; now when absent */
        to?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Values oldest first; gaps are null */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["History"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  getSitesIdHistorySisters: {
    parameters: {
      query: {
        /** @description Inclusive; an hour before `to` when absent */
        from?: string;
        /** @description Names of the catalogue, joined by commas; at most 20 */
        points: string;
        /** @description Many sites are read from roll-ups; the answer names the step */
        step?: "auto" | "5m" | "1h" | "1d";
        /** @description Exclusive; now when absent */
        to?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description On one grid of buckets; the site itself is not in it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SisterHistory"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  getSitesIdLabReadings: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
        /** @description Only this point */
        point?: "supply_temp_c" | "return_temp_c" | "supply_temp_setpoint_c" | "delta_temp_k" | "supply_pressure_kpa" | "return_pressure_kpa" | "delta_pressure_kpa" | "supply_flow_m3h" | "circulation_pump_running" | "circulation_pump_freq_hz" | "circulation_pump_2_running" | "circulation_pump_run_hours" | "filter_delta_pressure_kpa" | "makeup_pump_running" | "makeup_pump_starts_24h" | "tank_level_pct" | "tank_level_low" | "tank_level_high" | "leak_detected" | "coolant_volume_l" | "heat_removed_kw" | "tower_inlet_temp_c" | "tower_outlet_temp_c" | "tower_fan1_running" | "tower_fan2_running" | "tower_fan3_running" | "tower_fan_freq_hz" | "spray_pump_running" | "tower_level_low" | "tower_makeup_m3" | "tower_blowdown_m3" | "tower_water_conductivity_us_cm" | "makeup_water_conductivity_us_cm" | "approach_wetbulb_k" | "approach_drybulb_k" | "secondary1_supply_temp_c" | "secondary2_supply_temp_c" | "secondary1_return_temp_c" | "secondary2_return_temp_c" | "valve1_position" | "valve2_position" | "freeze_alarm" | "coolant_conductivity_us_cm" | "coolant_ph" | "coolant_reserve_alkalinity_ml" | "coolant_hardness_mg_l" | "coolant_aluminium_mg_l" | "coolant_iron_mg_l" | "coolant_copper_mg_l" | "coolant_glycol_pct" | "coolant_freeze_point_c" | "container_temp_c" | "container_rh_pct" | "container_dew_point_c" | "dew_point_margin_k" | "ambient_temp_c" | "ambient_rh_pct" | "ambient_wet_bulb_c" | "exhaust_fan1_running" | "exhaust_fan2_running" | "cabinet_temp_c" | "smoke_detected" | "spd_fault" | "door_open" | "latitude_deg" | "longitude_deg" | "water_curtain_pump_running" | "cold_aisle_temp_c" | "hot_aisle_temp_c" | "differential_pressure_pa" | "intake_fan_freq_hz" | "box1_power_kw" | "box2_power_kw" | "total_power_kw" | "box1_energy_kwh" | "box2_energy_kwh" | "phase_a_voltage_v" | "phase_b_voltage_v" | "phase_c_voltage_v" | "phase_a_current_a" | "phase_b_current_a" | "phase_c_current_a" | "power_factor" | "cooling_power_kw" | "it_power_kw" | "running_mode" | "pid_mode" | "plc_disconnect" | "firmware_version" | "protocol_version" | "controller_uptime_s" | "clock_skew_s" | "poll_latency_ms" | "last_seen_age_s" | "miners_expected" | "miners_online" | "hashrate_th" | "chip_temp_max_c" | "pcb_temp_max_c" | "efficiency_j_th" | "reject_pct" | "miner_inlet_temp_c" | "miner_outlet_temp_c" | "camera_online";
        /** @description `true` also lists readings that were voided */
        voided?: "true" | "false";
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Readings by time of the sample */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LabReadingList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdLabReadings: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["LabEntry"];
      };
    };
    responses: {
      /** @description What was entered: all values or none */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LabReadings"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdLabReadingsReadingIdVoid: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        readingId: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The reading */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LabReading"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdLabReadingsLatest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One reading per point; voided ones do not count */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LabReadings"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdLocks: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteLockList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesIdLocks: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewSiteLock"];
      };
    };
    responses: {
      /** @description The lock; of the same person again: changed */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteLock"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteSitesIdLocksLockId: {
    parameters: {
      query?: {
        reason?: string;
      };
      header?: never;
      path: {
        id: string;
        lockId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The lock, as it was removed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteLock"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSitesIdReply: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The reply as it came, network addresses replaced */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ControllerReply"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  getSitesIdSnapshot: {
    parameters: {
      query?: {
        /** @description The newest stored one before this time; the live one when absent */
        before?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The snapshot */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Snapshot"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  postSitesIdWatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WatchRequest"];
      };
    };
    responses: {
      /** @description Watched closely from the next slot on */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
    };
  };
  getSitesExport: {
    parameters: {
      query?: {
        format?: "yaml" | "json";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What `POST /api/v1/sites/import` and SITES_FILE take */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, never>;
          "application/yaml": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesImport: {
    parameters: {
      query?: {
        /** @description `true` says what would be done and changes nothing */
        dryRun?: "true" | "false";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": Record<string, never>;
        "application/x-yaml": string;
        "application/yaml": string;
        "text/yaml": string;
      };
    };
    responses: {
      /** @description What was done, or would be. A trial names every bad row with line, field, value and what is allowed; without `dryRun` bad rows are a problem. Sites that the file does not name stay as they are */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SiteImportReport"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      412: components["responses"]["Problem412"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postSitesTestConnection: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ConnectionTest"];
      };
    };
    responses: {
      /** @description Nothing is stored. Mapped values and names of unknown fields only, never the reply itself */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ConnectionTestResult"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getSnapshots: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 1000 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Snapshots in order of site id; `total` counts the sites that have one */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SnapshotList"];
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getStatus: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The state of the platform */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Status"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getUsers: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 200 */
        limit?: number;
        /** @description Part of the user name */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description People */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PersonList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postUsers: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewPerson"];
      };
    };
    responses: {
      /** @description The person */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Person"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getUsersUsername: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        username: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The person */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Person"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  patchUsersUsername: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        username: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PersonChange"];
      };
    };
    responses: {
      /** @description The person after it; it counts everywhere within 2 s */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Person"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postVideoSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Until when the cookie counts */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VideoSession"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getVideoStreams: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In order of site */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VideoStreamList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getVideoStreamsIdClip: {
    parameters: {
      query: {
        /** @description Inclusive */
        from: string;
        /** @description Exclusive */
        to: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The segments behind one another, without their gaps; at most six hours */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "video/mp2t": string;
          "video/mp4": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getVideoStreamsIdLocks: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those that hold, the oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RecordingLockList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postVideoStreamsIdLocks: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewRecordingLock"];
      };
    };
    responses: {
      /** @description The lock */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RecordingLock"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteVideoStreamsIdLocksLockId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        lockId: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They go with the others from now on */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postVideoStreamsIdPlayback: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PlaybackRange"];
      };
    };
    responses: {
      /** @description A playlist of at most six hours; its end may be in the future */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VideoTicket"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
    };
  };
  getVideoStreamsIdRecordings: {
    parameters: {
      query: {
        /** @description Inclusive */
        from: string;
        /** @description Exclusive */
        to: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Oldest first; between two spans nothing was recorded. At most 31 days and 2,000 spans */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RecordedSpanList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  postVideoStreamsIdTicket: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The address and its end */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VideoTicket"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  getVideoWalls: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In order of their names */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SavedWallList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  putVideoWallsName: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WallView"];
      };
    };
    responses: {
      /** @description The wall */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SavedWall"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteVideoWallsName: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  getWebhooks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In order of name, all of them: there are 50 at most */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookList"];
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  postWebhooks: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WebhookEntry"];
      };
    };
    responses: {
      /** @description The webhook, and the secret that its signatures are made with */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedWebhook"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      503: components["responses"]["Problem503"];
    };
  };
  deleteWebhooksId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone; nothing is sent to it any more */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  patchWebhooksId: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WebhookPatch"];
      };
    };
    responses: {
      /** @description The webhook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Webhook"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  getWebhooksIdDeliveries: {
    parameters: {
      query?: {
        cursor?: string;
        /** @description Most items of one page, 1 to 500 */
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One item per event */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookDeliveryList"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  postWebhooksIdTest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is on its way: the log says how it went */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestedWebhook"];
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      409: components["responses"]["Problem409"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
    };
  };
  getDocs: {
    parameters: {
      query?: {
        lang?: "zh-CN" | "en";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
      /** @description To the login, which leads back */
      302: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getDocsStyleCss: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description CSS */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/css": string;
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getHealthz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Alive */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description Alive */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  getLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  getLoginFile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        file: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "font/woff2": string;
          "image/png": string;
          "image/svg+xml": string;
          "image/x-icon": string;
          "text/css": string;
          "text/javascript": string;
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      404: components["responses"]["Problem404"];
      429: components["responses"]["Problem429"];
    };
  };
  getMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Prometheus text */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getOpenapiJson: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The document */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, never>;
        };
      };
      /** @description What was answered with that ETag still holds */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      429: components["responses"]["Problem429"];
    };
  };
  getReadyz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ready */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description Ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
    };
  };
}
