import { randomBytes } from "node:crypto";
import type { OpenAI } from "openai";

type ClientEvent = OpenAI.Admin.Organization.AuditLogListResponse;

export type AuditEventType =
	| "certificate.created"
	| "certificate.updated"
	| "certificate.deleted"
	| "certificates.activated"
	| "certificates.deactivated";

/** The author of a change: an admin key, or a person in the dashboard. */
export type Actor = { readonly keyId: string } | "dashboard";

/** An entry of the audit log in the service's format, with OpenAI's client types. */
export type AuditEvent = Readonly<
	Pick<ClientEvent, "id" | "type" | "effective_at" | "project" | "actor" | AuditEventType>
>;

interface CertificateSummary {
	readonly id: string;
	readonly name: string | null;
	readonly pem: string;
}

/** The organization's audit log: an entry for each change of a certificate. */
export class AuditLog {
	readonly events: AuditEvent[] = [];
	readonly #certificateIds = new WeakMap<AuditEvent, ReadonlySet<string>>();

	/** @param at Unix seconds. */
	add(
		type: AuditEventType,
		certificates: readonly CertificateSummary[],
		at: number,
		actor: Actor,
		project?: { readonly id: string; readonly name: string },
	): void {
		const event: AuditEvent = {
			id: `audit_log-${randomBytes(12).toString("hex")}`,
			type,
			effective_at: at,
			...(project === undefined ? {} : { project: { id: project.id, name: project.name } }),
			actor: actorField(actor),
			...eventDetails(type, certificates),
		};
		this.#certificateIds.set(event, new Set(certificates.map(({ id }) => id)));
		this.events.push(event);
	}

	/** Returns events by type and certificate, oldest first. An omitted filter matches all events. */
	find(types?: readonly string[], certificateIds?: readonly string[]): AuditEvent[] {
		return this.events.filter((event) => {
			const ids = this.#certificateIds.get(event);
			return (
				(types === undefined || types.includes(event.type)) &&
				(certificateIds === undefined || certificateIds.some((id) => ids?.has(id)))
			);
		});
	}
}

function eventDetails(
	type: AuditEventType,
	certificates: readonly CertificateSummary[],
): Pick<ClientEvent, AuditEventType> {
	const summaries = certificates.map(({ id, name }) => ({ id, ...(name === null ? {} : { name }) }));
	const [first] = summaries;
	switch (type) {
		case "certificate.created":
			return { [type]: { ...first } };
		case "certificate.updated":
			return { [type]: { ...first } };
		case "certificate.deleted":
			return { [type]: { ...first, certificate: certificates[0]?.pem ?? "" } };
		case "certificates.activated":
			return { [type]: { certificates: summaries } };
		case "certificates.deactivated":
			return { [type]: { certificates: summaries } };
	}
}

function actorField(actor: Actor): NonNullable<ClientEvent["actor"]> {
	const user = { id: "user-emulator", email: "someone@example.test" };
	if (actor === "dashboard") return { type: "session", session: { user, ip_address: "127.0.0.1" } };
	return { type: "api_key", api_key: { id: actor.keyId, type: "user", user } };
}
