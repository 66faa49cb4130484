import * as v from "valibot";
import { type Certificate, isCertificateId, NO_EXPIRY } from "../domain/certificate.ts";

export const unixSeconds = v.optional(
	v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(NO_EXPIRY))),
	null,
);

const id = v.custom<string>(isCertificateId);

/** A certificate in any of its shapes: `active` and the details are absent where the operation does not tell them. */
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

/** A certificate that was just stored: with its id that is certain, whatever else the answer says. */
const uploadedSchema = v.object({
	id,
	name: v.fallback(name, null),
	created_at: anySeconds,
	certificate_details: v.fallback(v.object({ valid_at: anySeconds, expires_at: anySeconds }), v.getDefault(details)),
});

const pageSchema = v.object({
	object: v.literal("list"),
	data: v.array(v.unknown()),
	// An entry that cannot be read may be the last one: no reason to lose the page.
	last_id: v.fallback(v.nullable(id), null),
	has_more: v.boolean(),
});

/** One page of a list, its entries unread. */
export interface Page {
	readonly entries: readonly unknown[];
	readonly lastId: string | null;
	readonly hasMore: boolean;
}

/** A certificate as the service sent it, or `null` where it cannot be read. */
export function parseCertificate(json: unknown): Certificate | null {
	const { success, output } = v.safeParse(certificateSchema, json);
	return success ? toCertificate(output, output.active) : null;
}

/**
 * The answer to an upload: an upload never activates, though the answer does not tell. What cannot be read of it is not
 * known; `null` only where it has no id.
 */
export function parseUploaded(json: unknown): Certificate | null {
	const { success, output } = v.safeParse(uploadedSchema, json);
	return success ? toCertificate(output, false) : null;
}

function toCertificate(read: v.InferOutput<typeof uploadedSchema>, active: boolean | undefined): Certificate {
	const { id, name, created_at: createdAt, certificate_details: details } = read;
	return { id, name, createdAt, validAt: details.valid_at, expiresAt: details.expires_at, active };
}

const contentSchema = v.object({
	certificate_details: v.object({ content: v.optional(v.nullable(v.string()), null) }),
});

/** What a certificate holds. */
export interface CertificateContent {
	/** PEM, or `null` where the answer has none. */
	readonly pem: string | null;
}

/** The content of a certificate that was asked for with it, or `null` where the answer is no certificate. */
export function parseContent(json: unknown): CertificateContent | null {
	const { success, output } = v.safeParse(contentSchema, json);
	return success ? { pem: output.certificate_details.content } : null;
}

/** A page of a list, or `null` where it is none. */
export function parsePage(json: unknown): Page | null {
	const { success, output } = v.safeParse(pageSchema, json);
	return success ? { entries: output.data, lastId: output.last_id, hasMore: output.has_more } : null;
}
