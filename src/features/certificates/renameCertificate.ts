import type { Certificate } from "../../domain/certificate.ts";
import { isCancelled, isOutcomeUnknown, ProblemError, problemOf } from "../../domain/problem.ts";
import { ORGANIZATION } from "../../domain/scope.ts";
import {
	type OrganizationContext,
	OrganizationSession,
	requireCertificate,
} from "../organization/organizationSession.ts";

/**
 * Renames a certificate if its name is still the shown one.
 * @param request.shown The id and the old name that the user saw.
 * @returns the renamed certificate, also if the answer was lost or the user cancelled too late.
 * @throws ProblemError `changed-meanwhile` if the name differs from `request.shown`; `not-found` if the certificate was
 * deleted (and the list shows this); `change-unknown`; CancelledError if the certificate has its old name
 */
export async function renameCertificate(
	organization: OrganizationContext,
	request: {
		readonly organizationRef: string;
		readonly shown: Pick<Certificate, "id" | "name">;
		readonly name: string;
	},
	signal?: AbortSignal,
): Promise<Certificate> {
	const { organizationRef, shown, name } = request;
	const session = await OrganizationSession.open(organization, organizationRef);
	const found = requireCertificate(await session.certificates(signal), shown.id);
	if (found.name !== shown.name) throw new ProblemError({ reason: "changed-meanwhile" });
	try {
		const renamed = await session.service.rename(found.id, name, signal);
		session.recordWriteEverywhere({ kind: "changed", certificate: renamed, field: "name" });
		return { ...renamed, active: found.active };
	} catch (thrown) {
		const problem = problemOf(thrown);
		const isDeleted = problem?.reason === "not-found";
		if (problem ? !isOutcomeUnknown(problem) && !isDeleted : !isCancelled(thrown)) throw thrown;
		session.recordWriteEverywhere({ kind: "unknown", id: found.id, field: "name" });
		// Read without the signal, because a cancelled caller must know the current state too.
		const { listing } = await session.scope(ORGANIZATION);
		if (isDeleted) throw thrown;
		if (!listing) throw new ProblemError({ reason: "change-unknown", act: "rename" });
		const current = requireCertificate(listing, found.id);
		if (current.name !== name) throw thrown;
		return current;
	}
}
