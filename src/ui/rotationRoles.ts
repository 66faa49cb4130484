import type { Certificates } from "../application/certificates.ts";
import type { Projects } from "../application/projects.ts";
import { rotationStage } from "../application/rotation.ts";
import type { RotationPlans } from "../application/rotationPlans.ts";
import type { RotatedCertificate, RotationPlan } from "../domain/rotation.ts";
import type { RotationRole } from "./words/rotationRoles.ts";

/** What tells how rotations stand. */
export interface RotationSources {
	readonly certificates: Certificates;
	readonly projects: Projects;
	readonly plans: RotationPlans;
}

/** The rotations of the connection in use that are not over. */
export function plansInUse({
	certificates,
	plans,
}: Pick<RotationSources, "certificates" | "plans">): readonly RotationPlan[] {
	return plans.known.filter(({ connectionId }) => connectionId === certificates.connectionId);
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
