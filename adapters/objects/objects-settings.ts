import { z } from "zod";
import { AppError } from "../../domain/errors.ts";
import type { S3Settings } from "./s3-store.ts";

const MOST_SPOOL_MB = 100_000_000;

/** What the environment says of the bucket of recordings. */
export const OBJECTS_ENVIRONMENT = {
  RECORDINGS_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must look like https://s3.example.com" })
    .refine((text) => URL.parse(text)?.href === `${URL.parse(text)?.origin}/`, "must have no path, name or query")
    .optional(),
  RECORDINGS_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of a bucket: 3 to 63 of a-z, 0-9, - and .")
    .refine((text) => !text.includes(".."), "must be the name of a bucket: no two dots")
    .optional(),
  RECORDINGS_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, "must look like us-east-1")
    .default("us-east-1"),
  RECORDINGS_S3_ACCESS_KEY: z.string().min(1).max(256).optional(),
  RECORDINGS_S3_SECRET_KEY: z.string().min(1).max(256).optional(),
  RECORDINGS_SPOOL_MB: z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from 100 to ${MOST_SPOOL_MB}`)
    .transform(Number)
    .refine((value) => value >= 100 && value <= MOST_SPOOL_MB, `must be a whole number from 100 to ${MOST_SPOOL_MB}`)
    .default(20_480),
};

/** A bucket, and how much may wait on the disk before it is there, MiB. */
export type ObjectsConfig = S3Settings & { readonly spoolMb: number };

const Environment = z.object(OBJECTS_ENVIRONMENT);

/** @returns null without a bucket @throws {AppError} `config.invalid` for half of one */
export function objectsFrom(env: z.infer<typeof Environment>): ObjectsConfig | null {
  const given = {
    RECORDINGS_S3_ENDPOINT: env.RECORDINGS_S3_ENDPOINT,
    RECORDINGS_S3_BUCKET: env.RECORDINGS_S3_BUCKET,
    RECORDINGS_S3_ACCESS_KEY: env.RECORDINGS_S3_ACCESS_KEY,
    RECORDINGS_S3_SECRET_KEY: env.RECORDINGS_S3_SECRET_KEY,
  };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === Object.keys(given).length) return null;
  if (missing.length > 0)
    throw new AppError("config.invalid", `${missing[0]}: required with the others of RECORDINGS_S3_…`);
  return {
    endpoint: new URL(given.RECORDINGS_S3_ENDPOINT ?? "").origin,
    bucket: given.RECORDINGS_S3_BUCKET ?? "",
    region: env.RECORDINGS_S3_REGION,
    accessKey: given.RECORDINGS_S3_ACCESS_KEY ?? "",
    secretKey: given.RECORDINGS_S3_SECRET_KEY ?? "",
    spoolMb: env.RECORDINGS_SPOOL_MB,
  };
}
