import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatUtcDay } from "../../common/messages/dates.ts";
import { labels } from "../../common/messages/labels.ts";
import { formatKeyDetails, formatShortFingerprint } from "../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { type TrustAnchor, validityOf } from "./rotationPlan.ts";

/** Compares two certificates, a line for each fact: the old certificate's value, then the new certificate's. */
export function comparisonLines(old: TrustAnchor, next: TrustAnchor): readonly string[] {
	const line = (label: string, one: string, other: string) =>
		one === other ? l10n.t("{0}: {1} (both)", label, one) : l10n.t("{0}: {1} → {2}", label, one, other);
	const dates = (anchor: TrustAnchor) => {
		const day = (at: number | null) => (at === null ? labels.unknown : formatUtcDay(at));
		const { from, until } = validityOf(anchor);
		return l10n.t("{0} to {1} (UTC)", day(from), day(until));
	};
	const valid = line(l10n.t("Valid"), dates(old), dates(next));
	const unread = [old, next].filter(({ content }) => !content);
	const [one, other] = [old.content, next.content];
	if (!one || !other)
		return [
			valid,
			...unread.map(({ certificate }) =>
				l10n.t("Couldn't read “{0}”, so only the dates are compared.", formatCertificateName(certificate)),
			),
		];
	const text = (of: (content: ParsedCertificate) => string): [string, string] => [of(one), of(other)];
	const subjects = text(({ subject }) => sanitize(subject) || l10n.t("(empty)"));
	const issuers = text(({ issuer }) => sanitize(issuer) || l10n.t("(empty)"));
	const [key, otherKey] = text(formatKeyDetails);
	return [
		line(l10n.t("Subject"), ...subjects),
		line(l10n.t("Issuer"), ...issuers),
		one.publicKeySha256 === other.publicKeySha256
			? l10n.t("Key: {0} (same key)", key)
			: l10n.t("Key: {0} → {1} (different keys)", key, otherKey),
		valid,
		line(l10n.t("SHA-256 fingerprint"), ...text(({ sha256 }) => formatShortFingerprint(sha256))),
	];
}
