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
import { type StartResult, startRotation } from "../startRotation.ts";
import {
	askForNext,
	askUnclear,
	confirmForgetting,
	confirmStart,
	refuseDeadEnd,
	refuseFull,
} from "./rotationPrompts.ts";
import { accessAfter, chains } from "./selfAccessAfterRotation.ts";

/** What rotating needs. */
export interface RotationCommands extends CommandContext, SelfAccessDeps {
	readonly rotations: Rotations;
	readonly enforcement: EnforcementIndex;
	readonly upload: UploadCommand;
	readonly view: RowReveal;
}

/**
 * Has another certificate that the person chooses take over, or goes on with that, up to the point where clients must move.
 * @throws Failure, Cancelled
 */
export async function rotateCertificate(commands: RotationCommands, old: Certificate): Promise<void> {
	const { organizationRef } = await requireConnection(commands);
	const { plans } = commands.rotations;
	if ((await plans.stateOf({ organizationRef, old })) === "unreadable") {
		await confirmForgetting(old);
		await plans.discardCorrupt({ organizationRef, old });
	}
	const plan = await planFor(commands, organizationRef, old);
	const nextId = plan?.next.id ?? (await chooseNext(commands, old)).id;
	const pair = { organizationRef, oldId: old.id, nextId };
	const { next, account } = await retryWhenChanged((changed) => start(commands, pair, changed));
	if (!account) void showMessage(commands, "information", settledRotationWords(old, next));
	else {
		const words = accountWords([next], account.scopes, true, projectNamed(commands));
		tellSwitched(commands, words, account.scopes, l10n.t("Rotate again to go on, or undo it."));
	}
	await commands.view.reveal(old);
}

/** The plan of a certificate's rotation, as it is now. @throws Failure `not-recorded`, `record-newer` where the plans cannot be read */
export async function planFor(
	{ rotations }: Pick<RotationCommands, "rotations">,
	organizationRef: string,
	{ id }: Certificate,
): Promise<RotationPlan | null> {
	const plans = await rotations.plans.read(organizationRef);
	return plans.find((plan) => mayBeOf(plan, organizationRef) && plan.old.id === id) ?? null;
}

/** Reads how it is now, in sight of the person. @throws as `prepareRotation` */
export async function readNow({ rotations }: RotationCommands, pair: RotationPair): Promise<RotationSnapshot> {
	return withCancellableProgress(l10n.t("Reading how it is now…"), (signal) =>
		prepareRotation(rotations, pair, signal),
	);
}

/** @returns no account where nothing was left to be activated. @throws Failure, Cancelled */
async function start(
	commands: RotationCommands,
	pair: RotationPair,
	changed: boolean,
): Promise<{ readonly next: Certificate; readonly account: StartResult | null }> {
	const { rotations } = commands;
	const nameOf = projectNamed(commands);
	const basis = await readNow(commands, pair);
	const { old, next, plan } = basis;
	const soonDays = reminderDays();
	const [flaw] = findIssues(basis, "start", Date.now() / 1000, soonDays);
	if (flaw || !next) throw new ProblemError({ reason: "rotation-refused", flaw: flaw ?? "gone" });

	const places = (some: RotationSnapshot["scopes"]) => summarizeScopesByName(some, nameOf);
	const unclear = basis.scopes.filter((each) => each.old === "unclear");
	const answer = plan || unclear.length === 0 ? "imposed" : await askUnclear(old.certificate, places(unclear));
	const scopes = basis.scopes.filter((each) => each.old === "active" || (each.old === "unclear" && answer === "own"));
	const missing = scopes.filter((each) => !each.next);
	const present = scopes.filter((each) => each.next);
	if (plan && missing.length === 0) return { next: next.certificate, account: null };
	if (basis.inOrganization.includes(old.certificate.id)) await assertEndable(commands, basis, next.certificate);
	await confirmStart({
		...{ old, next, changed },
		...{ missing: places(missing), present: places(present), planned: plan !== null },
	});
	const title = l10n.t("Activating “{0}”…", nameWords(next.certificate));
	const request = { confirmed: basis, unclear: answer, soonDays } as const;
	const account = await withCancellableProgress(title, (signal) => startRotation(rotations, request, signal));
	return { next: next.certificate, account };
}

/** What would keep from both ends is said before anything is activated. @throws Cancelled */
async function assertEndable(commands: RotationCommands, basis: RotationSnapshot, next: Certificate): Promise<void> {
	const old = basis.old.certificate;
	const finished = await accessAfter(commands, basis, old, next);
	if (chains(finished) || chains(await accessAfter(commands, basis, next, old))) return;
	await refuseDeadEnd(old, next, accessWords(finished, Date.now() / 1000));
}

/** Asks for the certificate that is to take over, and uploads it where it is not there yet. @throws Failure, Cancelled */
async function chooseNext(commands: RotationCommands, old: Certificate): Promise<Certificate> {
	const { certificates, upload } = commands;
	const chosen = await askForNext(old, certificates.state.listing?.certificates ?? [], reminderDays());
	if (chosen) return chosen;
	const [file] = await pickFiles(l10n.t("The certificate that takes over from “{0}”", nameWords(old)), false);
	if (!file) throw new ProblemError({ reason: "nothing-selected" });
	const purpose = {
		judge: (candidate: ParsedCertificate) => assertFit(old, candidate),
		refuseFull: async (signal: AbortSignal) => refuseFull(await idleOnes(commands, signal)),
	};
	const uploaded = await uploadFile(upload, file, { purpose });
	if (uploaded.how !== "there-before") tellMore(commands, uploaded);
	return uploaded.certificate;
}

/** Before it is uploaded: what shows afterwards would be too late. @throws Failure `rotation-refused` */
function assertFit(old: Certificate, content: ParsedCertificate): void {
	const { notBefore: validAt, notAfter: expiresAt } = content;
	const certificate = { id: "", name: null, createdAt: null, validAt, expiresAt, active: undefined };
	const flaws = findRotationIssues(
		{ certificate: old, content: null },
		{ certificate, content },
		Date.now() / 1000,
		reminderDays(),
	);
	// What the list does not tell of the old one its content may, which is read next.
	const flaw = flaws.find((each) => each !== "dates-unknown");
	if (flaw) throw new ProblemError({ reason: "rotation-refused", flaw });
}

/** What is known to be active nowhere: what has expired first. @throws Cancelled */
async function idleOnes(commands: RotationCommands, signal: AbortSignal): Promise<readonly Certificate[]> {
	await refreshProjects(commands, signal);
	const { certificates, enforcement } = commands;
	const listed = certificates.state.listing?.certificates ?? [];
	return listed
		.filter(({ id }) => isActiveAnywhere(enforcement.activity(id)) === false)
		.toSorted((one, other) => (one.expiresAt ?? Infinity) - (other.expiresAt ?? Infinity));
}
