import type { X509Certificate } from "node:crypto";
import { ApiError } from "./apiError.ts";

/**
 * Service behaviour that is undocumented or contradictory. Tests set switches before the start or while the emulator
 * runs. Each default is the most lenient reading of the documentation.
 */
export interface Switches {
	/** The field of an upload that contains the PEM. */
	uploadField: "certificate" | "content";
	/** The error for an upload with the wrong field: about the unknown or about the missing field. */
	uploadComplaint: "unknown" | "missing";
	duplicateCertificates: "accepted" | "refused";
	duplicateNames: "accepted" | "refused";
	leafCertificates: "accepted" | "refused";
	/** The maximum number of certificates in an organization. */
	certificateLimit: number;
	/** The maximum length of a name, in characters. */
	nameLimit: number;
	/** The maximum size of a PEM, in bytes; 16 kB by an older help page. */
	pemLimit: number;
	/** Number of list reads after a write that show the old state; `Infinity`: until `state.endStaleReads()`. */
	staleReads: number;
	/** The effect of an `after` whose id is not in the list, as after a delete. */
	unknownCursor: "refused" | "ignored" | "empty";
	/** True if a certificate that is active in the organization counts as active in a project's list. */
	projectListInherits: boolean;
	/** True if a project's list includes certificates that are not active in the project. */
	projectListInactive: boolean;
	/** True if an activation in the organization blocks admin calls without a client certificate. */
	lockOut: boolean;
	/** True if the mtls host serves admin paths. */
	adminOnMtlsHost: boolean;
	/** The CEL filter of an active certificate, as a function: false rejects the client certificate that chains to it. */
	celFilter: (activeId: string, client: X509Certificate) => boolean;
	/** True if OpenAI's verifier of client certificates fails. */
	verifierFails: boolean;
	/** True if each response names the organization in the `openai-organization` header. */
	namesOrganization: boolean;
	/** The error for a key without a required permission. */
	missingPermission: { status: 401 | 403; shape: "object" | "text" };
	/** Status and code of each refusal. */
	refusals: Record<Refusal, { status: number; code: string | null }>;
}

export type Refusal =
	| "certificateInvalid"
	| "certificateExpired"
	| "certificateInUse"
	| "certificateLimit"
	| "duplicateCertificate"
	| "duplicateName"
	| "nameTooLong"
	| "clientCertificateMissing"
	/** The client certificate has no authority key identifier, or cannot be decoded. */
	| "clientCertificateInvalid"
	/** The client certificate reaches no active certificate. */
	| "clientCertificateUnverified"
	/** The CEL filter rejects the client certificate. */
	| "clientCertificateFiltered"
	| "verifierFailed";

export function defaultSwitches(): Switches {
	return {
		uploadField: "certificate",
		uploadComplaint: "unknown",
		duplicateCertificates: "accepted",
		duplicateNames: "accepted",
		leafCertificates: "accepted",
		certificateLimit: 50,
		nameLimit: Number.POSITIVE_INFINITY,
		pemLimit: Number.POSITIVE_INFINITY,
		staleReads: 0,
		unknownCursor: "refused",
		projectListInherits: false,
		projectListInactive: true,
		lockOut: false,
		adminOnMtlsHost: true,
		celFilter: () => true,
		verifierFails: false,
		namesOrganization: true,
		missingPermission: { status: 403, shape: "object" },
		refusals: {
			certificateInvalid: { status: 400, code: "mtls_certificate_invalid" },
			certificateExpired: { status: 400, code: "expired_certificate" },
			certificateInUse: { status: 400, code: "certificate_in_use" },
			certificateLimit: { status: 400, code: null },
			duplicateCertificate: { status: 400, code: null },
			duplicateName: { status: 400, code: null },
			nameTooLong: { status: 400, code: "string_above_max_length" },
			// Seen live with 401. The statuses of the next three are not documented.
			clientCertificateMissing: { status: 401, code: "certificate_required" },
			clientCertificateInvalid: { status: 401, code: "invalid_certificate" },
			clientCertificateUnverified: { status: 401, code: "certificate_verification_failed" },
			clientCertificateFiltered: { status: 401, code: "certificate_attribute_verification_failed" },
			verifierFailed: { status: 503, code: "authentication_temporarily_unavailable" },
		},
	};
}

/** Creates a refusal's error, with status and code from the switches. */
export function createRefusal(
	switches: Switches,
	kind: Refusal,
	message: string,
	param: string | null = null,
): ApiError {
	const { status, code } = switches.refusals[kind];
	return new ApiError(status, message, { code, param });
}
