import { createHash } from "node:crypto";
import type { Connection } from "../domain/connection.ts";
import { isOpenaiOrigin } from "../domain/openaiHosts.ts";

const HASH = "[0-9a-f]{64}";
const NAMED_REF = new RegExp(`^${HASH}$`);
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** Regular expression source that matches the results of `organizationRef`. */
export const ORGANIZATION_REF = `(?:${HASH}|${UUID})`;

/**
 * Returns an organization's name in records: a hash of the service's name, so that each key, window and browser on this
 * computer finds the same records. At hosts other than OpenAI's the hash includes the origin. If the service names no
 * organization, returns the connection's random id.
 */
export function organizationRef({
	id,
	origin,
	organization,
}: Pick<Connection, "id" | "origin" | "organization">): string {
	if (organization === null) return id;
	const originPart = isOpenaiOrigin(origin) ? "" : origin;
	return createHash("sha256")
		.update(JSON.stringify([originPart, organization]))
		.digest("hex");
}

/** True if the service named a record's organization. Then only an equal reference means the same organization. */
export function isNamedOrganization(ref: string): boolean {
	return NAMED_REF.test(ref);
}

/** True if a record belongs to an organization, or to an unnamed organization, which may be the same. */
export function mayBelongTo(record: { readonly organizationRef: string }, ref: string): boolean {
	return record.organizationRef === ref || !isNamedOrganization(record.organizationRef);
}
