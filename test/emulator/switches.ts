import { ApiError } from "./apiError.ts";

/**
 * What no source states about the service, and what differs between its sources. Tests set what they need, before the
 * start or while the emulator runs; each default is the mildest reading.
 */
export interface Switches {
	/** The field of an upload that holds the PEM. */
	uploadField: "certificate" | "content";
	/** Which of two complaints an upload with the wrong field gets: the unknown field or the missing one. */
	uploadComplaint: "unknown" | "missing";
	duplicateCertificates: "accepted" | "refused";
	duplicateNames: "accepted" | "refused";
	leafCertificates: "accepted" | "refused";
	/** The most certificates an organization can hold. */
	certificateLimit: number;
	/** The longest name, in characters. */
	nameLimit: number;
	/** The longest PEM, in bytes; 16 kB by an older help page. */
	pemLimit: number;
	/** How many reads of a list after a write still show what was before it; `Infinity`: until `state.settle()`. */
	staleReads: number;
	/** What `after` does when it names nothing in the list, as after a delete. */
	unknownCursor: "refused" | "ignored" | "empty";
	/** Whether a certificate that is active in the organization counts as active in a project's list. */
	projectListInherits: boolean;
	/** Whether a project's list holds certificates that are not active there. */
	projectListInactive: boolean;
	/** Whether an activation in the organization shuts admin calls out that present no certificate. */
	lockOut: boolean;
	/** Whether the mtls host answers admin paths. */
	adminOnMtlsHost: boolean;
	/** Whether each answer names the organization, in the `openai-organization` header. */
	namesOrganization: boolean;
	/** How a key is refused that lacks a permission. */
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
	| "clientCertificateMissing";

export function usualSwitches(): Switches {
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
			clientCertificateMissing: { status: 401, code: null },
		},
	};
}

/** Words a refusal with the status and code that the switches give it. */
export function refusal(switches: Switches, which: Refusal, message: string, param: string | null = null): ApiError {
	const { status, code } = switches.refusals[which];
	return new ApiError(status, message, { code, param });
}
