import { labels } from "../../../common/messages/labels.ts";
import { summarizeScopesOf } from "../../../common/messages/scopes.ts";
import { mayBelongTo } from "../../../common/organizationRef.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { pickFiles } from "../../../common/ui/certificateFilePicker.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import { isActiveAnywhere } from "../../../domain/activationStatus.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { ParsedCertificate } from "../../../domain/certificateFile.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { describeActivationResults } from "../../activation/activationResultMessages.ts";
import { notifyActivationResults } from "../../activation/ui/activationNotification.ts";
import { describeSelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import type { SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import type { ClientImpactDeps } from "../../clientImpact/ui/clientImpactPrompt.ts";
import type { RowSelection } from "../../organization/ui/commandContext.ts";
import {
	type CommandContext,
	projectNameById,
	refreshProjects,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import { type UploadDeps, uploadFile } from "../../upload/ui/uploadCommand.ts";
import { notifyDuplicates } from "../../upload/ui/uploadPrompts.ts";
import {
	findStepIssues,
	prepareRotation,
	type RotationDeps,
	type RotationPair,
	type RotationSnapshot,
} from "../rotation.ts";
import { replacementFileTitle } from "../rotationPickMessages.ts";
import { findRotationIssues, type RotationPlan } from "../rotationPlan.ts";
import { activatingTitle } from "../rotationProgressMessages.ts";
import { describeCompletedStart } from "../rotationPromptMessages.ts";
import { rotationResultLabels } from "../rotationResultMessages.ts";
import { type StartRequest, type StartResult, startRotation } from "../startRotation.ts";
import {
	confirmDiscardCorruptPlan,
	confirmStart,
	promptForNext,
	promptUnclear,
	refuseDeadEnd,
	refuseFull,
} from "./rotationPrompts.ts";
import { checkSelfAccessAfter, isChainAccepted } from "./selfAccessAfterRotation.ts";

export interface RotationCommandDeps extends CommandContext, SelfAccessDeps, ClientImpactDeps {
	readonly rotations: RotationDeps;
	readonly upload: UploadDeps;
	readonly view: RowSelection;
}

/**
 * Starts or continues a rotation to a certificate that the person chooses, up to the point where clients must move.
 * @throws ProblemError; CancelledError
 */
export async function rotateCertificate(deps: RotationCommandDeps, old: Certificate): Promise<void> {
	const { organizationRef } = await requireConnection(deps);
	const { plans } = deps.rotations;
	if ((await plans.stateOf({ organizationRef, old })) === "unreadable") {
		await confirmDiscardCorruptPlan(old);
		await plans.discardCorrupt({ organizationRef, old });
	}
	const plan = await readPlan(deps, organizationRef, old);
	const nextId = plan?.next.id ?? (await chooseNext(deps, old)).id;
	const pair = { organizationRef, oldId: old.id, nextId };
	const { next, result } = await retryWhenChanged((changed) => start(deps, pair, changed));
	if (!result) void showMessage(deps, "information", describeCompletedStart(old, next));
	else {
		const message = describeActivationResults([next], result.scopes, true, projectNameById(deps));
		notifyActivationResults(deps, message, result.scopes, rotationResultLabels.rotateAgain);
	}
	await deps.view.reveal(old);
}

/** Reads the plan of a certificate's rotation. @throws ProblemError `not-recorded`, `record-newer` */
export async function readPlan(
	{ rotations }: Pick<RotationCommandDeps, "rotations">,
	organizationRef: string,
	{ id }: Certificate,
): Promise<RotationPlan | null> {
	const plans = await rotations.plans.read(organizationRef);
	return plans.find((plan) => mayBelongTo(plan, organizationRef) && plan.old.id === id) ?? null;
}

/** Runs `prepareRotation` with progress. @throws as `prepareRotation` */
export async function readSnapshotWithProgress(
	{ rotations }: RotationCommandDeps,
	pair: RotationPair,
): Promise<RotationSnapshot> {
	return withCancellableProgress(labels.checkingCurrentState, (signal) => prepareRotation(rotations, pair, signal));
}

/** @returns a `null` result if nothing was left to activate. @throws ProblemError; CancelledError */
async function start(
	deps: RotationCommandDeps,
	pair: RotationPair,
	changed: boolean,
): Promise<{ readonly next: Certificate; readonly result: StartResult | null }> {
	const { rotations } = deps;
	const nameOf = projectNameById(deps);
	const snapshot = await readSnapshotWithProgress(deps, pair);
	const { old, next, plan } = snapshot;
	const soonDays = readReminderDays();
	const [issue] = findStepIssues(snapshot, "start", Date.now() / 1000, soonDays);
	if (issue || !next) throw new ProblemError({ reason: "rotation-refused", issue: issue ?? "gone" });

	const summarize = (some: RotationSnapshot["scopes"]) => summarizeScopesOf(some, nameOf);
	const unclear = snapshot.scopes.filter((each) => each.old === "unclear");
	const answer = plan || unclear.length === 0 ? "inherited" : await promptUnclear(old.certificate, summarize(unclear));
	const scopes = snapshot.scopes.filter(
		(each) => each.old === "active" || (each.old === "unclear" && answer === "own"),
	);
	const missing = scopes.filter((each) => !each.next);
	const present = scopes.filter((each) => each.next);
	if (plan && missing.length === 0) return { next: next.certificate, result: null };
	if (snapshot.activeInOrganization.includes(old.certificate.id)) await assertEndable(deps, snapshot, next.certificate);
	await confirmStart({
		...{ old, next, changed },
		...{ missing: summarize(missing), present: summarize(present), planned: plan !== null },
	});
	const title = activatingTitle(next.certificate);
	const request: StartRequest = { confirmed: snapshot, unclear: answer, soonDays };
	const result = await withCancellableProgress(title, (signal) => startRotation(rotations, request, signal));
	return { next: next.certificate, result };
}

/** Refuses a rotation that could be neither finished nor undone, before any activation. @throws CancelledError */
async function assertEndable(deps: RotationCommandDeps, snapshot: RotationSnapshot, next: Certificate): Promise<void> {
	const old = snapshot.old.certificate;
	const afterFinish = await checkSelfAccessAfter(deps, snapshot, old, next);
	if (isChainAccepted(afterFinish) || isChainAccepted(await checkSelfAccessAfter(deps, snapshot, next, old))) return;
	await refuseDeadEnd(old, next, describeSelfAccess(afterFinish, Date.now() / 1000));
}

/** Prompts for the new certificate, and uploads a chosen file. @throws ProblemError; CancelledError */
async function chooseNext(deps: RotationCommandDeps, old: Certificate): Promise<Certificate> {
	const { certificates, upload } = deps;
	const chosen = await promptForNext(old, certificates.state.listing?.certificates ?? [], readReminderDays());
	if (chosen) return chosen;
	const [file] = await pickFiles(replacementFileTitle(old), false);
	if (!file) throw new ProblemError({ reason: "nothing-selected" });
	const uploaded = await uploadFile(upload, file, {
		constraints: {
			validate: (parsed: ParsedCertificate) => assertCanReplace(old, parsed),
			refuseFull: async (signal: AbortSignal) => refuseFull(await findInactive(deps, signal)),
		},
	});
	if (uploaded.how !== "already-present") notifyDuplicates(deps, uploaded);
	return uploaded.certificate;
}

/** Must run before the upload: a later refusal would be too late. @throws ProblemError `rotation-refused` */
function assertCanReplace(old: Certificate, content: ParsedCertificate): void {
	const { notBefore: validAt, notAfter: expiresAt } = content;
	const certificate = { id: "", name: null, createdAt: null, validAt, expiresAt, active: undefined };
	const issues = findRotationIssues(
		{ certificate: old, content: null },
		{ certificate, content },
		Date.now() / 1000,
		readReminderDays(),
	);
	// The old certificate's content, read next, may contain the dates.
	const issue = issues.find((each) => each !== "dates-unknown");
	if (issue) throw new ProblemError({ reason: "rotation-refused", issue });
}

/** Returns the certificates known to be active nowhere, in order of expiry. @throws CancelledError */
async function findInactive(deps: RotationCommandDeps, signal: AbortSignal): Promise<readonly Certificate[]> {
	await refreshProjects(deps, signal);
	const { certificates, enforcement } = deps;
	const listed = certificates.state.listing?.certificates ?? [];
	return listed
		.filter(({ id }) => isActiveAnywhere(enforcement.activationStatus(id)) === false)
		.toSorted((one, other) => (one.expiresAt ?? Infinity) - (other.expiresAt ?? Infinity));
}
