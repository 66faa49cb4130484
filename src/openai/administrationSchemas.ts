import * as v from "valibot";
import type { HistoryEvent, HistoryEventType } from "../domain/administration.ts";
import { type Certificate, isCertificateId } from "../domain/certificate.ts";
import { isProjectId, type Project } from "../domain/scope.ts";
import { parseCertificate, unixSeconds } from "./schemas.ts";

const projectSchema = v.object({
	object: v.literal("organization.project"),
	id: v.custom<string>(isProjectId),
	name: v.optional(v.nullable(v.string()), null),
	created_at: unixSeconds,
	archived_at: v.fallback(unixSeconds, null),
	status: v.optional(v.nullable(v.string()), null),
});

/** A project as the service lists it, or `null` where it cannot be read. */
export function parseProject(json: unknown): Project | null {
	const { success, output } = v.safeParse(projectSchema, json);
	if (!success) return null;
	const { id, name, created_at: createdAt, archived_at: archivedAt, status } = output;
	return { id, name, createdAt, archived: archivedAt !== null || status === "archived" };
}

/**
 * The answer to an activation or a deactivation of these certificates.
 * @returns what parses it: `null` where it does not say of each of them that it is in that state.
 */
export function activationResponseParser(
	ids: readonly string[],
	active: boolean,
): (json: unknown) => readonly Certificate[] | null {
	return (json) => {
		const { success, output } = v.safeParse(v.object({ data: v.array(v.unknown()) }), json);
		const certificates = success ? output.data.flatMap((entry) => parseCertificate(entry) ?? []) : [];
		const told = ids.map((id) => certificates.find((certificate) => certificate.id === id));
		return told.every((certificate) => certificate?.active === active) ? (told as Certificate[]) : null;
	};
}

/** The answer to a deletion: whether it is of this certificate. */
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

/** The events of the audit log that are about certificates, as the service names them. */
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

const subjectsSchema = v.union([
	v.pipe(
		v.object({ certificates: v.array(v.object({ id: v.custom<string>(isCertificateId) })) }),
		v.transform(({ certificates }) => certificates.map(({ id }) => id)),
	),
	v.pipe(
		v.object({ id: v.custom<string>(isCertificateId) }),
		v.transform(({ id }) => [id]),
	),
]);

/** One page of the audit log; what cannot be read of it is left out. `null` where it is no such page. */
export function parseHistory(json: unknown): readonly HistoryEvent[] | null {
	const page = v.safeParse(v.object({ object: v.literal("list"), data: v.array(v.unknown()) }), json);
	return page.success ? page.output.data.flatMap((entry) => parseEvent(entry) ?? []) : null;
}

function parseEvent(json: unknown): HistoryEvent | null {
	const { success, output } = v.safeParse(eventSchema, json);
	const type = success ? EVENT_TYPES[output.type] : undefined;
	if (!success || !type) return null;
	const subjects = v.safeParse(subjectsSchema, output[output.type]);
	return {
		id: output.id,
		type,
		at: output.effective_at,
		actor: actorName(output.actor),
		projectId: output.project?.id ?? null,
		certificateIds: subjects.success ? subjects.output : [],
	};
}

/** An address where there is one, else an id of whoever it was. */
function actorName(actor: v.InferOutput<typeof actorSchema>): string | null {
	const user = actor?.session?.user ?? actor?.api_key?.user;
	return user?.email ?? user?.id ?? actor?.api_key?.service_account?.id ?? actor?.api_key?.id ?? null;
}
