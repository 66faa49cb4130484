import { COMMANDS } from "../common/manifestIds.ts";
import type { Certificate } from "../domain/certificate.ts";
import type { Scope } from "../domain/scope.ts";
import { type ActivationDeps, changeActivation } from "../features/activation/ui/activationCommand.ts";
import { promptAndRename } from "../features/certificates/ui/renameCommand.ts";
import { savePem } from "../features/certificates/ui/savePemCommand.ts";
import {
	copyFingerprint,
	copyId,
	copyPem,
	openPem,
	showDetails,
	showHistory,
	type ViewAndCopyDeps,
} from "../features/certificates/ui/viewAndCopyCommands.ts";
import { type ClientCheckDeps, checkClientCertificate } from "../features/clientCheck/ui/clientCheckCommand.ts";
import type { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import { deleteCertificates } from "../features/deletion/ui/deleteCommand.ts";
import { handleDeleted } from "../features/organization/ui/commandContext.ts";
import { finishRotating, undoRotating } from "../features/rotation/ui/finishAndUndoCommands.ts";
import { type RotationCommandDeps, rotateCertificate } from "../features/rotation/ui/startRotationCommand.ts";
import type { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { ProjectsView } from "../features/sidebar/ui/projectsView.ts";

export interface CertificateCommandDeps
	extends ActivationDeps,
		ViewAndCopyDeps,
		RotationCommandDeps,
		Omit<ClientCheckDeps, "connections"> {
	readonly connections: ConnectionStore;
	readonly view: Pick<CertificatesView, "certificateOf" | "certificatesOf" | "reveal">;
	readonly projectsView: Pick<ProjectsView, "certificateOf" | "scopeOf">;
}

export function createCertificateCommandHandlers(deps: CertificateCommandDeps) {
	const { view, projectsView } = deps;

	/** Returns all selected certificates; in a project, only the row's certificate. */
	const selectionOf = (row: unknown, rows: unknown) => {
		// Without a row, the command is about the organization's certificates.
		const clickedScope = row === undefined ? null : projectsView.scopeOf(row);
		return { clickedScope, chosen: clickedScope ? [projectsView.certificateOf(row)] : view.certificatesOf(row, rows) };
	};
	const onSelection =
		(act: (chosen: readonly Certificate[], clickedScope: Scope | null) => Promise<void>) =>
		async (row: unknown, rows: unknown): Promise<void> => {
			const { clickedScope, chosen } = selectionOf(row, rows);
			await handleDeleted(deps, chosen, () => act(chosen, clickedScope));
		};
	const onRow =
		(act: (certificate: Certificate) => Promise<void>) =>
		async (row: unknown): Promise<void> => {
			const isInProject = row !== undefined && projectsView.scopeOf(row);
			const certificate = (isInProject ? projectsView : view).certificateOf(row);
			await handleDeleted(deps, [certificate], () => act(certificate));
		};

	const checkRow = onRow((certificate) => checkClientCertificate(deps, certificate));

	return {
		[COMMANDS.activate]: onSelection((chosen, clickedScope) => changeActivation(deps, chosen, true, clickedScope)),
		[COMMANDS.deactivate]: onSelection((chosen, clickedScope) => changeActivation(deps, chosen, false, clickedScope)),
		[COMMANDS.rotate]: onRow((certificate) => rotateCertificate(deps, certificate)),
		[COMMANDS.finishRotation]: onRow((certificate) => finishRotating(deps, certificate)),
		[COMMANDS.undoRotation]: onRow((certificate) => undoRotating(deps, certificate)),
		[COMMANDS.rename]: onRow((certificate) => promptAndRename(deps, certificate)),
		// Handles deleted certificates itself, one by one.
		[COMMANDS.delete]: (row: unknown, rows: unknown) => deleteCertificates(deps, selectionOf(row, rows).chosen),
		[COMMANDS.copyId]: onSelection(copyId),
		[COMMANDS.copyFingerprint]: onSelection((chosen) => copyFingerprint(deps, chosen)),
		[COMMANDS.copyPem]: onSelection((chosen) => copyPem(deps, chosen)),
		[COMMANDS.openPem]: onRow((certificate) => openPem(deps, certificate)),
		[COMMANDS.details]: onRow((certificate) => showDetails(deps, certificate)),
		[COMMANDS.savePem]: onSelection((chosen) => savePem(deps, chosen)),
		/** Asks for the certificate if there is no row. */
		[COMMANDS.checkClient]: (row: unknown) => (row === undefined ? checkClientCertificate(deps, null) : checkRow(row)),
		[COMMANDS.history]: onRow((certificate) => showHistory(deps, certificate)),
	};
}
