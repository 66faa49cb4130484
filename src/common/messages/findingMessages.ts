import * as l10n from "@vscode/l10n";
import type { Finding } from "../../domain/certificateFile.ts";
import { currentLocale } from "../text/locale.ts";
import { sanitize } from "../text/sanitize.ts";
import { formatDateTime, formatExpiry } from "./dates.ts";

/** Describes a finding in one or two sentences: the fact, its effect, and what to do. */
export function describeFinding(finding: Finding): string {
	switch (finding.code) {
		// Dates
		case "expired":
			return l10n.t("It {0}: the service refuses it. Upload its successor.", formatExpiry(-finding.seconds, 0));
		case "expires-within-a-day":
			return l10n.t(
				"It {0}: the service refuses certificates with less than a day left. Upload its successor.",
				formatExpiry(finding.seconds, 0),
			);
		case "expires-soon":
			return l10n.t("It {0}: then its clients are refused. Get its successor ready.", formatExpiry(finding.seconds, 0));
		case "not-yet-valid":
			return l10n.t("It is not valid yet, so its clients are refused until it is. Check its first day.");
		case "no-expiry":
			return l10n.t("It has no expiry, so no one will be reminded to replace it.");
		case "dates-reversed":
			return l10n.t("It ends before it begins, so it is never valid. Ask your CA for another one.");
		case "unreadable-date":
			return l10n.t("One of its dates is no date, so others may refuse to read it. Ask your CA for another one.");
		case "date-encoding":
			return l10n.t("One of its dates is written wrongly, so others may refuse to read it. Tell your CA.");
		case "clock-differs":
			return l10n.t(
				"This computer's clock and the service's differ by {0}, so it may look expired and not be. Set the clock right.",
				formatDuration(finding.seconds),
			);

		// Certificates of the organization
		case "limit-reached":
			return l10n.t(
				"The organization holds {0} certificates, which is all it can: OpenAI refuses another one. Delete one first.",
				finding.count,
			);
		case "already-uploaded":
			return l10n.t(
				"The same certificate is uploaded already, as “{0}” ({1}). Uploading it again makes a second one.",
				sanitize(finding.name ?? ""),
				finding.id,
			);
		case "maybe-uploaded":
			return l10n.t(
				"An upload of this certificate, as “{0}”, is unconfirmed since {1}. OpenAI didn't name its organization: if it's this one, another upload might create a duplicate.",
				sanitize(finding.name),
				formatDateTime(finding.at),
			);
		case "name-in-use":
			return l10n.t(
				"Another certificate has this name already ({0}). Both can be told apart by their ids only.",
				finding.id,
			);
		case "renewal":
			return l10n.t("It renews the certificate with this name ({0}): same subject, same key.", finding.id);
		case "not-compared":
			return l10n.t(
				"Not all certificates of the organization could be read, so it may be uploaded already. Look for it in the list.",
			);
		case "unsaved":
			return l10n.t("It is the text of an open editor, which is not saved. The file on the disk may be another one.");

		// Signer
		case "damaged":
			return l10n.t("It is damaged: its own signature does not fit, so it is of no use. Get it from its source again.");
		case "signature-not-checked":
			return l10n.t("Its signature was not checked: this computer does not know the algorithm. Damage would not show.");
		case "root":
			return l10n.t("A root: it signed itself.");
		case "intermediate":
			return l10n.t("An intermediate: some software needs the root. If clients are refused, upload the root.");
		case "key-rollover":
			return l10n.t(
				"Its subject and issuer are the same, but it names another key as its signer: an intermediate from a change of keys, not a root. Clients may be refused; upload the root.",
			);
		case "public-ca":
			return l10n.t(
				"A public web CA: anyone can get a certificate from it, and would be let in. Upload a CA of your own.",
			);
		case "public-intermediate":
			return l10n.t(
				"An intermediate of a public web CA: anyone can get a certificate from it, and would be let in. Upload a CA of your own.",
			);

		// Extensions
		case "not-a-ca":
			return l10n.t(
				"It is not a CA; it looks like a client certificate. Usually one uploads the CA certificate that issued it.",
			);
		case "no-basic-constraints":
			return l10n.t(
				"It does not say that it is a CA; it looks like a client certificate. Usually one uploads the CA certificate that issued it.",
			);
		case "version-1":
			return l10n.t(
				"An X.509 version 1 certificate: it cannot say that it is a CA, and some software refuses it as one.",
			);
		case "no-certificate-sign":
			return l10n.t(
				"Its key usage lacks Certificate Sign, so certificates that it signed may be refused. Ask your CA.",
			);
		case "no-crl-sign":
			return l10n.t("Its key usage lacks CRL Sign, so it cannot revoke what it signed. Ask your CA if that is meant.");
		case "no-client-authentication":
			return l10n.t(
				"Its extended key usage leaves out client authentication, so its clients may be refused. Ask your CA for one that allows it.",
			);
		case "any-usage-only":
			return l10n.t(
				"Its extended key usage allows any use, but does not name client authentication; some software wants it named.",
			);
		case "unknown-critical-extension":
			return l10n.t(
				"Its extension {0} is critical and not widely known, so most software refuses it. Ask your CA.",
				sanitize(finding.oid),
			);
		case "duplicate-extension":
			return l10n.t("Its extension {0} stands twice, so others refuse to read it. Ask your CA.", sanitize(finding.oid));
		case "unreadable-extension":
			return l10n.t("Its extension {0} is broken, so others refuse to read it. Ask your CA.", sanitize(finding.oid));
		case "directory-name-constraint":
			return l10n.t(
				"It only allows certain subject names, and must be obeyed in that: clients with other names are refused, and some software refuses all. Check that your clients' names fit.",
			);
		case "name-constraints":
			return l10n.t(
				"It only allows certain names: clients with others are refused. Check that your clients' names fit.",
			);
		case "path-length":
			return l10n.t("Intermediates allowed between it and a client certificate: {0}.", finding.length);
		case "no-subject-key-identifier":
			return l10n.t(
				"It has no subject key identifier, so some software may not find it. Ask your CA if clients are refused.",
			);
		case "no-authority-key-identifier":
			return finding.level === "info"
				? l10n.t("It has no authority key identifier, which a root does not need.")
				: l10n.t("It has no authority key identifier, so some software may not find its issuer.");
		case "authority-key-identifier-without-key":
			return l10n.t("Its authority key identifier names no key, so some software may not find its issuer.");

		// Key, signature and encoding
		case "rsa-under-1024":
			return l10n.t(
				"Its RSA key has {0} bits: easily broken, and widely refused. Use one of at least 2048.",
				finding.bits,
			);
		case "rsa-under-2048":
			return l10n.t("Its RSA key has {0} bits: weak, and refused by some. Use one of at least 2048.", finding.bits);
		case "bad-rsa-exponent":
			return l10n.t(
				"Its RSA exponent is 1 or even, so others refuse to read it, and it protects nothing. Ask your CA.",
			);
		case "key-support-unknown":
			return l10n.t(
				"It is not known whether the service takes this kind of key ({0}). RSA and P-256 are safe.",
				sanitize(finding.key),
			);
		case "weak-signature":
			return finding.level === "info"
				? l10n.t("It is signed with {0}, which does not matter on a root.", finding.hash)
				: l10n.t("It is signed with {0}, which can be forged and is refused by some. Ask your CA.", finding.hash);
		case "ed25519":
			return l10n.t("An Ed25519 key, which older software does not know.");
		case "pss-signature":
			return l10n.t("Signed with RSASSA-PSS, which older software does not know.");
		case "negative-serial":
			return l10n.t("Its serial number is negative, so others refuse to read it. Ask your CA.");
		case "empty-subject":
			return l10n.t("Its subject is empty, so others refuse it as a CA. Ask your CA.");
		case "not-der":
			return l10n.t("It is written in BER, not DER, so others refuse to read it. Ask your CA for it in DER.");
		case "over-16-kb":
			return l10n.t("It is larger than 16 kB, which the service may refuse. It can be tried.");

		// Other file content
		case "private-key-in-file":
			if (!isOne(finding.count))
				return finding.line === null
					? l10n.t("The file also contains {0} private keys. They aren't sent.", finding.count)
					: l10n.t(
							"The file also contains {0} private keys, the first on line {1}. They aren't sent.",
							finding.count,
							finding.line,
						);
			return finding.line === null
				? l10n.t("The file also contains a private key. It isn't sent.")
				: l10n.t("The file also contains a private key, on line {0}. It isn't sent.", finding.line);
		case "bytes-follow":
			return isOne(finding.bytes)
				? l10n.t("{0} byte follows the certificate and is not sent.", finding.bytes)
				: l10n.t("{0} bytes follow the certificate and are not sent.", finding.bytes);
		case "unreadable-block":
			if (finding.line === null)
				return isOne(finding.count)
					? l10n.t("A certificate in the file is unreadable and is left out.")
					: l10n.t("{0} certificates in the file are unreadable and are left out.", finding.count);
			return isOne(finding.count)
				? l10n.t("Block {0} on line {1} is unreadable and is left out.", finding.block, finding.line)
				: l10n.t(
						"{2} blocks are unreadable and are left out, the first of which is block {0} on line {1}.",
						finding.block,
						finding.line,
						finding.count,
					);
	}
}

function isOne(count: number): boolean {
	return new Intl.PluralRules(currentLocale()).select(count) === "one";
}

/** Formats a duration in its largest unit, rounded down. */
function formatDuration(seconds: number): string {
	const [unit, length] = seconds >= 172_800 ? ["day", 86_400] : seconds >= 7200 ? ["hour", 3600] : ["minute", 60];
	const style = { style: "unit", unit, unitDisplay: "long" } as const;
	return new Intl.NumberFormat(currentLocale(), style).format(Math.floor(seconds / length));
}
