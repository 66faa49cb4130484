import type { DecodedCertificate } from "../certificate.ts";
import { isSignedBy } from "../signature.ts";

/** Limits the work on a file that allows very many paths. A real file needs a few. */
const MAX_CHECKS = 120;

/** True if an issuer's key made a signature; `null` if this runtime can't check; `cut` if the limit is reached. */
export type SignatureCheck = (certificate: DecodedCertificate, issuer: DecodedCertificate) => boolean | null | "cut";

/** Returns a check that remembers its results, because many paths share certificates, and certificates share keys. */
export function signatureChecks(): SignatureCheck {
	const results = new Map<DecodedCertificate, Map<string, boolean | null>>();
	let count = 0;
	return (certificate, { raw }) => {
		const key = Buffer.from(raw.publicKey.encoded).toString("latin1");
		const known = results.get(certificate) ?? new Map<string, boolean | null>();
		results.set(certificate, known);
		const result = known.get(key);
		if (result !== undefined) return result;
		if (count++ >= MAX_CHECKS) return "cut";
		const signed = isSignedBy(certificate.raw, raw.publicKey);
		known.set(key, signed);
		return signed;
	};
}
