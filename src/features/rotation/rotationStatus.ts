import { isNamedOrganization, mayBelongTo } from "../../common/organizationRef.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { ProjectStore } from "../organization/projectStore.ts";
import { rotationStage } from "./rotation.ts";
import type { RotatedCertificate, RotationPlan } from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";
import type { RotationRole } from "./rotationStatusMessages.ts";

export interface RotationSources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly plans: RotationPlanStore;
}

type PlanSources = Pick<RotationSources, "certificates" | "plans">;

/**
 * Returns the unfinished rotations of the current organization. Includes plans of an unnamed organization if the old
 * certificate is listed.
 */
export function plansInUse({ certificates, plans }: PlanSources): readonly RotationPlan[] {
	const { organizationRef: ref } = certificates;
	const ids = certificates.state.listing?.certificates.map(({ id }) => id) ?? [];
	const isListed = ({ old }: RotationPlan) => ids.includes(old.id);
	return plans.known.filter(
		(plan) => plan.organizationRef === ref || (ref && mayBelongTo(plan, ref) && isListed(plan)),
	);
}

/** Returns the plans of unnamed organizations that `plansInUse` excludes; none without a list. */
export function unplacedPlans({ certificates, plans }: PlanSources): readonly RotationPlan[] {
	if (!certificates.state.listing) return [];
	const current = plansInUse({ certificates, plans });
	return plans.known.filter((plan) => !isNamedOrganization(plan.organizationRef) && !current.includes(plan));
}

/** Returns a certificate's roles in the unfinished rotations, by the last read. */
export function rolesOf(sources: RotationSources, certificateId: string): readonly RotationRole[] {
	const { certificates, projects } = sources;
	const { listing } = certificates.state;
	const current = (planned: RotatedCertificate) => listing?.certificates.find(({ id }) => id === planned.id) ?? planned;
	return plansInUse(sources).flatMap((plan): RotationRole[] => {
		const { old, next } = plan;
		if (old.id !== certificateId && next.id !== certificateId) return [];
		const [ofOld, ofNext] = [old, next].map(({ id }) => projects.findActiveScopes(id, listing));
		const stage = ofOld && ofNext ? rotationStage(plan, ofOld, ofNext) : "unknown";
		return old.id === certificateId
			? [{ part: "old", stage, plan, other: current(next) }]
			: [{ part: "next", stage, plan, other: current(old) }];
	});
}
