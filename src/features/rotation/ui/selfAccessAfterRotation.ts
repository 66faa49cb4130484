import * as l10n from "@vscode/l10n";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { isAccepted, type SelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess, type SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import { leftInOrganization, type RotationSnapshot } from "../rotation.ts";
import type { RotatedCertificate } from "../rotationPlan.ts";

/** The same once one of the two certificates of a rotation has taken over from the other in the organization, in sight of the person. @throws Cancelled */
export async function accessAfter(
	check: SelfAccessDeps,
	basis: RotationSnapshot,
	from: Pick<RotatedCertificate, "id">,
	to: Pick<RotatedCertificate, "id">,
): Promise<SelfAccess> {
	const title = l10n.t("Checking this extension's client certificate…");
	const anchors = leftInOrganization(basis, from.id, to.id);
	return withCancellableProgress(title, (signal) => checkSelfAccess(check, anchors, signal));
}

/** Which host is asked does not matter in a rotation: all was read there a moment ago, with the old one active. */
export function chains(access: SelfAccess): boolean {
	return access.kind === "checked" ? access.check.accepted : isAccepted(access);
}
