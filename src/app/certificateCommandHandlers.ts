import { COMMANDS } from "../common/manifestIds.ts";
import type { Certificate } from "../domain/certificate.ts";
import type { Scope } from "../domain/scope.ts";
import { type ActivationCommands, switchCertificates } from "../features/activation/ui/activationCommand.ts";
import { promptAndRename } from "../features/certificates/ui/renameCommand.ts";
import { savePem } from "../features/certificates/ui/savePemCommand.ts";
import {
	copyFingerprint,
	copyId,
	copyPem,
	openPem,
	showDetails,
	showHistory,
	type TextCommands,
} from "../features/certificates/ui/viewAndCopyCommands.ts";
import { type ClientCheckCommands, checkClientCertificate } from "../features/clientCheck/ui/clientCheckCommand.ts";
import type { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import { removeCertificates } from "../features/deletion/ui/deleteCommand.ts";
import { handleDeleted } from "../features/organization/ui/commandContext.ts";
import { finishRotating, undoRotating } from "../features/rotation/ui/endRotationCommands.ts";
import { type RotationCommands, rotateCertificate } from "../features/rotation/ui/startRotationCommand.ts";
import type { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { ProjectsView } from "../features/sidebar/ui/projectsView.ts";

/** What commands on certificates need, and the views whose rows they are given on. */
export interface CertificateActions
	extends ActivationCommands,
		TextCommands,
		RotationCommands,
		Omit<ClientCheckCommands, "connections"> {
	readonly connections: ConnectionStore;
	readonly view: Pick<CertificatesView, "certificateOf" | "certificatesOf" | "reveal">;
	readonly projectsView: Pick<ProjectsView, "certificateOf" | "scopeOf">;
}

/** What each command on certificates does. */
export function certificateActions(commands: CertificateActions) {
	const { view, projectsView } = commands;

	/** All that are selected; in a project, that of the row alone. */
	const chosenBy = (row: unknown, rows: unknown) => {
		// Without a row the organization's certificates are meant.
		const near = row === undefined ? null : projectsView.scopeOf(row);
		return { near, chosen: near ? [projectsView.certificateOf(row)] : view.certificatesOf(row, rows) };
	};
	const onEach =
		(act: (chosen: readonly Certificate[], near: Scope | null) => Promise<void>) =>
		async (row: unknown, rows: unknown): Promise<void> => {
			const { near, chosen } = chosenBy(row, rows);
			await handleDeleted(commands, chosen, () => act(chosen, near));
		};
	/** On the one whose row it is. */
	const onOne =
		(act: (certificate: Certificate) => Promise<void>) =>
		async (row: unknown): Promise<void> => {
			const isInProject = row !== undefined && projectsView.scopeOf(row);
			const certificate = (isInProject ? projectsView : view).certificateOf(row);
			await handleDeleted(commands, [certificate], () => act(certificate));
		};

	const checkOnRow = onOne((certificate) => checkClientCertificate(commands, certificate));

	return {
		[COMMANDS.activate]: onEach((chosen, near) => switchCertificates(commands, chosen, true, near)),
		[COMMANDS.deactivate]: onEach((chosen, near) => switchCertificates(commands, chosen, false, near)),
		[COMMANDS.rotate]: onOne((certificate) => rotateCertificate(commands, certificate)),
		[COMMANDS.finishRotation]: onOne((certificate) => finishRotating(commands, certificate)),
		[COMMANDS.undoRotation]: onOne((certificate) => undoRotating(commands, certificate)),
		[COMMANDS.rename]: onOne((certificate) => promptAndRename(commands, certificate)),
		// One after the other, each of which may be gone.
		[COMMANDS.delete]: (row: unknown, rows: unknown) => removeCertificates(commands, chosenBy(row, rows).chosen),
		[COMMANDS.copyId]: onEach(copyId),
		[COMMANDS.copyFingerprint]: onEach((chosen) => copyFingerprint(commands, chosen)),
		[COMMANDS.copyPem]: onEach((chosen) => copyPem(commands, chosen)),
		[COMMANDS.openPem]: onOne((certificate) => openPem(commands, certificate)),
		[COMMANDS.details]: onOne((certificate) => showDetails(commands, certificate)),
		[COMMANDS.savePem]: onEach((chosen) => savePem(commands, chosen)),
		/** Without a row it asks. */
		[COMMANDS.checkClient]: (row: unknown) =>
			row === undefined ? checkClientCertificate(commands, null) : checkOnRow(row),
		[COMMANDS.history]: onOne((certificate) => showHistory(commands, certificate)),
	};
}
