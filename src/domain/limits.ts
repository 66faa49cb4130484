/** Maximum number of certificates per organization (API guide, "Mutual TLS"). */
export const CERTIFICATE_LIMIT = 50;

/** Maximum file size: 1 MiB, about 500 certificates. */
export const MAX_FILE_BYTES = 1_048_576;

/** This extension's own limit, in code points. The service documents none. */
export const MAX_NAME_LENGTH = 200;

/** Maximum number of certificates that one call activates or deactivates (API reference). */
export const MAX_PER_CALL = 10;
