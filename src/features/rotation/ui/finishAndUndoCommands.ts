import { type ScopeSummary, summarizeScopesOf } from "../../../common/messages/scopes.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { describeSelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess } from "../../clientCheck/ui/selfAccess.ts";
import type { ClientImpact } from "../../clientImpact/clientImpact.ts";
import { clientImpactLabels } from "../../clientImpact/clientImpactMessages.ts";
import { readClientImpact } from "../../clientImpact/ui/clientImpactPrompt.ts";
import { projectNameById, requireConnection } from "../../organization/ui/commandContext.ts";
import { type EndRequest, type FinishRequest, finishRotation, undoRotation } from "../finishOrUndoRotation.ts";
import { findStepIssues, type RotationScope, type RotationSnapshot, type UndoStep, undoStep } from "../rotation.ts";
import type { RotatedCertificate, RotationPlan } from "../rotationPlan.ts";
import { rotationProgressLabels } from "../rotationProgressMessages.ts";
import type { RotationResult } from "../rotationResult.ts";
import { describeRotationResult, isEnded, type RotationEnd } from "../rotationResultMessages.ts";
import { confirmFinish, confirmUndo, refuseLockOut } from "./rotationPrompts.ts";
import { checkSelfAccessAfter, isChainAccepted } from "./selfAccessAfterRotation.ts";
import { type RotationCommandDeps, readPlan, readSnapshotWithProgress } from "./startRotationCommand.ts";

/** The state before a rotation ends. */
interface EndState {
	readonly snapshot: RotationSnapshot;
	readonly plan: RotationPlan;
	readonly old: Certificate;
	/** With its current name. */
	readonly next: RotatedCertificate;
	readonly summarize: (scopes: readonly RotationScope[]) => ScopeSummary;
}

/** Deactivates a rotation's old certificate, and deletes it on request. @throws ProblemError; CancelledError */
export async function finishRotating(deps: RotationCommandDeps, certificate: Certificate): Promise<void> {
	await runEnd(deps, certificate, async (changed) => {
		const { snapshot, old, next, summarize } = await readEndState(deps, certificate, "finish");
		const active = snapshot.scopes.filter((each) => each.old === "active");
		const access = snapshot.activeInOrganization.includes(old.id)
			? await requireAccess(deps, snapshot, old, next)
			: null;
		const clients = await readImpact(deps, snapshot, active);
		const deleteOld = await confirmFinish(deps, {
			...{ old, next, access, clients, changed },
			...{ scopes: summarize(active), missing: summarize(active.filter((each) => !each.next)) },
		});
		const title = rotationProgressLabels.finishing;
		const request: FinishRequest = { confirmed: snapshot, deleteOld, hasSelfAccess: selfAccessCheck(deps) };
		const result = await withCancellableProgress(title, (signal) => finishRotation(deps.rotations, request, signal));
		return { end: { step: "finish", deleteOld, from: old, to: next }, result };
	});
}

/** Returns the effect of a finish on the known clients. @param active Where the old certificate is deactivated. */
async function readImpact(
	deps: RotationCommandDeps,
	{ organizationRef, old, next }: RotationSnapshot,
	active: readonly RotationScope[],
): Promise<ClientImpact | null> {
	const removal = {
		ids: [old.certificate.id],
		scopes: active.map(({ scope }) => scope),
		next: next?.certificate ?? null,
	};
	return withCancellableProgress(clientImpactLabels.checking, (signal) =>
		readClientImpact(deps, organizationRef, removal, signal),
	);
}

/** Undoes an unfinished rotation. @throws ProblemError; CancelledError */
export async function undoRotating(deps: RotationCommandDeps, certificate: Certificate): Promise<void> {
	await runEnd(deps, certificate, async (changed) => {
		const { snapshot, plan, old, next, summarize } = await readEndState(deps, certificate, "undo");
		const scopesWith = (...steps: readonly UndoStep[]) =>
			snapshot.scopes.filter((each) => steps.includes(undoStep(each, plan)));
		const deactivated = scopesWith("switch-back");
		const isInOrganization = deactivated.some(({ scope }) => scope.kind === "organization");
		const access = isInOrganization ? await requireAccess(deps, snapshot, next, old) : null;
		await confirmUndo({
			...{ old, next, access, changed },
			scopes: summarize(deactivated),
			kept: summarize(scopesWith("keep-both", "reactivate-old")),
			reactivated: summarize(scopesWith("switch-back", "reactivate-old").filter((each) => each.old === "inactive")),
		});
		const title = rotationProgressLabels.undoing;
		const request: EndRequest = { confirmed: snapshot, hasSelfAccess: selfAccessCheck(deps) };
		const result = await withCancellableProgress(title, (signal) => undoRotation(deps.rotations, request, signal));
		return { end: { step: "undo", deleteOld: false, from: next, to: old }, result };
	});
}

/** Runs a finish or undo and shows its result; a complete one only in the rows and the status bar. */
async function runEnd(
	deps: RotationCommandDeps,
	certificate: Certificate,
	run: (changed: boolean) => Promise<{ readonly end: RotationEnd; readonly result: RotationResult }>,
): Promise<void> {
	const { end, result } = await retryWhenChanged(run);
	const message = describeRotationResult(end, result, projectNameById(deps));
	if (isEnded(end, result)) notifyDone(message);
	else void showMessage(deps, "warning", message);
	if (!result.deleted) await deps.view.reveal(certificate);
	const defective = result.scopes.find((each) => "defect" in each);
	if (defective) throw defective.defect;
}

/** @throws ProblemError `no-rotation`, `rotation-refused`, and as `prepareRotation`; CancelledError */
async function readEndState(
	deps: RotationCommandDeps,
	certificate: Certificate,
	step: "finish" | "undo",
): Promise<EndState> {
	const { organizationRef } = await requireConnection(deps);
	const plan = await readPlan(deps, organizationRef, certificate);
	if (!plan) throw new ProblemError({ reason: "no-rotation" });
	const snapshot = await readSnapshotWithProgress(deps, {
		organizationRef,
		oldId: certificate.id,
		nextId: plan.next.id,
	});
	const [issue] = findStepIssues(snapshot, step, Date.now() / 1000, 0);
	if (issue) throw new ProblemError({ reason: "rotation-refused", issue });
	const nameOf = projectNameById(deps);
	return {
		...{ snapshot, plan, old: snapshot.old.certificate, next: snapshot.next?.certificate ?? plan.next },
		summarize: (scopes) => summarizeScopesOf(scopes, nameOf),
	};
}

/** @returns the effect on this extension's own calls. @throws CancelledError if the calls would be refused */
async function requireAccess(
	deps: RotationCommandDeps,
	snapshot: RotationSnapshot,
	from: RotatedCertificate,
	to: RotatedCertificate,
): Promise<string> {
	const access = await checkSelfAccessAfter(deps, snapshot, from, to);
	const effect = describeSelfAccess(access, Date.now() / 1000);
	return isChainAccepted(access) ? effect : refuseLockOut(from, to, effect);
}

function selfAccessCheck(deps: RotationCommandDeps) {
	return async (anchors: readonly string[], signal = new AbortController().signal) =>
		isChainAccepted(await checkSelfAccess(deps, anchors, signal));
}
