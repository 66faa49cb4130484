// What interface tests of rotations share: an organization with an old anchor in three scopes, and a person's steps.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { temporaryFolder } from "../leftovers.ts";
import { environment } from "./environment.ts";
import { addAnchor, chooseOn, sentSince, signIn } from "./managing.ts";
import { type Session, startSession } from "./session.ts";
import { VIEW } from "./uploading.ts";

export const OLD = "Old CA";
/** The common name of what is in `new.pem`. */
export const NEXT = "New CA";
export const OTHER = "Other CA";
/** Expires before the old one. */
export const SHORT = "Short CA";
export const WAITING = "Rotating: move clients, then Finish";
export const ORGANIZATION = "organization";

interface Made {
	readonly session: Session;
	readonly next: MadeCertificate;
	readonly old: StoredCertificate;
	readonly production: Project;
	readonly archived: Project;
	readonly staging: Project;
	/** Has this extension's own client certificate chain to the old one, or to the new one. */
	readonly chainTo: (which: "old" | "next") => void;
	readonly close: () => Promise<void>;
}

/** Starts all that is needed, with a file of the new one, one that expires too early, and a client of the old one. */
export async function startRotating(): Promise<Rotating> {
	const temporary = temporaryFolder("client");
	const clientFile = join(temporary.path, "client.pem");
	const expiring = (commonName: string, days: number) =>
		makeCertificate({ commonName, notAfter: new Date(Date.now() + days * 86_400_000) });
	const [issuer, next] = await Promise.all([expiring(OLD, 100), expiring(NEXT, 800)]);
	const [short, early] = await Promise.all([expiring(SHORT, 50), expiring("Early CA", 60)]);
	const client = (commonName: string, issuer: MadeCertificate) => makeCertificate({ commonName, ca: false, issuer });
	const clients = { old: await client("Old client", issuer), next: await client("New client", next) };
	const chainTo = (which: "old" | "next") => {
		const { pem, privateKeyPem } = clients[which];
		writeFileSync(clientFile, pem + privateKeyPem, { mode: 0o600 });
	};
	chainTo("old");
	const session = await startSession({
		...environment,
		files: { "new.pem": next.pem, "early.pem": early.pem },
		settings: { "openaiCertificates.clientCertificate": clientFile },
	});
	const { state } = session.emulator;
	const old = state.upload({ certificate: issuer.pem, name: OLD }).commit();
	state.upload({ certificate: short.pem, name: SHORT }).commit();
	await addAnchor(session.emulator, OTHER);
	const production = state.addProject("Production");
	const archived = state.addProject("Archived", { archived: true });
	const staging = state.addProject("Staging");
	for (const scope of [ORGANIZATION, production.id, archived.id]) state.setActive(scope, [old.id], true).commit();
	await signIn(session);
	const close = async () => {
		await session.close();
		temporary.remove();
	};
	return new Rotating({ session, next, old, production, archived, staging, chainTo, close });
}

export class Rotating {
	readonly made: Made;

	constructor(made: Made) {
		this.made = made;
	}

	/** The scopes where the old one is active to begin with. */
	get scopes(): readonly string[] {
		const { production, archived } = this.made;
		return [ORGANIZATION, production.id, archived.id];
	}

	get projects(): readonly string[] {
		const { production, archived, staging } = this.made;
		return [production.id, archived.id, staging.id];
	}

	activeIn(scope: string): readonly string[] {
		return this.made.session.emulator.state.activeIn(scope);
	}

	/** Switches one behind the extension's back. */
	switch(id: string, active: boolean, ...scopes: readonly string[]) {
		for (const scope of scopes) this.made.session.emulator.state.setActive(scope, [id], active).commit();
	}

	/** @returns the id of the certificate with this name; nothing where there is none. */
	idOf(name: string): string {
		return this.made.session.emulator.state.certificates.find((each) => each.name === name)?.id ?? "";
	}

	posts(before: number): readonly string[] {
		return sentSince(this.made.session.emulator, before, "POST");
	}

	/** Chooses Rotate… on a row, and the certificate that takes over. */
	async rotateTo(from: string, to: string) {
		const { window } = this.made.session;
		await chooseOn(window, from, "Rotate…");
		await (await window.quickInput(`Rotate “${from}”`)).pick(to);
	}

	/** The same with a file. */
	async rotateToFile(from: string, file: string) {
		const { window, folder } = this.made.session;
		await this.rotateTo(from, "Choose a File…");
		const where = await window.quickInput(`The certificate that takes over from “${from}”`);
		await where.valueBecomes(`${folder}/`);
		await where.type(join(folder, file));
		await where.accept();
	}

	question(from: string, to: string) {
		return this.made.session.window.dialog(`Rotate “${from}” to “${to}”?`);
	}

	/** Waits until the rows say that clients must move. */
	async isWaiting(name: string) {
		const view = this.made.session.window.view(VIEW);
		await view.rowWith(`${name}${WAITING}`).appears();
		await view.rowWith(`taking over from “${name}”`).appears();
	}

	/** Waits until no row tells of a rotation. */
	async isOver() {
		const view = this.made.session.window.view(VIEW);
		await view.rowWith("Rotating: ").disappears();
		await view.rowWith("taking over from").disappears();
	}

	/** Undoes it. */
	async undo(name: string) {
		const { window } = this.made.session;
		await chooseOn(window, OLD, "Undo Rotation…");
		await (await window.dialog(`Undo the rotation of “${OLD}” to “${name}”?`)).press("Undo");
		await this.isOver();
	}

	/** Has everything in sight read again, and waits for the list. */
	async refresh() {
		const { emulator, window } = this.made.session;
		const read = emulator.faults.next({ kind: "none", operation: "list", when: "before" });
		await window.view(VIEW).action("Refresh");
		await read.ended;
	}
}
