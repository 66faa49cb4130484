// Shared by the rotations' interface tests: steps, and an organization whose old certificate is active in three scopes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import type { Project, StoredCertificate } from "../../emulator/state.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { addCaCertificate, chooseInRowMenu, requestsSince, signIn } from "./certificateActions.ts";
import { environment } from "./environment.ts";
import { type Session, startSession } from "./session.ts";
import { VIEW_TITLE } from "./uploadActions.ts";

export const OLD = "Old CA";
/** The common name of the certificate in `new.pem`. */
export const NEXT = "New CA";
export const OTHER = "Other CA";
/** Expires before the old certificate. */
export const SHORT = "Short CA";
export const WAITING_NOTE = "Rotating: move clients, then Finish";
export const ORGANIZATION = "organization";

/** Shared by the tests of a suite. */
interface RotationFixture {
	readonly session: Session;
	readonly next: TestCertificate;
	/** Sets a client certificate of the extension that chains to the old, the new or an inactive CA certificate. */
	readonly chainTo: (which: "old" | "next" | "idle") => void;
	/** Fills an empty organization and shows the list. @param addMore Adds the suite's own data. */
	readonly startScenario: (addMore?: (scenario: RotationScenario) => void | Promise<void>) => Promise<RotationScenario>;
	readonly close: () => Promise<void>;
}

/** Each test's own data. */
interface ScenarioParts extends Pick<RotationFixture, "session" | "next" | "chainTo"> {
	readonly old: StoredCertificate;
	readonly production: Project;
	readonly archived: Project;
	readonly staging: Project;
}

/** Starts a session with files of the new certificate and of a certificate that expires too early. */
export async function startRotationFixture(): Promise<RotationFixture> {
	const temporary = temporaryFolder("client");
	const clientFile = join(temporary.path, "client.pem");
	const expiring = (commonName: string, days: number) =>
		makeCertificate({ commonName, notAfter: new Date(Date.now() + days * 86_400_000) });
	const [issuer, next] = await Promise.all([expiring(OLD, 100), expiring(NEXT, 800)]);
	const [short, early] = await Promise.all([expiring(SHORT, 50), expiring("Early CA", 60)]);
	const client = (commonName: string, issuer: TestCertificate) => makeCertificate({ commonName, ca: false, issuer });
	const clients = {
		old: await client("Old client", issuer),
		next: await client("New client", next),
		idle: await client("Idle client", short),
	};
	const chainTo = (which: keyof typeof clients) => {
		const { pem, privateKeyPem } = clients[which];
		writeFileSync(clientFile, pem + privateKeyPem, { mode: 0o600 });
	};
	const session = await startSession({
		...environment,
		files: { "new.pem": next.pem, "early.pem": early.pem },
		settings: { "openaiCertificates.clientCertificate": clientFile },
	});
	const startScenario: RotationFixture["startScenario"] = async (addMore) => {
		chainTo("old");
		const { state } = session.emulator;
		const old = state.upload({ certificate: issuer.pem, name: OLD }).commit();
		state.upload({ certificate: short.pem, name: SHORT }).commit();
		await addCaCertificate(session.emulator, OTHER);
		const production = state.addProject("Production");
		const archived = state.addProject("Archived", { archived: true });
		const staging = state.addProject("Staging");
		const scenario = new RotationScenario({ session, next, old, production, archived, staging, chainTo });
		scenario.setActive(old.id, true, ...scenario.scopes);
		await addMore?.(scenario);
		await signIn(session);
		return scenario;
	};
	const close = async () => {
		await session.close();
		temporary.remove();
	};
	return { session, next, chainTo, startScenario, close };
}

/** A test's organization, and the user's steps in a rotation. */
export class RotationScenario {
	readonly parts: ScenarioParts;

	constructor(parts: ScenarioParts) {
		this.parts = parts;
	}

	/** The scopes in which the old certificate is active at first. */
	get scopes(): readonly string[] {
		const { production, archived } = this.parts;
		return [ORGANIZATION, production.id, archived.id];
	}

	get projects(): readonly string[] {
		const { production, archived, staging } = this.parts;
		return [production.id, archived.id, staging.id];
	}

	activeIn(scope: string): readonly string[] {
		return this.parts.session.emulator.state.activeIn(scope);
	}

	/** Activates or deactivates a certificate without the extension's knowledge. */
	setActive(id: string, active: boolean, ...scopes: readonly string[]) {
		for (const scope of scopes) this.parts.session.emulator.state.setActive(scope, [id], active).commit();
	}

	/** Returns the id of the certificate with this name; `""` if there is none. */
	idOf(name: string): string {
		return this.parts.session.emulator.state.certificates.find((each) => each.name === name)?.id ?? "";
	}

	postsSince(before: number): readonly string[] {
		return requestsSince(this.parts.session.emulator, before, "POST");
	}

	/** Adds the new certificate to the organization. */
	addNext() {
		const { session, next } = this.parts;
		session.emulator.state.upload({ certificate: next.pem, name: NEXT }).commit();
	}

	/** Rotates to a certificate of the organization, and waits until the rows say that clients must move. */
	async rotate(from: string, to: string) {
		await this.chooseReplacement(from, to);
		await (await this.confirmation(from, to)).press("Rotate");
		await this.waitUntilClientsMustMove(from);
	}

	/** Chooses Rotate… on a row, then the replacement. */
	async chooseReplacement(from: string, to: string) {
		const { window } = this.parts.session;
		await chooseInRowMenu(window, from, "Rotate…");
		await (await window.quickInput(`Rotate “${from}”`)).pick(to);
	}

	/** Chooses Rotate… on a row, then a file with the replacement. */
	async chooseReplacementFile(from: string, file: string) {
		const { window, folder } = this.parts.session;
		await this.chooseReplacement(from, "Choose a File…");
		const box = await window.quickInput(`The certificate that takes over from “${from}”`);
		await box.waitForValue(`${folder}/`);
		await box.type(join(folder, file));
		await box.accept();
	}

	confirmation(from: string, to: string) {
		return this.parts.session.window.dialog(`Rotate “${from}” to “${to}”?`);
	}

	/** Waits until the rows say that clients must move. */
	async waitUntilClientsMustMove(name: string) {
		const view = this.parts.session.window.view(VIEW_TITLE);
		await view.rowWith(`${name}${WAITING_NOTE}`).waitUntilVisible();
		await view.rowWith(`taking over from “${name}”`).waitUntilVisible();
	}

	/** Waits until no row shows a rotation. */
	async waitUntilOver() {
		const view = this.parts.session.window.view(VIEW_TITLE);
		await view.rowWith("Rotating: ").waitUntilGone();
		await view.rowWith("taking over from").waitUntilGone();
	}

	/** Undoes the rotation of the old certificate, and waits until no row shows a rotation. */
	async undo(name: string) {
		const { window } = this.parts.session;
		await chooseInRowMenu(window, OLD, "Undo Rotation…");
		await (await window.dialog(`Undo the rotation of “${OLD}” to “${name}”?`)).press("Undo");
		await this.waitUntilOver();
	}

	/** Presses Refresh and waits until the list was read. */
	async refresh() {
		const { emulator, window } = this.parts.session;
		const listRequest = emulator.faults.arm({ kind: "none", operation: "list", when: "before" });
		await window.view(VIEW_TITLE).pressAction("Refresh");
		await listRequest.ended;
	}
}
