import { randomBytes } from "node:crypto";
import type { OpenAI } from "openai";

type ClientEvent = OpenAI.Admin.Organization.AuditLogListResponse;

export type EventType =
	| "certificate.created"
	| "certificate.updated"
	| "certificate.deleted"
	| "certificates.activated"
	| "certificates.deactivated";

/** Who did something: an admin key, or a person in the dashboard. */
export type Actor = { readonly keyId: string } | "dashboard";

/** One entry of the history, as the service sends it and OpenAI's client types it. */
export type AuditEvent = Readonly<Pick<ClientEvent, "id" | "type" | "effective_at" | "project" | "actor" | EventType>>;

interface Named {
	readonly id: string;
	readonly name: string | null;
	readonly pem: string;
}

/** The organization's history: an entry for each change of a certificate. */
export class AuditLog {
	readonly events: AuditEvent[] = [];
	readonly #subjects = new WeakMap<AuditEvent, ReadonlySet<string>>();

	/** @param at Unix seconds. */
	add(
		type: EventType,
		certificates: readonly Named[],
		at: number,
		actor: Actor,
		project?: { readonly id: string; readonly name: string },
	): void {
		const event: AuditEvent = {
			id: `audit_log-${randomBytes(12).toString("hex")}`,
			type,
			effective_at: at,
			...(project === undefined ? {} : { project: { id: project.id, name: project.name } }),
			actor: describe(actor),
			...detailsOf(type, certificates),
		};
		this.#subjects.set(event, new Set(certificates.map(({ id }) => id)));
		this.events.push(event);
	}

	/** The events of these types on these certificates, oldest first; without a list: all. */
	find(types?: readonly string[], certificateIds?: readonly string[]): AuditEvent[] {
		return this.events.filter((event) => {
			const subjects = this.#subjects.get(event);
			return (
				(types === undefined || types.includes(event.type)) &&
				(certificateIds === undefined || certificateIds.some((id) => subjects?.has(id)))
			);
		});
	}
}

function detailsOf(type: EventType, certificates: readonly Named[]): Pick<ClientEvent, EventType> {
	const named = certificates.map(({ id, name }) => ({ id, ...(name === null ? {} : { name }) }));
	const [first] = named;
	switch (type) {
		case "certificate.created":
			return { [type]: { ...first } };
		case "certificate.updated":
			return { [type]: { ...first } };
		case "certificate.deleted":
			return { [type]: { ...first, certificate: certificates[0]?.pem ?? "" } };
		case "certificates.activated":
			return { [type]: { certificates: named } };
		case "certificates.deactivated":
			return { [type]: { certificates: named } };
	}
}

function describe(actor: Actor): NonNullable<ClientEvent["actor"]> {
	const user = { id: "user-emulator", email: "someone@example.test" };
	if (actor === "dashboard") return { type: "session", session: { user, ip_address: "127.0.0.1" } };
	return { type: "api_key", api_key: { id: actor.keyId, type: "user", user } };
}
