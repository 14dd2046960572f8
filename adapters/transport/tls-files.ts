import { constants, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { AppError } from "../../domain/errors.ts";

/** PEM files: the certificate with its chain, and its key without a password. */
export type TlsFiles = { readonly certFile: string; readonly keyFile: string };

/** A pair that belongs together, ready for a server. */
export type TlsPair = {
  readonly options: SecureContextOptions;
  readonly certificate: X509Certificate;
  /** The texts of both files: equal when nothing changed. */
  readonly text: string;
};

/** Keys of 128 bits of strength (NIST SP 800-57 part 1, table 2): RSA of this size, and curves of 256 bits. */
const LEAST_RSA_BITS = 3_072;
const STRONG_CURVES = ["prime256v1", "secp384r1", "secp521r1"];

/**
 * TLS 1.2 and 1.3, forward secrecy and authenticated encryption only (Mozilla's intermediate profile without finite-field
 * Diffie-Hellman). A client cannot renegotiate: it would cost the server a hundred times what it costs him.
 */
const STRONG: SecureContextOptions = {
  minVersion: "TLSv1.2",
  ciphers: [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":"),
  honorCipherOrder: true,
  ecdhCurve: "X25519:prime256v1:secp384r1",
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

/** @throws {AppError} `config.invalid` that names the file and what is wrong with it */
export function readTlsFiles({ certFile, keyFile }: TlsFiles): TlsPair {
  const cert = readText("TLS_CERT_FILE", certFile);
  const key = readText("TLS_KEY_FILE", keyFile);
  const certificate = certificateIn(cert, certFile);
  const privateKey = keyIn(key, keyFile);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw wrong(`TLS_KEY_FILE: the key in "${keyFile}" does not belong to the first certificate in "${certFile}"`);
  }
  refuseWeakKey(privateKey);
  const options = { ...STRONG, cert, key };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw wrong(`TLS_CERT_FILE: "${certFile}" cannot be used`, cause);
  }
  return { options, certificate, text: cert + key };
}

/** What an operator should hear about a certificate that works, but not for long or not for everybody; empty when all is well. */
export function certificateRemarks(certificate: X509Certificate, hostname: string, nowMs: number): string[] {
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - nowMs) / 86_400_000);
  const remarks: string[] = [];
  if (daysLeft < 0) remarks.push(`the certificate ended on ${certificate.validTo}: browsers refuse it`);
  else if (daysLeft < 14) remarks.push(`the certificate ends in ${daysLeft} days, on ${certificate.validTo}`);
  if (Date.parse(certificate.validFrom) > nowMs) remarks.push(`the certificate begins on ${certificate.validFrom}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  const isNamed = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (isNamed === undefined) remarks.push("the certificate does not name the host of PUBLIC_URL");
  return remarks;
}

function refuseWeakKey({ asymmetricKeyDetails: { modulusLength, namedCurve } = {} }: KeyObject): void {
  const better = `; at least ${LEAST_RSA_BITS} are needed, or an EC key (openssl ecparam -genkey -noout -name prime256v1)`;
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS) {
    throw wrong(`TLS_KEY_FILE: an RSA key of ${modulusLength} bits is too short${better}`);
  }
  if (namedCurve !== undefined && !STRONG_CURVES.includes(namedCurve)) {
    throw wrong(`TLS_KEY_FILE: the curve ${namedCurve} is not one of ${STRONG_CURVES.join(", ")}`);
  }
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw wrong(`${name}: cannot read "${file}"`, cause);
  }
}

function certificateIn(text: string, file: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw wrong(`TLS_CERT_FILE: "${file}" holds no certificate in PEM form`, cause);
  }
}

function keyIn(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw wrong(`TLS_KEY_FILE: "${file}" holds no private key in PEM form, or one with a password`, cause);
  }
}

function wrong(message: string, cause?: unknown): AppError {
  return new AppError("config.invalid", message, { cause });
}
