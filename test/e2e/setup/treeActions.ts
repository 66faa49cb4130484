// Steps that show the views.
import { manifestText } from "../../texts/manifestTexts.ts";
import { signIn } from "./certificateActions.ts";
import { welcomeText } from "./productTexts.ts";
import { paletteTitle, type Session } from "./session.ts";
import { loadingDescription } from "./treeTexts.ts";
import { VIEW_TITLE } from "./uploadActions.ts";

export const PROJECTS = manifestText("view.projects");
/** The button of both views. */
export const REFRESH = manifestText("command.refresh");
export const REFRESH_BY_PALETTE = paletteTitle("refresh");

/** Shows the certificates, and collapses the projects. */
export async function showCertificates(session: Session): Promise<void> {
	await session.window.openViews();
	await session.window.closeView(PROJECTS);
	await signIn(session);
}

/**
 * Shows certificates and projects. First waits until the previous test's projects, with equal names, are gone.
 * @param names The projects, as sorted in the view.
 */
export async function showProjects(session: Session, ...names: readonly string[]): Promise<void> {
	const { emulator, window } = session;
	const projects = window.view(PROJECTS);
	await showCertificates(session);
	const rewrite = () => ({ object: "list", data: [], first_id: null, last_id: null, has_more: false });
	emulator.faults.arm({ kind: "rewrite", operation: "projects", when: "before", times: Infinity, rewrite });
	await window.openView(PROJECTS);
	await window.run(REFRESH_BY_PALETTE);
	await projects.welcome(welcomeText("welcome.projects.nothing-yet"));
	emulator.faults.clear();
	await window.view(VIEW_TITLE).pressAction(REFRESH);
	await projects.waitForRows(...names);
	for (const project of emulator.state.projects) await projects.rowWith(loadingDescription(project)).waitUntilGone();
}
