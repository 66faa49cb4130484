import { createHash } from "node:crypto";
import type { Connection } from "../domain/connection.ts";

/** OpenAI's own hosts, its regional and mTLS hosts included: all of them serve the same organizations. */
const OPENAI = /^https:\/\/(?:[a-z-]+\.)?api\.openai\.com$/;

const HASH = "[0-9a-f]{64}";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** What `organizationRef` returns, as part of a pattern. */
export const ORGANIZATION_REF = `(?:${HASH}|${UUID})`;

/**
 * Names an organization in what is written down about it: by a hash of what the service calls it, so that each key, window
 * and browser of this computer finds the same records; elsewhere than at OpenAI the origin counts too. Where the service does
 * not name it, the connection's own random id stands for it.
 */
export function organizationRef({
	id,
	origin,
	organization,
}: Pick<Connection, "id" | "origin" | "organization">): string {
	if (organization === null) return id;
	const place = OPENAI.test(origin) ? "" : origin;
	return createHash("sha256")
		.update(JSON.stringify([place, organization]))
		.digest("hex");
}

/** Whether a record's organization was named: then only one and the same name means it. */
export function isNamed(ref: string): boolean {
	return new RegExp(`^${HASH}$`).test(ref);
}

/** Whether a record is about an organization, or about one that was not named, which may be the same. */
export function mayBeOf(record: { readonly organizationRef: string }, ref: string): boolean {
	return record.organizationRef === ref || !isNamed(record.organizationRef);
}
