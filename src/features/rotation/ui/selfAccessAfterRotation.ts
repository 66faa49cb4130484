import * as l10n from "@vscode/l10n";
import { cancellably } from "../../../common/ui/progress.ts";
import { isAccepted, type OwnAccess } from "../../clientCheck/clientCheckMessages.ts";
import { type OwnAccessCheck, ownAccess } from "../../clientCheck/ui/selfAccess.ts";
import { leftInOrganization, type RotationBasis } from "../rotation.ts";
import type { RotatedCertificate } from "../rotationPlan.ts";

/** The same once one of the two certificates of a rotation has taken over from the other in the organization, in sight of the person. @throws Cancelled */
export async function accessAfter(
	check: OwnAccessCheck,
	basis: RotationBasis,
	from: Pick<RotatedCertificate, "id">,
	to: Pick<RotatedCertificate, "id">,
): Promise<OwnAccess> {
	const title = l10n.t("Checking this extension's client certificate…");
	const anchors = leftInOrganization(basis, from.id, to.id);
	return cancellably(title, (signal) => ownAccess(check, anchors, signal));
}

/** Which host is asked does not matter in a rotation: all was read there a moment ago, with the old one active. */
export function chains(access: OwnAccess): boolean {
	return access.kind === "checked" ? access.check.accepted : isAccepted(access);
}
