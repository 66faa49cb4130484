import type { Certificate } from "../../domain/certificate.ts";
import { isCancelled, isOutcomeUnknown, ProblemError, problemOf } from "../../domain/problem.ts";
import { ORGANIZATION } from "../../domain/scope.ts";
import {
	type OrganizationContext,
	OrganizationSession,
	requireCertificate,
} from "../organization/organizationSession.ts";

/**
 * Gives a certificate another name.
 * @param request.shown As the person saw it.
 * @returns the certificate as it is now, also where the answer was lost or the person cancelled too late.
 * @throws Failure `changed-meanwhile` where it has another name by now than the person saw; `not-found` where it is gone
 * (the list shows it by then); `change-unknown`; Cancelled where it has its old name
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
		const isGone = problem?.reason === "not-found";
		if (problem ? !isOutcomeUnknown(problem) && !isGone : !isCancelled(thrown)) throw thrown;
		session.recordWriteEverywhere({ kind: "unknown", id: found.id, field: "name" });
		// Without the signal: also who cancelled has to know how it is now.
		const { listing } = await session.scope(ORGANIZATION);
		if (isGone) throw thrown;
		if (!listing) throw new ProblemError({ reason: "change-unknown", act: "rename" });
		const now = requireCertificate(listing, found.id);
		if (now.name !== name) throw thrown;
		return now;
	}
}
