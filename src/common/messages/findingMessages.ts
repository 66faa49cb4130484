import * as l10n from "@vscode/l10n";
import type { Finding } from "../../domain/certificateFile.ts";
import { CERTIFICATE_LIMIT } from "../../domain/limits.ts";
import { isOne } from "../text/counts.ts";
import { currentLocale } from "../text/locale.ts";
import { sanitize } from "../text/sanitize.ts";
import { formatDateTime, formatRelativeTime } from "./dates.ts";

/** Describes a finding in one or two sentences: the fact, its effect, and what to do. */
export function describeFinding(finding: Finding): string {
	switch (finding.code) {
		// Dates
		case "expired":
			return l10n.t(
				"Expired {0}. OpenAI rejects expired certificates. Upload its replacement.",
				formatRelativeTime(-finding.seconds),
			);
		case "expires-within-a-day":
			return l10n.t(
				"Expires {0}. OpenAI rejects certificates with less than a day left. Upload its replacement.",
				formatRelativeTime(finding.seconds),
			);
		case "expires-soon":
			return l10n.t(
				"Expires {0}. After that, OpenAI might reject its clients. Prepare a replacement.",
				formatRelativeTime(finding.seconds),
			);
		case "not-yet-valid":
			return l10n.t("Not valid yet. OpenAI might reject its clients until it is. Check the start date.");
		case "no-expiry":
			return l10n.t("Never expires, so you won't be reminded to replace it.");
		case "dates-reversed":
			return l10n.t("Expires before it becomes valid. Ask your CA for a new certificate.");
		case "unreadable-date":
			return l10n.t("Contains an invalid date, so other software might reject it. Ask your CA for a new certificate.");
		case "date-encoding":
			return l10n.t("A date isn't encoded as the standard requires, so other software might reject it. Tell your CA.");
		case "clock-differs":
			return l10n.t(
				"This computer's clock differs from OpenAI's by {0}, so the expiry might be judged wrongly. Correct the clock.",
				formatDuration(finding.seconds),
			);

		// Certificates of the organization
		case "limit-reached":
			return l10n.t(
				"The organization already has {0} certificates; OpenAI's documented maximum is {1}. The upload might be rejected. Delete a certificate first.",
				finding.count,
				CERTIFICATE_LIMIT,
			);
		case "already-uploaded":
			return l10n.t(
				"Already uploaded as “{0}” ({1}). Uploading it again might create a duplicate.",
				sanitize(finding.name ?? ""),
				finding.id,
			);
		case "maybe-uploaded":
			return l10n.t(
				"An upload of this certificate, as “{0}”, has been unconfirmed since {1}. OpenAI didn't name the organization: if it was this organization, uploading again might create a duplicate.",
				sanitize(finding.name),
				formatDateTime(finding.at),
			);
		case "name-in-use":
			return l10n.t("Another certificate ({0}) already has this name. You can tell them apart only by ID.", finding.id);
		case "renewal":
			return l10n.t("Renewal of the certificate {0}, which already has this name: same subject and key.", finding.id);
		case "not-compared":
			return l10n.t(
				"Couldn't compare with every certificate in the organization, so this one might already be uploaded. Check the list.",
			);
		case "unsaved":
			return l10n.t("Unsaved text from an open editor. The file on disk might be different.");

		// Signer
		case "damaged":
			return l10n.t("Damaged: its self-signature doesn't verify. Get the file from its source again.");
		case "signature-not-checked":
			return l10n.t(
				"Signature not checked: VS Code's crypto library doesn't support the algorithm. Damage wouldn't be detected.",
			);
		case "root":
			return l10n.t("Root CA (self-signed).");
		case "intermediate":
			return l10n.t(
				"Intermediate CA. Some validators need the root. If clients are rejected, upload the root; then every CA under it is trusted, too.",
			);
		case "key-rollover":
			return l10n.t(
				"Subject and issuer match, but the certificate names another key as its signer: a key-rollover certificate, not a root. Clients might be rejected; upload the root.",
			);
		case "public-ca":
			return l10n.t(
				"Public web CA: anyone can get a certificate from it, so it doesn't restrict who connects. Upload your own CA.",
			);
		case "public-intermediate":
			return l10n.t(
				"Intermediate of a public web CA: anyone can get a certificate from it, so it doesn't restrict who connects. Upload your own CA.",
			);

		// Extensions
		case "not-a-ca":
			return l10n.t(
				"Not a CA certificate, but probably a client or server certificate. You usually upload the CA certificate that it chains to.",
			);
		case "no-basic-constraints":
			if (finding.selfSigned)
				return l10n.t(
					"Self-signed, but not marked as a CA, so clients that chain to it might be rejected. If it's your CA certificate, create it again with basic constraints.",
				);
			return l10n.t(
				"Not marked as a CA; probably a client or server certificate. You usually upload the CA certificate that it chains to.",
			);
		case "version-1":
			return l10n.t("X.509 version 1: it can't be marked as a CA, and some software rejects it as one.");
		case "no-certificate-sign":
			return l10n.t(
				"Key usage lacks Certificate Sign, so certificates that this CA issued might be rejected. Ask your CA for a new certificate.",
			);
		case "no-crl-sign":
			return l10n.t(
				"Key usage lacks CRL Sign, so its key can't sign revocation lists. Ask your CA whether that's intended.",
			);
		case "no-key-usage":
			return l10n.t(
				"No key usage, which some software requires in a CA certificate. If clients are rejected, ask your CA for one with Certificate Sign and CRL Sign.",
			);
		case "key-usage-not-critical":
			return l10n.t("Key usage isn't marked as critical. The standard recommends that, but doesn't require it.");
		case "basic-constraints-not-critical":
			return l10n.t(
				"Basic constraints aren't marked as critical, so some software rejects this CA. If clients are rejected, ask your CA for a new certificate.",
			);
		case "no-client-authentication":
			return l10n.t(
				"Extended key usage doesn't include client authentication, so clients might be rejected. Ask your CA for a certificate that allows it.",
			);
		case "any-usage-only":
			return l10n.t(
				"Extended key usage allows any purpose but doesn't name client authentication, which some software requires.",
			);
		case "unknown-critical-extension":
			return l10n.t(
				"Critical extension {0} isn't widely supported, so most software rejects this certificate. Ask your CA for one without it.",
				sanitize(finding.oid),
			);
		case "duplicate-extension":
			return l10n.t(
				"Extension {0} appears twice, so other software rejects this certificate. Ask your CA for a new certificate.",
				sanitize(finding.oid),
			);
		case "unreadable-extension":
			return l10n.t(
				"Extension {0} is malformed, so other software rejects this certificate. Ask your CA for a new certificate.",
				sanitize(finding.oid),
			);
		case "directory-name-constraint":
			return l10n.t(
				"Critical name constraints on directory names: clients with other subject names are rejected, and some software rejects all. Check your clients' names.",
			);
		case "name-constraints":
			return l10n.t(
				"Name constraints: clients with other names should be rejected, but validators differ. Check your clients' names.",
			);
		case "name-constraints-not-critical":
			return l10n.t(
				"Name constraints aren't marked as critical, so some software might ignore them and accept clients with other names. To keep those out, set a CEL filter.",
			);
		case "path-length":
			return l10n.t("Path length constraint: at most {0} intermediate CAs below this one.", finding.length);
		case "no-subject-key-identifier":
			return l10n.t(
				"No subject key identifier, so some validators can't match this CA to the certificates it issued. If clients are rejected, ask your CA.",
			);
		case "no-authority-key-identifier":
			return finding.level === "info"
				? l10n.t("No authority key identifier; a root doesn't need one.")
				: l10n.t("No authority key identifier, so some validators might not find its issuer.");
		case "authority-key-identifier-without-key":
			return l10n.t("Authority key identifier has no key ID, so some validators might not find its issuer.");

		// Key, signature and encoding
		case "rsa-under-1024":
			return l10n.t("{0}-bit RSA key: easy to break and widely rejected. Use at least 2048 bits.", finding.bits);
		case "rsa-under-2048":
			return l10n.t("{0}-bit RSA key: weak, and rejected by some software. Use at least 2048 bits.", finding.bits);
		case "bad-rsa-exponent":
			return l10n.t(
				"RSA exponent is 1 or even: the key is insecure, and other software rejects it. Ask your CA for a certificate with a new key.",
			);
		case "key-support-unknown":
			return l10n.t(
				"OpenAI might not support this key type ({0}). RSA and P-256 are safer choices.",
				sanitize(finding.key),
			);
		case "weak-signature":
			return finding.level === "info"
				? l10n.t("Signed with {0}; that doesn't matter for a root.", finding.hash)
				: l10n.t(
						"Signed with {0}, which is no longer secure and is rejected by some software. Ask your CA for a new certificate.",
						finding.hash,
					);
		case "ed25519":
			return l10n.t("Ed25519 key; older software doesn't support it.");
		case "pss-signature":
			return l10n.t("RSASSA-PSS signature; older software doesn't support it.");
		case "negative-serial":
			return l10n.t("Negative serial number, which other software rejects. Ask your CA for a new certificate.");
		case "empty-subject":
			return l10n.t("Empty subject, which other software rejects for a CA. Ask your CA for a new certificate.");
		case "not-der":
			return l10n.t("Encoded as BER instead of DER, which other software rejects. Ask your CA for DER.");
		case "over-16-kb":
			return l10n.t("Larger than 16 kB. OpenAI might reject it, but you can try.");

		// Other file content
		case "private-key-in-file":
			if (!isOne(finding.count))
				return finding.line === null
					? l10n.t("The file also contains {0} private keys. They won't be sent.", finding.count)
					: l10n.t(
							"The file also contains {0} private keys (the first on line {1}). They won't be sent.",
							finding.count,
							finding.line,
						);
			return finding.line === null
				? l10n.t("The file also contains a private key. It won't be sent.")
				: l10n.t("The file also contains a private key (line {0}). It won't be sent.", finding.line);
		case "bytes-follow":
			return isOne(finding.bytes)
				? l10n.t("{0} byte after the certificate won't be sent.", finding.bytes)
				: l10n.t("{0} bytes after the certificate won't be sent.", finding.bytes);
		case "unreadable-block":
			if (finding.line === null)
				return isOne(finding.count)
					? l10n.t("A certificate in the file can't be read and is skipped.")
					: l10n.t("{0} certificates in the file can't be read and are skipped.", finding.count);
			return isOne(finding.count)
				? l10n.t("Block {0} (line {1}) can't be read and is skipped.", finding.block, finding.line)
				: l10n.t(
						"{2} blocks can't be read and are skipped, starting with block {0} (line {1}).",
						finding.block,
						finding.line,
						finding.count,
					);
	}
}

/** Formats a duration, rounded down: in days from two days up, in hours from two hours up, else in minutes. */
export function formatDuration(seconds: number): string {
	const [unit, length] = seconds >= 172_800 ? ["day", 86_400] : seconds >= 7200 ? ["hour", 3600] : ["minute", 60];
	const style = { style: "unit", unit, unitDisplay: "long" } as const;
	return new Intl.NumberFormat(currentLocale(), style).format(Math.floor(seconds / length));
}
