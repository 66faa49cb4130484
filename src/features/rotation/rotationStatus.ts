import { isNamed, mayBeOf } from "../../common/organizationRef.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { ProjectStore } from "../organization/projectStore.ts";
import { rotationStage } from "./rotation.ts";
import type { RotatedCertificate, RotationPlan } from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";
import type { RotationRole } from "./rotationStatusMessages.ts";

/** What tells how rotations stand. */
export interface RotationSources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly plans: RotationPlanStore;
}

type PlanSources = Pick<RotationSources, "certificates" | "plans">;

/**
 * The rotations that are not over, of the organization in use: also of one that was not named, if the old certificate is in
 * the list.
 */
export function plansInUse({ certificates, plans }: PlanSources): readonly RotationPlan[] {
	const { organizationRef: ref } = certificates;
	const ids = certificates.state.listing?.certificates.map(({ id }) => id) ?? [];
	const isListed = ({ old }: RotationPlan) => ids.includes(old.id);
	return plans.known.filter((plan) => plan.organizationRef === ref || (ref && mayBeOf(plan, ref) && isListed(plan)));
}

/** Those of organizations that were not named, which are none of the one in use by its list. */
export function unplacedPlans({ certificates, plans }: PlanSources): readonly RotationPlan[] {
	if (!certificates.state.listing) return [];
	const inUse = plansInUse({ certificates, plans });
	return plans.known.filter((plan) => !isNamed(plan.organizationRef) && !inUse.includes(plan));
}

/** The parts that a certificate has in them, by what was read last. */
export function rolesOf(sources: RotationSources, certificateId: string): readonly RotationRole[] {
	const { certificates, projects } = sources;
	const { listing } = certificates.state;
	const now = (planned: RotatedCertificate) => listing?.certificates.find(({ id }) => id === planned.id) ?? planned;
	return plansInUse(sources).flatMap((plan): RotationRole[] => {
		const { old, next } = plan;
		if (old.id !== certificateId && next.id !== certificateId) return [];
		const [ofOld, ofNext] = [old, next].map(({ id }) => projects.whereActive(id, listing));
		const stage = ofOld && ofNext ? rotationStage(plan, ofOld, ofNext) : "unknown";
		return old.id === certificateId
			? [{ part: "old", stage, plan, other: now(next) }]
			: [{ part: "next", stage, plan, other: now(old) }];
	});
}
