// What interface tests of rotations share: an organization with an old anchor in three scopes, and a person's steps.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import type { Project, StoredCertificate } from "../../emulator/state.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { addAnchor, chooseOn, sentSince, signIn } from "./certificateActions.ts";
import { environment } from "./environment.ts";
import { type Session, startSession } from "./session.ts";
import { VIEW } from "./uploadActions.ts";

export const OLD = "Old CA";
/** The common name of what is in `new.pem`. */
export const NEXT = "New CA";
export const OTHER = "Other CA";
/** Expires before the old one. */
export const SHORT = "Short CA";
export const WAITING = "Rotating: move clients, then Finish";
export const ORGANIZATION = "organization";

/** What the tests of a suite share. */
interface Kit {
	readonly session: Session;
	readonly next: MadeCertificate;
	/** Has this extension's own client certificate chain to the old one, to the new one, or to one that is active nowhere. */
	readonly chainTo: (which: "old" | "next" | "idle") => void;
	/** Fills an empty organization, and has its list shown. @param more Adds what a suite needs beside. */
	readonly begin: (more?: (rotating: Rotating) => void | Promise<void>) => Promise<Rotating>;
	readonly close: () => Promise<void>;
}

/** What each test has of its own. */
interface Made extends Pick<Kit, "session" | "next" | "chainTo"> {
	readonly old: StoredCertificate;
	readonly production: Project;
	readonly archived: Project;
	readonly staging: Project;
}

/** Starts all that is needed, with a file of the new one and one that expires too early. */
export async function startRotating(): Promise<Kit> {
	const temporary = temporaryFolder("client");
	const clientFile = join(temporary.path, "client.pem");
	const expiring = (commonName: string, days: number) =>
		makeCertificate({ commonName, notAfter: new Date(Date.now() + days * 86_400_000) });
	const [issuer, next] = await Promise.all([expiring(OLD, 100), expiring(NEXT, 800)]);
	const [short, early] = await Promise.all([expiring(SHORT, 50), expiring("Early CA", 60)]);
	const client = (commonName: string, issuer: MadeCertificate) => makeCertificate({ commonName, ca: false, issuer });
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
	const begin: Kit["begin"] = async (more) => {
		chainTo("old");
		const { state } = session.emulator;
		const old = state.upload({ certificate: issuer.pem, name: OLD }).commit();
		state.upload({ certificate: short.pem, name: SHORT }).commit();
		await addAnchor(session.emulator, OTHER);
		const production = state.addProject("Production");
		const archived = state.addProject("Archived", { archived: true });
		const staging = state.addProject("Staging");
		const rotating = new Rotating({ session, next, old, production, archived, staging, chainTo });
		rotating.switch(old.id, true, ...rotating.scopes);
		await more?.(rotating);
		await signIn(session);
		return rotating;
	};
	const close = async () => {
		await session.close();
		temporary.remove();
	};
	return { session, next, chainTo, begin, close };
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

	/** Has the organization hold the new one. */
	addNext() {
		const { session, next } = this.made;
		session.emulator.state.upload({ certificate: next.pem, name: NEXT }).commit();
	}

	/** Rotates to one that the organization holds, until the rows say that clients must move. */
	async rotate(from: string, to: string) {
		await this.rotateTo(from, to);
		await (await this.question(from, to)).press("Rotate");
		await this.isWaiting(from);
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
