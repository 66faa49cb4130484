import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { keepsAccess, type SelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess, type SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import { activeAfterSwitchover, type RotationSnapshot } from "../rotation.ts";
import type { RotatedCertificate } from "../rotationPlan.ts";
import { rotationProgressLabels } from "../rotationProgressMessages.ts";

/** Runs `checkSelfAccess` with progress, as if `to` had replaced `from` in the organization. @throws CancelledError */
export async function checkSelfAccessAfter(
	deps: SelfAccessDeps,
	snapshot: RotationSnapshot,
	from: Pick<RotatedCertificate, "id">,
	to: Pick<RotatedCertificate, "id">,
): Promise<SelfAccess> {
	const title = rotationProgressLabels.checkingClientCertificate;
	const anchors = activeAfterSwitchover(snapshot, from.id, to.id);
	return withCancellableProgress(title, (signal) => checkSelfAccess(deps, anchors, signal));
}

/** True if this extension's calls would be accepted. Ignores the host, which just answered with the old certificate active. */
export function isChainAccepted(access: SelfAccess): boolean {
	return access.kind === "checked" ? access.check.verdict === "accepted" : keepsAccess(access);
}
