import * as v from "valibot";
import type { HistoryEvent, HistoryEventType } from "../domain/adminApi.ts";
import { type Certificate, isCertificateId, NO_EXPIRY } from "../domain/certificate.ts";
import { isProjectId, type Project } from "../domain/scope.ts";

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

const projectSchema = v.object({
	object: v.literal("organization.project"),
	id: v.custom<string>(isProjectId),
	name: v.optional(v.nullable(v.string()), null),
	created_at: unixSeconds,
	archived_at: v.fallback(unixSeconds, null),
	status: v.optional(v.nullable(v.string()), null),
});

/** Parses a project; `null` if unreadable. */
export function parseProject(json: unknown): Project | null {
	const { success, output } = v.safeParse(projectSchema, json);
	if (!success) return null;
	const { id, name, created_at: createdAt, archived_at: archivedAt, status } = output;
	return { id, name, createdAt, archived: archivedAt !== null || status === "archived" };
}

/**
 * Returns a parser of the response to an activation or deactivation of these certificates. The parser returns `null`
 * unless the response confirms the requested state of each certificate.
 */
export function activationResponseParser(
	ids: readonly string[],
	active: boolean,
): (json: unknown) => readonly Certificate[] | null {
	return (json) => {
		const { success, output } = v.safeParse(v.object({ data: v.array(v.unknown()) }), json);
		const certificates = success ? output.data.flatMap((entry) => parseCertificate(entry) ?? []) : [];
		const changed = ids.map((id) => certificates.find((certificate) => certificate.id === id));
		return changed.every((certificate) => certificate?.active === active) ? (changed as Certificate[]) : null;
	};
}

/** Returns a parser of the response to a deletion. The parser returns `null` unless it is of this certificate. */
export function deletionResponseParser(id: string): (json: unknown) => true | null {
	const schema = v.object({ object: v.literal("certificate.deleted"), id: v.literal(id) });
	return (json) => (v.is(schema, json) ? true : null);
}

const EVENT_TYPES: Readonly<Record<string, HistoryEventType>> = {
	"certificate.created": "created",
	"certificate.updated": "updated",
	"certificate.deleted": "deleted",
	"certificates.activated": "activated",
	"certificates.deactivated": "deactivated",
};

/** The service's names of the audit log's certificate events. */
export const HISTORY_TYPES = Object.keys(EVENT_TYPES);

const text = v.fallback(v.nullable(v.string()), null);

const userSchema = v.fallback(v.nullable(v.object({ email: text, id: text })), null);

const actorSchema = v.fallback(
	v.nullable(
		v.object({
			session: v.fallback(v.nullable(v.object({ user: userSchema })), null),
			api_key: v.fallback(
				v.nullable(
					v.object({
						id: text,
						user: userSchema,
						service_account: v.fallback(v.nullable(v.object({ id: text })), null),
					}),
				),
				null,
			),
		}),
	),
	null,
);

const eventSchema = v.looseObject({
	id: v.string(),
	type: v.picklist(HISTORY_TYPES),
	effective_at: v.pipe(v.number(), v.integer()),
	project: v.fallback(v.nullable(v.object({ id: v.custom<string>(isProjectId) })), null),
	actor: actorSchema,
});

const certificateIdsSchema = v.union([
	v.pipe(
		v.object({ certificates: v.array(v.object({ id: v.custom<string>(isCertificateId) })) }),
		v.transform(({ certificates }) => certificates.map(({ id }) => id)),
	),
	v.pipe(
		v.object({ id: v.custom<string>(isCertificateId) }),
		v.transform(({ id }) => [id]),
	),
]);

/** Parses one page of the audit log, without unreadable events; `null` if the page itself is unreadable. */
export function parseHistory(json: unknown): readonly HistoryEvent[] | null {
	const page = v.safeParse(v.object({ object: v.literal("list"), data: v.array(v.unknown()) }), json);
	return page.success ? page.output.data.flatMap((entry) => parseEvent(entry) ?? []) : null;
}

function parseEvent(json: unknown): HistoryEvent | null {
	const { success, output } = v.safeParse(eventSchema, json);
	const type = success ? EVENT_TYPES[output.type] : undefined;
	if (!success || !type) return null;
	const ids = v.safeParse(certificateIdsSchema, output[output.type]);
	return {
		id: output.id,
		type,
		at: output.effective_at,
		actor: actorName(output.actor),
		projectId: output.project?.id ?? null,
		certificateIds: ids.success ? ids.output : [],
	};
}

/** Returns the actor's e-mail address, or an id without an address. */
function actorName(actor: v.InferOutput<typeof actorSchema>): string | null {
	const user = actor?.session?.user ?? actor?.api_key?.user;
	return user?.email ?? user?.id ?? actor?.api_key?.service_account?.id ?? actor?.api_key?.id ?? null;
}
