import { expect, test } from "vitest";
import { classifySqlError, SqlError, toSqlError } from "../../../adapters/database/sql-errors.ts";

const fromServer = (code: string) => Object.assign(new Error("as the server says"), { code, severity: "ERROR" });

test.for([
  ["08006", "transient"],
  ["40001", "transient"],
  ["40P01", "transient"],
  ["53100", "transient"],
  ["53300", "transient"],
  ["55P03", "transient"],
  ["57014", "transient"],
  ["57P01", "transient"],
  ["57P03", "transient"],
  ["25006", "transient"],
  ["XX000", "transient"],
  ["42P01", "schema"],
  ["42703", "schema"],
  ["42501", "schema"],
  ["28P01", "schema"],
  ["3D000", "schema"],
  ["23514", "missing_partition"],
  ["23505", "data"],
  ["22003", "data"],
  ["22021", "data"],
  ["22P02", "data"],
  ["22P05", "data"],
] as const)("SQLSTATE %s is %s", ([code, kind]) => {
  expect(classifySqlError(fromServer(code))).toBe(kind);
});

test.for([
  {
    error: Object.assign(new Error("connect ECONNREFUSED 10.0.0.5:5432"), { code: "ECONNREFUSED" }),
    code: "ECONNREFUSED",
  },
  { error: Object.assign(new Error("write EPIPE"), { code: "EPIPE" }), code: "EPIPE" },
  {
    error: Object.assign(new AggregateError([], "connect to 10.0.0.5"), { code: "ECONNREFUSED" }),
    code: "ECONNREFUSED",
  },
  { error: new Error("Connection terminated unexpectedly"), code: "network" },
  { error: new Error("timeout exceeded when trying to connect"), code: "timeout" },
  { error: "not even an error", code: "network" },
])("$code of the network is transient, and its text has no address", ({ error, code }) => {
  const converted = toSqlError(error);
  expect(converted).toMatchObject({ code, sqlState: null });
  expect(converted.message).not.toContain("10.0.0.5");
  expect(classifySqlError(error)).toBe("transient");
});

test("a converted error stays as it is", () => {
  const error = new SqlError("x", "22003", "22003");
  expect(toSqlError(error)).toBe(error);
});
