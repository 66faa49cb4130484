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
import { finishRotation, undoRotation } from "../endRotation.ts";
import { findIssues, type RotationScope, type RotationSnapshot, type UndoStep, undoStep } from "../rotation.ts";
import type { RotatedCertificate, RotationPlan } from "../rotationPlan.ts";
import type { RotationResult } from "../rotationResult.ts";
import { endWords, isEnded, type RotationEnd } from "../rotationResultMessages.ts";
import { confirmFinish, confirmUndo, refuseLockOut } from "./rotationPrompts.ts";
import { accessAfter, chains } from "./selfAccessAfterRotation.ts";
import { planFor, type RotationCommands, readNow } from "./startRotationCommand.ts";

/** How it is before a rotation ends. */
interface Situation {
	readonly basis: RotationSnapshot;
	readonly plan: RotationPlan;
	readonly old: Certificate;
	/** As it is called now. */
	readonly next: RotatedCertificate;
	readonly places: (some: readonly RotationScope[]) => ScopeSummary;
}

/** Deactivates a certificate that another one has taken over from, and deletes it if wished. @throws Failure, Cancelled */
export async function finishRotating(commands: RotationCommands, certificate: Certificate): Promise<void> {
	await endRotation(commands, certificate, async (changed) => {
		const { basis, old, next, places } = await lookAt(commands, certificate, "finish");
		const active = basis.scopes.filter((each) => each.old === "active");
		const access = basis.inOrganization.includes(old.id) ? await assertAccess(commands, basis, old, next) : null;
		const remove = await confirmFinish({
			...{ old, next, access, changed },
			...{ places: places(active), missing: places(active.filter((each) => !each.next)) },
		});
		const title = l10n.t("Finishing the rotation…");
		const request = { confirmed: basis, remove, ownAccess: isAnswered(commands) };
		const account = await withCancellableProgress(title, (signal) =>
			finishRotation(commands.rotations, request, signal),
		);
		return { end: { step: "finish", remove, from: old, to: next }, account };
	});
}

/** Puts back what a rotation has done so far. @throws Failure, Cancelled */
export async function undoRotating(commands: RotationCommands, certificate: Certificate): Promise<void> {
	await endRotation(commands, certificate, async (changed) => {
		const { basis, plan, old, next, places } = await lookAt(commands, certificate, "undo");
		const stepped = (...steps: readonly UndoStep[]) =>
			basis.scopes.filter((each) => steps.includes(undoStep(each, plan)));
		const going = stepped("take");
		const isInOrganization = going.some(({ scope }) => scope.kind === "organization");
		const access = isInOrganization ? await assertAccess(commands, basis, next, old) : null;
		await confirmUndo({
			...{ old, next, access, changed },
			places: places(going),
			kept: places(stepped("keep", "return")),
			back: places(stepped("take", "return").filter((each) => each.old === "inactive")),
		});
		const title = l10n.t("Undoing the rotation…");
		const request = { confirmed: basis, ownAccess: isAnswered(commands) };
		const account = await withCancellableProgress(title, (signal) => undoRotation(commands.rotations, request, signal));
		return { end: { step: "undo", remove: false, from: next, to: old }, account };
	});
}

/** Says what became of it: where all is done, the rows and the status bar are enough. */
async function endRotation(
	commands: RotationCommands,
	certificate: Certificate,
	way: (changed: boolean) => Promise<{ readonly end: RotationEnd; readonly account: RotationResult }>,
): Promise<void> {
	const { end, account } = await retryWhenChanged(way);
	const words = endWords(end, account, projectNamed(commands));
	if (isEnded(end, account)) notifyDone(words);
	else void showMessage(commands, "warning", words);
	if (!account.removed) await commands.view.reveal(certificate);
	const broken = account.scopes.find((each) => "defect" in each);
	if (broken) throw broken.defect;
}

/** @throws Failure where no rotation of it stands by now, and as `prepareRotation` */
async function lookAt(
	commands: RotationCommands,
	certificate: Certificate,
	step: "finish" | "undo",
): Promise<Situation> {
	const { organizationRef } = await requireConnection(commands);
	const plan = await planFor(commands, organizationRef, certificate);
	if (!plan) throw new ProblemError({ reason: "no-rotation" });
	const basis = await readNow(commands, { organizationRef, oldId: certificate.id, nextId: plan.next.id });
	const [flaw] = findIssues(basis, step, Date.now() / 1000, 0);
	if (flaw) throw new ProblemError({ reason: "rotation-refused", flaw });
	const nameOf = projectNamed(commands);
	return {
		...{ basis, plan, old: basis.old.certificate, next: basis.next?.certificate ?? plan.next },
		places: (some) => summarizeScopesByName(some, nameOf),
	};
}

/** @returns what becomes of this extension's own calls without the one that goes. @throws Cancelled where it is shut out */
async function assertAccess(
	commands: RotationCommands,
	basis: RotationSnapshot,
	from: RotatedCertificate,
	to: RotatedCertificate,
): Promise<string> {
	const access = await accessAfter(commands, basis, from, to);
	const words = accessWords(access, Date.now() / 1000);
	return chains(access) ? words : refuseLockOut(from, to, words);
}

function isAnswered(commands: RotationCommands) {
	return async (anchors: readonly string[], signal = new AbortController().signal) =>
		chains(await checkSelfAccess(commands, anchors, signal));
}
