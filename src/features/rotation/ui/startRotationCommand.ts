import * as l10n from "@vscode/l10n";
import { nameWords } from "../../../common/messages/certificateMessages.ts";
import { summarizeScopesByName } from "../../../common/messages/scopes.ts";
import { mayBeOf } from "../../../common/organizationRef.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { pickFiles } from "../../../common/ui/certificateFilePicker.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import { isActiveAnywhere } from "../../../domain/activationStatus.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { ParsedCertificate } from "../../../domain/certificateFile.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { accountWords } from "../../activation/activationResultMessages.ts";
import { tellSwitched } from "../../activation/ui/activationNotification.ts";
import { accessWords } from "../../clientCheck/clientCheckMessages.ts";
import type { SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import type { RowReveal } from "../../organization/ui/commandContext.ts";
import {
	type CommandContext,
	projectNamed,
	refreshProjects,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import { type UploadCommand, uploadFile } from "../../upload/ui/uploadCommand.ts";
import { tellMore } from "../../upload/ui/uploadPrompts.ts";
import { findIssues, prepareRotation, type RotationPair, type RotationSnapshot, type Rotations } from "../rotation.ts";
import { findRotationIssues, type RotationPlan } from "../rotationPlan.ts";
import { settledRotationWords } from "../rotationPromptMessages.ts";
import { type StartRequest, type StartResult, startRotation } from "../startRotation.ts";
import {
	askForNext,
	askUnclear,
	confirmForgetting,
	confirmStart,
	refuseDeadEnd,
	refuseFull,
} from "./rotationPrompts.ts";
import { accessAfter, chains } from "./selfAccessAfterRotation.ts";

export interface RotationCommands extends CommandContext, SelfAccessDeps {
	readonly rotations: Rotations;
	readonly enforcement: EnforcementIndex;
	readonly upload: UploadCommand;
	readonly view: RowReveal;
}

/**
 * Starts or continues a rotation to a certificate that the person chooses, up to the point where clients must move.
 * @throws ProblemError; CancelledError
 */
export async function rotateCertificate(deps: RotationCommands, old: Certificate): Promise<void> {
	const { organizationRef } = await requireConnection(deps);
	const { plans } = deps.rotations;
	if ((await plans.stateOf({ organizationRef, old })) === "unreadable") {
		await confirmForgetting(old);
		await plans.discardCorrupt({ organizationRef, old });
	}
	const plan = await planFor(deps, organizationRef, old);
	const nextId = plan?.next.id ?? (await chooseNext(deps, old)).id;
	const pair = { organizationRef, oldId: old.id, nextId };
	const { next, result } = await retryWhenChanged((changed) => start(deps, pair, changed));
	if (!result) void showMessage(deps, "information", settledRotationWords(old, next));
	else {
		const message = accountWords([next], result.scopes, true, projectNamed(deps));
		tellSwitched(deps, message, result.scopes, l10n.t("Rotate again to go on, or undo it."));
	}
	await deps.view.reveal(old);
}

/** Reads the plan of a certificate's rotation. @throws ProblemError `not-recorded`, `record-newer` */
export async function planFor(
	{ rotations }: Pick<RotationCommands, "rotations">,
	organizationRef: string,
	{ id }: Certificate,
): Promise<RotationPlan | null> {
	const plans = await rotations.plans.read(organizationRef);
	return plans.find((plan) => mayBeOf(plan, organizationRef) && plan.old.id === id) ?? null;
}

/** Runs `prepareRotation` with progress. @throws as `prepareRotation` */
export async function readNow({ rotations }: RotationCommands, pair: RotationPair): Promise<RotationSnapshot> {
	return withCancellableProgress(l10n.t("Reading how it is now…"), (signal) =>
		prepareRotation(rotations, pair, signal),
	);
}

/** @returns a `null` result if nothing was left to activate. @throws ProblemError; CancelledError */
async function start(
	deps: RotationCommands,
	pair: RotationPair,
	changed: boolean,
): Promise<{ readonly next: Certificate; readonly result: StartResult | null }> {
	const { rotations } = deps;
	const nameOf = projectNamed(deps);
	const snapshot = await readNow(deps, pair);
	const { old, next, plan } = snapshot;
	const soonDays = reminderDays();
	const [issue] = findIssues(snapshot, "start", Date.now() / 1000, soonDays);
	if (issue || !next) throw new ProblemError({ reason: "rotation-refused", flaw: issue ?? "gone" });

	const summarize = (some: RotationSnapshot["scopes"]) => summarizeScopesByName(some, nameOf);
	const unclear = snapshot.scopes.filter((each) => each.old === "unclear");
	const answer = plan || unclear.length === 0 ? "imposed" : await askUnclear(old.certificate, summarize(unclear));
	const scopes = snapshot.scopes.filter(
		(each) => each.old === "active" || (each.old === "unclear" && answer === "own"),
	);
	const missing = scopes.filter((each) => !each.next);
	const present = scopes.filter((each) => each.next);
	if (plan && missing.length === 0) return { next: next.certificate, result: null };
	if (snapshot.inOrganization.includes(old.certificate.id)) await assertEndable(deps, snapshot, next.certificate);
	await confirmStart({
		...{ old, next, changed },
		...{ missing: summarize(missing), present: summarize(present), planned: plan !== null },
	});
	const title = l10n.t("Activating “{0}”…", nameWords(next.certificate));
	const request: StartRequest = { confirmed: snapshot, unclear: answer, soonDays };
	const result = await withCancellableProgress(title, (signal) => startRotation(rotations, request, signal));
	return { next: next.certificate, result };
}

/** Refuses a rotation that could be neither finished nor undone, before any activation. @throws CancelledError */
async function assertEndable(deps: RotationCommands, snapshot: RotationSnapshot, next: Certificate): Promise<void> {
	const old = snapshot.old.certificate;
	const afterFinish = await accessAfter(deps, snapshot, old, next);
	if (chains(afterFinish) || chains(await accessAfter(deps, snapshot, next, old))) return;
	await refuseDeadEnd(old, next, accessWords(afterFinish, Date.now() / 1000));
}

/** Prompts for the new certificate, and uploads a chosen file. @throws ProblemError; CancelledError */
async function chooseNext(deps: RotationCommands, old: Certificate): Promise<Certificate> {
	const { certificates, upload } = deps;
	const chosen = await askForNext(old, certificates.state.listing?.certificates ?? [], reminderDays());
	if (chosen) return chosen;
	const [file] = await pickFiles(l10n.t("The certificate that takes over from “{0}”", nameWords(old)), false);
	if (!file) throw new ProblemError({ reason: "nothing-selected" });
	const uploaded = await uploadFile(upload, file, {
		purpose: {
			judge: (parsed: ParsedCertificate) => assertCanReplace(old, parsed),
			refuseFull: async (signal: AbortSignal) => refuseFull(await findInactive(deps, signal)),
		},
	});
	if (uploaded.how !== "there-before") tellMore(deps, uploaded);
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
		reminderDays(),
	);
	// The old certificate's content, read next, may contain the dates.
	const issue = issues.find((each) => each !== "dates-unknown");
	if (issue) throw new ProblemError({ reason: "rotation-refused", flaw: issue });
}

/** Returns the certificates known to be active nowhere, in order of expiry. @throws CancelledError */
async function findInactive(deps: RotationCommands, signal: AbortSignal): Promise<readonly Certificate[]> {
	await refreshProjects(deps, signal);
	const { certificates, enforcement } = deps;
	const listed = certificates.state.listing?.certificates ?? [];
	return listed
		.filter(({ id }) => isActiveAnywhere(enforcement.activity(id)) === false)
		.toSorted((one, other) => (one.expiresAt ?? Infinity) - (other.expiresAt ?? Infinity));
}
