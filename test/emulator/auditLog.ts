import { randomBytes } from "node:crypto";

export type EventType =
	| "certificate.created"
	| "certificate.updated"
	| "certificate.deleted"
	| "certificates.activated"
	| "certificates.deactivated";

/** Who did something: an admin key, or a person in the dashboard. */
export type Actor = { readonly keyId: string } | "dashboard";

/** One entry of the history, as the service sends it. */
export interface AuditEvent {
	readonly id: string;
	readonly type: EventType;
	/** Unix seconds. */
	readonly effective_at: number;
	readonly [detail: string]: unknown;
}

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
			[type]: detailsOf(type, certificates),
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

function detailsOf(type: EventType, certificates: readonly Named[]): unknown {
	const named = certificates.map(({ id, name }) => ({ id, ...(name === null ? {} : { name }) }));
	if (type === "certificates.activated" || type === "certificates.deactivated") return { certificates: named };
	return type === "certificate.deleted" ? { ...named[0], certificate: certificates[0]?.pem } : named[0];
}

function describe(actor: Actor): unknown {
	const user = { id: "user-emulator", email: "someone@example.test" };
	if (actor === "dashboard") return { type: "session", session: { user, ip_address: "127.0.0.1" } };
	return { type: "api_key", api_key: { id: actor.keyId, type: "user", user } };
}
