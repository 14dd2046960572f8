const HSTS = "max-age=31536000; includeSubDomains";
/** What no page of ours needs, so that no widget of a third party can ask for it either. */
const NO_FEATURES = [
  "accelerometer",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "hid",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickey-credentials-get",
  "screen-wake-lock",
  "serial",
  "usb",
  "xr-spatial-tracking",
]
  .map((feature) => `${feature}=()`)
  .join(", ");

/**
 * Headers of every answer, of the API as of Node-RED's pages; names in lower case.
 *
 * @param isSecure PUBLIC_URL is `https:`
 */
export function securityHeaders(isSecure: boolean): Readonly<Record<string, string>> {
  return {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": NO_FEATURES,
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    ...(isSecure ? { "strict-transport-security": HSTS } : {}),
  };
}
