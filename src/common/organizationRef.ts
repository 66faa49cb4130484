import { createHash } from "node:crypto";
import type { Connection } from "../domain/connection.ts";

/** OpenAI's own hosts, its regional and mTLS hosts included: all of them serve the same organizations. */
const OPENAI = /^https:\/\/(?:[a-z-]+\.)?api\.openai\.com$/;

const HASH = "[0-9a-f]{64}";
const NAMED = new RegExp(`^${HASH}$`);
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** What `organizationRef` returns, as part of a pattern. */
export const ORGANIZATION_REF = `(?:${HASH}|${UUID})`;

/**
 * Names an organization in records. The name is a hash of the service's own name for it, so that each key, window and browser
 * on this computer finds the same records. At hosts other than OpenAI's the hash includes the origin. If the service names no
 * organization, the name is the connection's random id.
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
	return NAMED.test(ref);
}

/** Whether a record is about an organization, or about one that was not named, which may be the same. */
export function mayBeOf(record: { readonly organizationRef: string }, ref: string): boolean {
	return record.organizationRef === ref || !isNamed(record.organizationRef);
}
