import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { CertificateListing } from "../../domain/certificate.ts";
import { hasSameSubjectAndKey } from "../../domain/certificateContent.ts";
import type { Finding, ParsedCertificate } from "../../domain/certificateFile.ts";
import { CERTIFICATE_LIMIT } from "../../domain/limits.ts";
import { type CertificateStore, tryGetContent } from "../organization/certificateStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

/** Returns a finding if the organization has reached its limit of certificates. */
export function limitFindings({ certificates }: CertificateListing): readonly Finding[] {
	const count = certificates.length;
	return count < CERTIFICATE_LIMIT ? [] : [{ code: "limit-reached", level: "strong", count }];
}

/**
 * Finds uploaded certificates with the same DER, under any name. Fetches only contents whose listed dates match or are
 * missing.
 * @param service Overrides the store's connection.
 * @throws CancelledError
 */
export async function duplicateFindings(
	candidate: Pick<ParsedCertificate, "sha256" | "notBefore" | "notAfter">,
	listing: CertificateListing,
	certificates: CertificateStore,
	signal: AbortSignal,
	service?: CertificatesApi,
): Promise<readonly Finding[]> {
	const knownIds = new Set(certificates.findByFingerprint(candidate.sha256).map(({ id }) => id));
	const possible = listing.certificates.filter(
		({ id, validAt, expiresAt }) =>
			knownIds.has(id) ||
			((validAt === null || validAt === candidate.notBefore) &&
				(expiresAt === null || expiresAt === candidate.notAfter)),
	);
	const fingerprints = await Promise.all(
		possible.map(async ({ id }) =>
			knownIds.has(id) ? candidate.sha256 : ((await tryGetContent(id, certificates, signal, service))?.sha256 ?? null),
		),
	);
	const findings = possible.flatMap(({ id, name }, index): Finding[] =>
		fingerprints[index] === candidate.sha256 ? [{ code: "already-uploaded", level: "strong", id, name }] : [],
	);
	const isIncomplete = !listing.complete || listing.unreadable > 0 || fingerprints.includes(null);
	return isIncomplete ? [...findings, { code: "not-compared", level: "warn" }] : findings;
}

/**
 * Returns a finding for each unconfirmed upload of the certificate that may have gone to this organization.
 * @param unconfirmed As in `UploadService`.
 * @param sha256 As in `ParsedCertificate`.
 */
export function maybeUploadedFindings(
	unconfirmed: readonly { readonly pending: UploadAttempt; readonly unplaced: boolean }[],
	sha256: string,
): readonly Finding[] {
	return unconfirmed
		.filter(({ pending, unplaced }) => unplaced && pending.sha256 === sha256)
		.map(({ pending }) => ({ code: "maybe-uploaded", level: "strong", name: pending.name, at: pending.startedAt }));
}

/**
 * Classifies each certificate that already has the name: a renewal if subject and key match, else a name conflict.
 * @throws CancelledError
 */
export async function nameFindings(
	candidate: ParsedCertificate,
	name: string,
	listing: CertificateListing,
	certificates: CertificateStore,
	signal: AbortSignal,
): Promise<readonly Finding[]> {
	const sameName = listing.certificates.filter((certificate) => certificate.name === name);
	const findings = await Promise.all(
		sameName.map(async ({ id }): Promise<Finding[]> => {
			const content = await tryGetContent(id, certificates, signal);
			// `duplicateFindings` reports identical certificates.
			if (content?.sha256 === candidate.sha256) return [];
			const isRenewal = hasSameSubjectAndKey(content, candidate);
			return [isRenewal ? { code: "renewal", level: "info", id } : { code: "name-in-use", level: "warn", id }];
		}),
	);
	return findings.flat();
}
