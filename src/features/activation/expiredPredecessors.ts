import type { CertificateWithContent } from "../../common/messages/certificateMessages.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { hasSameSubjectAndKey } from "../../domain/certificateContent.ts";
import type { Scope } from "../../domain/scope.ts";
import { type CertificateStore, tryGetContent } from "../organization/certificateStore.ts";
import type { ProjectStore } from "../organization/projectStore.ts";

/** An expired certificate that is active beside its renewal, which has the same subject and key. */
export interface ExpiredPredecessor {
	readonly expired: Certificate;
	readonly renewal: Certificate;
}

/**
 * Finds expired certificates that are still active where their renewal was just activated. Which of the two OpenAI
 * selects is not documented. Reads only the contents of expired certificates, and skips unreadable ones.
 * @param activated The activated certificates, with their contents.
 * @param scopes Where they were activated.
 * @param now Unix seconds.
 */
export async function findExpiredPredecessors(
	{ certificates, projects }: { readonly certificates: CertificateStore; readonly projects: ProjectStore },
	activated: readonly CertificateWithContent[],
	scopes: readonly Scope[],
	now: number,
): Promise<readonly ExpiredPredecessor[]> {
	const { listing } = certificates.state;
	const isActiveThere = (id: string) => {
		const where = projects.findActiveScopes(id, listing);
		const isIn = (scope: Scope) =>
			where.organization === true ||
			where.projects.some(({ project }) => scope.kind === "organization" || project.id === scope.id);
		return scopes.some(isIn);
	};
	const expired = (listing?.certificates ?? []).filter(
		({ id, expiresAt }) => expiresAt !== null && expiresAt <= now && isActiveThere(id),
	);
	const found = expired.map(async (each): Promise<ExpiredPredecessor[]> => {
		const content = await tryGetContent(each.id, certificates);
		const renewal = activated.find(
			(other) => other.certificate.id !== each.id && hasSameSubjectAndKey(content, other.content),
		);
		return renewal ? [{ expired: each, renewal: renewal.certificate }] : [];
	});
	return (await Promise.all(found)).flat();
}
