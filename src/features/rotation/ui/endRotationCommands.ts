import * as l10n from "@vscode/l10n";
import { type ScopeSummary, summarizeScopesByName } from "../../../common/messages/scopes.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { accessWords } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess } from "../../clientCheck/ui/selfAccess.ts";
import { projectNamed, requireConnection } from "../../organization/ui/commandContext.ts";
import { type EndRequest, type FinishRequest, finishRotation, undoRotation } from "../endRotation.ts";
import { findIssues, type RotationScope, type RotationSnapshot, type UndoStep, undoStep } from "../rotation.ts";
import type { RotatedCertificate, RotationPlan } from "../rotationPlan.ts";
import type { RotationResult } from "../rotationResult.ts";
import { endWords, isEnded, type RotationEnd } from "../rotationResultMessages.ts";
import { confirmFinish, confirmUndo, refuseLockOut } from "./rotationPrompts.ts";
import { accessAfter, chains } from "./selfAccessAfterRotation.ts";
import { planFor, type RotationCommands, readNow } from "./startRotationCommand.ts";

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
export async function finishRotating(deps: RotationCommands, certificate: Certificate): Promise<void> {
	await runEnd(deps, certificate, async (changed) => {
		const { snapshot, old, next, summarize } = await readEndState(deps, certificate, "finish");
		const active = snapshot.scopes.filter((each) => each.old === "active");
		const access = snapshot.inOrganization.includes(old.id) ? await requireAccess(deps, snapshot, old, next) : null;
		const deleteOld = await confirmFinish({
			...{ old, next, access, changed },
			...{ places: summarize(active), missing: summarize(active.filter((each) => !each.next)) },
		});
		const title = l10n.t("Finishing the rotation…");
		const request: FinishRequest = { confirmed: snapshot, remove: deleteOld, ownAccess: selfAccessCheck(deps) };
		const result = await withCancellableProgress(title, (signal) => finishRotation(deps.rotations, request, signal));
		return { end: { step: "finish", remove: deleteOld, from: old, to: next }, result };
	});
}

/** Undoes an unfinished rotation. @throws ProblemError; CancelledError */
export async function undoRotating(deps: RotationCommands, certificate: Certificate): Promise<void> {
	await runEnd(deps, certificate, async (changed) => {
		const { snapshot, plan, old, next, summarize } = await readEndState(deps, certificate, "undo");
		const scopesWith = (...steps: readonly UndoStep[]) =>
			snapshot.scopes.filter((each) => steps.includes(undoStep(each, plan)));
		const deactivated = scopesWith("take");
		const isInOrganization = deactivated.some(({ scope }) => scope.kind === "organization");
		const access = isInOrganization ? await requireAccess(deps, snapshot, next, old) : null;
		await confirmUndo({
			...{ old, next, access, changed },
			places: summarize(deactivated),
			kept: summarize(scopesWith("keep", "return")),
			back: summarize(scopesWith("take", "return").filter((each) => each.old === "inactive")),
		});
		const title = l10n.t("Undoing the rotation…");
		const request: EndRequest = { confirmed: snapshot, ownAccess: selfAccessCheck(deps) };
		const result = await withCancellableProgress(title, (signal) => undoRotation(deps.rotations, request, signal));
		return { end: { step: "undo", remove: false, from: next, to: old }, result };
	});
}

/** Runs an end and shows its result: a complete end only in the rows and the status bar. */
async function runEnd(
	deps: RotationCommands,
	certificate: Certificate,
	run: (changed: boolean) => Promise<{ readonly end: RotationEnd; readonly result: RotationResult }>,
): Promise<void> {
	const { end, result } = await retryWhenChanged(run);
	const message = endWords(end, result, projectNamed(deps));
	if (isEnded(end, result)) notifyDone(message);
	else void showMessage(deps, "warning", message);
	if (!result.removed) await deps.view.reveal(certificate);
	const defective = result.scopes.find((each) => "defect" in each);
	if (defective) throw defective.defect;
}

/** @throws ProblemError `no-rotation`, `rotation-refused`, and as `prepareRotation`; CancelledError */
async function readEndState(
	deps: RotationCommands,
	certificate: Certificate,
	step: "finish" | "undo",
): Promise<EndState> {
	const { organizationRef } = await requireConnection(deps);
	const plan = await planFor(deps, organizationRef, certificate);
	if (!plan) throw new ProblemError({ reason: "no-rotation" });
	const snapshot = await readNow(deps, { organizationRef, oldId: certificate.id, nextId: plan.next.id });
	const [issue] = findIssues(snapshot, step, Date.now() / 1000, 0);
	if (issue) throw new ProblemError({ reason: "rotation-refused", flaw: issue });
	const nameOf = projectNamed(deps);
	return {
		...{ snapshot, plan, old: snapshot.old.certificate, next: snapshot.next?.certificate ?? plan.next },
		summarize: (scopes) => summarizeScopesByName(scopes, nameOf),
	};
}

/** @returns the effect on this extension's own calls. @throws CancelledError if the calls would be refused */
async function requireAccess(
	deps: RotationCommands,
	snapshot: RotationSnapshot,
	from: RotatedCertificate,
	to: RotatedCertificate,
): Promise<string> {
	const access = await accessAfter(deps, snapshot, from, to);
	const effect = accessWords(access, Date.now() / 1000);
	return chains(access) ? effect : refuseLockOut(from, to, effect);
}

function selfAccessCheck(deps: RotationCommands) {
	return async (anchors: readonly string[], signal = new AbortController().signal) =>
		chains(await checkSelfAccess(deps, anchors, signal));
}
