import * as v from "valibot";
import { type Certificate, isCertificateId, NO_EXPIRY } from "../domain/certificate.ts";

export const unixSeconds = v.optional(
	v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(NO_EXPIRY))),
	null,
);

const id = v.custom<string>(isCertificateId);

/** A certificate in the response to any operation. Some operations omit `active` and the details. */
const certificateSchema = v.object({
	object: v.picklist(["certificate", "organization.certificate", "organization.project.certificate"]),
	id,
	name: v.optional(v.nullable(v.string()), null),
	created_at: unixSeconds,
	certificate_details: v.optional(v.object({ valid_at: unixSeconds, expires_at: unixSeconds }), {
		valid_at: null,
		expires_at: null,
	}),
	active: v.optional(v.boolean()),
});

const { name, certificate_details: details } = certificateSchema.entries;
const anySeconds = v.fallback(unixSeconds, null);

/** The response to an upload. The id is sufficient proof of success, so other invalid fields are ignored. */
const uploadedSchema = v.object({
	id,
	name: v.fallback(name, null),
	created_at: anySeconds,
	certificate_details: v.fallback(v.object({ valid_at: anySeconds, expires_at: anySeconds }), v.getDefault(details)),
});

const pageSchema = v.object({
	object: v.literal("list"),
	data: v.array(v.unknown()),
	// The last entry can be unreadable. Its invalid id must not make the page unreadable.
	last_id: v.fallback(v.nullable(id), null),
	has_more: v.boolean(),
});

/** One page of a list, with unparsed entries. */
export interface Page {
	readonly entries: readonly unknown[];
	readonly lastId: string | null;
	readonly hasMore: boolean;
}

/** Parses a certificate; `null` if unreadable. */
export function parseCertificate(json: unknown): Certificate | null {
	const { success, output } = v.safeParse(certificateSchema, json);
	return success ? toCertificate(output, output.active) : null;
}

/**
 * Parses the response to an upload; `null` only without a valid id. Other unreadable fields are `null`. The response
 * has no `active`, but the result is inactive, because an upload never activates.
 */
export function parseUploadResponse(json: unknown): Certificate | null {
	const { success, output } = v.safeParse(uploadedSchema, json);
	return success ? toCertificate(output, false) : null;
}

function toCertificate(parsed: v.InferOutput<typeof uploadedSchema>, active: boolean | undefined): Certificate {
	const { id, name, created_at: createdAt, certificate_details: details } = parsed;
	return { id, name, createdAt, validAt: details.valid_at, expiresAt: details.expires_at, active };
}

const contentSchema = v.object({
	certificate_details: v.object({ content: v.optional(v.nullable(v.string()), null) }),
});

export interface CertificateContent {
	/** PEM, or `null` if the response has none. */
	readonly pem: string | null;
}

/** Parses the response with a certificate's content; `null` if the response is not a certificate. */
export function parseContent(json: unknown): CertificateContent | null {
	const { success, output } = v.safeParse(contentSchema, json);
	return success ? { pem: output.certificate_details.content } : null;
}

/** Parses a page of a list; `null` if unreadable. */
export function parsePage(json: unknown): Page | null {
	const { success, output } = v.safeParse(pageSchema, json);
	return success ? { entries: output.data, lastId: output.last_id, hasMore: output.has_more } : null;
}
