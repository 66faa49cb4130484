import * as vscode from "vscode";
import { SETTINGS } from "../common/manifestIds.ts";
import { problemOf } from "../domain/problem.ts";
import type { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import type { CertificateStore } from "../features/organization/certificateStore.ts";
import type { ProjectStore } from "../features/organization/projectStore.ts";
import type { RotationPlanStore } from "../features/rotation/rotationPlanStore.ts";
import type { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { ProjectsView } from "../features/sidebar/ui/projectsView.ts";
import type { UploadService } from "../features/upload/uploadService.ts";

/** What is kept true. */
interface Followers {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly plans: RotationPlanStore;
	readonly uploads: UploadService;
	readonly view: CertificatesView;
	readonly projectsView: ProjectsView;
	/** Shows what went wrong where no command was given. */
	readonly report: (thrown: unknown) => void;
}

/** Keeps the views true to the key and the settings, whoever changes them: this window, another one, a person by hand. */
export function syncState(
	connections: ConnectionStore,
	{ certificates, projects, plans, uploads, report, view, projectsView }: Followers,
): vscode.Disposable {
	const followKey = async () => {
		await view.showConnection();
		const ref = await connections.current().then(
			(current) => current?.organizationRef ?? null,
			(thrown) => {
				if (!problemOf(thrown)) throw thrown;
				// The list tells, when it is read anew.
				return null;
			},
		);
		// The same organization with another key: only what failed is worth another try.
		if (ref === certificates.organizationRef && !certificates.state.problem) return;
		certificates.reset(ref);
		view.refreshIfStale();
	};
	const followSettings = (event: vscode.ConfigurationChangeEvent) => {
		if (event.affectsConfiguration(SETTINGS.baseUrl) || (waysThere(event) && certificates.state.problem)) {
			certificates.reset(certificates.organizationRef);
			view.refreshIfStale();
		}
		if (event.affectsConfiguration(SETTINGS.reminderDays)) for (const each of [view, projectsView]) each.redraw();
	};
	let imposed: readonly string[] = [];
	const followOrganization = () => {
		const listed = certificates.state.listing?.certificates;
		const before = imposed;
		imposed = listed?.filter(({ active }) => active).map(({ id }) => id) ?? [];
		// What is not imposed any more may still stand in the projects' own lists, by which it would be their own.
		const isOld = listed && before.some((id) => !imposed.includes(id));
		if (isOld && projects.state.askedAt !== null) projectsView.refresh().catch(report);
	};
	certificates.on("change", followOrganization);
	certificates.on("change", () => {
		const { organizationRef, state } = certificates;
		if (!organizationRef || !state.listing) return;
		plans.settle(organizationRef, state.listing).catch(report);
		if (uploads.unconfirmed.length > 0) uploads.settleSeen(state.listing).catch(report);
	});
	certificates.on("forget", () => {
		projects.reset();
		// Whoever forgot may have the new list at hand.
		setImmediate(() => projectsView.refreshIfStale());
	});
	return vscode.Disposable.from(
		connections.onDidChange(() => void followKey().catch(report)),
		vscode.workspace.onDidChangeConfiguration(followSettings),
	);
}

/** Whether it changes how the service is reached: what could not be read may be within reach now. */
function waysThere(event: vscode.ConfigurationChangeEvent): boolean {
	return [SETTINGS.clientCertificate, SETTINGS.clientKey, "http"].some((setting) =>
		event.affectsConfiguration(setting),
	);
}
