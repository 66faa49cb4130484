import * as vscode from "vscode";
import { SETTINGS } from "../common/manifestIds.ts";
import { problemOf } from "../domain/problem.ts";
import type { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import type { CertificateStore } from "../features/organization/certificateStore.ts";
import type { ProjectStore } from "../features/organization/projectStore.ts";
import type { RotationPlanStore } from "../features/rotation/rotationPlanStore.ts";
import type { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { ClientsView } from "../features/sidebar/ui/clientsView.ts";
import type { ProjectsView } from "../features/sidebar/ui/projectsView.ts";
import type { UploadService } from "../features/upload/uploadService.ts";

/** The state to keep up to date. */
interface SyncTargets {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly plans: RotationPlanStore;
	readonly uploads: UploadService;
	readonly view: CertificatesView;
	readonly projectsView: ProjectsView;
	readonly clientsView: ClientsView;
	/** Shows an error that no command caused. */
	readonly report: (thrown: unknown) => void;
}

/**
 * Updates stores and views after changes of the connection, the settings and the lists, also by other windows or by hand.
 * Confirms listed uploads, and removes plans of finished rotations.
 */
export function syncState(
	connections: ConnectionStore,
	{ certificates, projects, plans, uploads, report, view, projectsView, clientsView }: SyncTargets,
): vscode.Disposable {
	const onConnectionChange = async () => {
		await view.showConnection();
		const organizationRef = await connections.current().then(
			(current) => current?.organizationRef ?? null,
			(thrown) => {
				if (!problemOf(thrown)) throw thrown;
				// The next read of the list shows the problem.
				return null;
			},
		);
		// With a new key for the current organization, only a failed read is repeated.
		if (organizationRef === certificates.organizationRef && !certificates.state.problem) return;
		certificates.reset(organizationRef);
		view.refreshIfStale();
	};
	const onSettingsChange = (event: vscode.ConfigurationChangeEvent) => {
		if (event.affectsConfiguration(SETTINGS.baseUrl) || (affectsEndpoint(event) && certificates.state.problem)) {
			certificates.reset(certificates.organizationRef);
			view.refreshIfStale();
		}
		if (event.affectsConfiguration(SETTINGS.reminderDays))
			for (const each of [view, projectsView, clientsView]) each.redraw();
	};
	let activeIds: readonly string[] = [];
	const onCertificatesChange = () => {
		const listed = certificates.state.listing?.certificates;
		const previousIds = activeIds;
		activeIds = listed?.filter(({ active }) => active).map(({ id }) => id) ?? [];
		// Old project lists may still contain formerly inherited certificates, which would look like their own.
		const isOutdated = listed && previousIds.some((id) => !activeIds.includes(id));
		if (isOutdated && projects.state.askedAt !== null) projectsView.refresh().catch(report);
	};
	certificates.on("change", onCertificatesChange);
	certificates.on("change", () => {
		const { organizationRef, state } = certificates;
		if (!organizationRef || !state.listing) return;
		plans.removeFinished(organizationRef, state.listing).catch(report);
		if (uploads.unconfirmed.length > 0) uploads.confirmListed(state.listing).catch(report);
	});
	certificates.on("forget", () => {
		projects.reset();
		// The caller of `reset` may set the new list right afterwards.
		setImmediate(() => projectsView.refreshIfStale());
	});
	return vscode.Disposable.from(
		connections.onDidChange(() => void onConnectionChange().catch(report)),
		vscode.workspace.onDidChangeConfiguration(onSettingsChange),
	);
}

/** True if the change affects connections to the service: failed reads may now succeed. */
function affectsEndpoint(event: vscode.ConfigurationChangeEvent): boolean {
	return [SETTINGS.clientCertificate, SETTINGS.clientKey, "http"].some((setting) =>
		event.affectsConfiguration(setting),
	);
}
