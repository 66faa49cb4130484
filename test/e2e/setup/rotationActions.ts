// Shared by the rotations' interface tests: steps, and an organization whose old certificate is active in three scopes.
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "../../../src/common/messages/labels.ts";
import { type ScopeSummary, summarizeScopes } from "../../../src/common/messages/scopes.ts";
import { type Certificate, DEFAULT_REMINDER_DAYS } from "../../../src/domain/certificate.ts";
import type { Scope } from "../../../src/domain/scope.ts";
import { describeSelfAccess } from "../../../src/features/clientCheck/clientCheckMessages.ts";
import { replacementFileTitle, rotateTitle } from "../../../src/features/rotation/rotationPickMessages.ts";
import type { TrustAnchor } from "../../../src/features/rotation/rotationPlan.ts";
import { describeStart, rotationPromptLabels } from "../../../src/features/rotation/rotationPromptMessages.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import { checkChain } from "../../../src/x509/chainCheck.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import type { Project, StoredCertificate } from "../../emulator/state.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { addCaCertificate, chooseInRowMenu, requestsSince, signIn } from "./certificateActions.ts";
import { environment } from "./environment.ts";
import {
	anyNotes,
	named,
	ROTATE,
	replacingNote,
	startMessage,
	UNDO_ROTATION,
	undoMessage,
	WAITING_NOTE,
} from "./rotationTexts.ts";
import { type Session, startSession } from "./session.ts";
import { VIEW_TITLE } from "./uploadActions.ts";

export const OLD = "Old CA";
/** The common name of the certificate in `new.pem`. */
export const NEXT = "New CA";
export const OTHER = "Other CA";
/** Expires before the old certificate. */
export const SHORT = "Short CA";
export const ORGANIZATION = "organization";

/** A client certificate of the extension. It chains to the old, the new or an inactive CA certificate. */
type ClientName = "old" | "next" | "idle";

/** Shared by the tests of a suite. */
interface RotationFixture {
	readonly session: Session;
	readonly next: TestCertificate;
	readonly clients: Readonly<Record<ClientName, TestCertificate>>;
	/** Sets the client certificate of the extension. */
	readonly chainTo: (which: ClientName) => void;
	/** Fills an empty organization and shows the list. @param addMore Adds the suite's own data. */
	readonly startScenario: (addMore?: (scenario: RotationScenario) => void | Promise<void>) => Promise<RotationScenario>;
	readonly close: () => Promise<void>;
}

/** Each test's own data. */
interface ScenarioParts extends Pick<RotationFixture, "session" | "next" | "clients" | "chainTo"> {
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
	const chainTo = (which: ClientName) => {
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
		const scenario = new RotationScenario({ session, next, clients, old, production, archived, staging, chainTo });
		scenario.setActive(old.id, true, ...scenario.scopes);
		await addMore?.(scenario);
		await signIn(session);
		return scenario;
	};
	const close = async () => {
		await session.close();
		temporary.remove();
	};
	return { session, next, clients, chainTo, startScenario, close };
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

	/** Returns a certificate of the organization as the extension reads it. */
	certificate(name: string): Certificate {
		return { ...this.#stored(name), active: undefined };
	}

	/** Like `certificate`, with its content. */
	async anchor(name: string): Promise<TrustAnchor> {
		const bytes = Buffer.from(this.#stored(name).pem);
		const { candidates } = await new X509CertificateFileReader().read(bytes, Date.now() / 1000, DEFAULT_REMINDER_DAYS);
		return { certificate: this.certificate(name), content: candidates[0] ?? null };
	}

	#stored(name: string): StoredCertificate {
		return this.parts.session.emulator.state.get(this.idOf(name));
	}

	/** Returns a project's name. */
	readonly nameOf = (id: string): string => this.parts.session.emulator.state.project(id).name;

	/** Returns scopes in the extension's order: the organization, then projects as the API lists them. */
	ordered(scopes: readonly string[]): readonly Scope[] {
		const projects = this.parts.session.emulator.state.projects.toReversed().map(({ id }) => id);
		return [ORGANIZATION, ...projects].filter((id) => scopes.includes(id)).map(toScope);
	}

	/** Returns scopes as the extension's texts name them. */
	summary(scopes: readonly string[]): ScopeSummary {
		return summarizeScopes(this.ordered(scopes), this.nameOf);
	}

	/** Returns the details of the question before a rotation. @param where Scopes, as in `StartQuestion`. */
	async startDetail(
		from: string,
		to: string,
		where: { readonly missing?: readonly string[]; readonly present?: readonly string[]; readonly planned?: boolean },
	): Promise<string> {
		const { missing = [], present = [], planned = false } = where;
		const [old, next] = await Promise.all([this.anchor(from), this.anchor(to)]);
		const scopes = { missing: this.summary(missing), present: this.summary(present) };
		return describeStart({ old, next, ...scopes, planned, changed: false }, Date.now() / 1000).detail;
	}

	/** Returns the text about the extension's own calls, with a client certificate checked against a trust anchor. */
	ownAccess(client: ClientName, anchorName: string): string {
		const now = Date.now() / 1000;
		const { raw } = new X509Certificate(this.#stored(anchorName).pem);
		const check = checkChain(Buffer.from(this.parts.clients[client].pem), [raw], now);
		if (!check) throw new Error(`${anchorName} is not a readable certificate`);
		const anchor = this.certificate(anchorName);
		return describeSelfAccess({ kind: "checked", check, anchor, hostWithoutMtls: null }, now);
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
		await (await this.confirmation(from, to)).press(rotationPromptLabels.rotate);
		await this.waitUntilClientsMustMove(from);
	}

	/** Chooses Rotate… on a row, then the replacement. */
	async chooseReplacement(from: string, to: string) {
		const { window } = this.parts.session;
		await chooseInRowMenu(window, from, ROTATE);
		await (await window.quickInput(rotateTitle(named(from)))).pick(to);
	}

	/** Chooses Rotate… on a row, then a file with the replacement. */
	async chooseReplacementFile(from: string, file: string) {
		const { window, folder } = this.parts.session;
		await this.chooseReplacement(from, labels.chooseFile);
		const box = await window.quickInput(replacementFileTitle(named(from)));
		await box.waitForValue(`${folder}/`);
		await box.type(join(folder, file));
		await box.accept();
	}

	confirmation(from: string, to: string) {
		return this.parts.session.window.dialog(startMessage(from, to));
	}

	/** Waits until the rows say that clients must move. */
	async waitUntilClientsMustMove(name: string) {
		const view = this.parts.session.window.view(VIEW_TITLE);
		await view.row(name).waitForText(WAITING_NOTE);
		await view.rowWith(replacingNote(name)).waitUntilVisible();
	}

	/** Waits until no row shows a rotation. */
	async waitUntilOver() {
		const view = this.parts.session.window.view(VIEW_TITLE);
		for (const note of anyNotes()) await view.rowWith(note).waitUntilGone();
	}

	/** Undoes the rotation of the old certificate, and waits until no row shows a rotation. */
	async undo(name: string) {
		const { window } = this.parts.session;
		await chooseInRowMenu(window, OLD, UNDO_ROTATION);
		await (await window.dialog(undoMessage(OLD, name))).press(rotationPromptLabels.undo);
		await this.waitUntilOver();
	}

	/** Presses Refresh and waits until the list was read. */
	async refresh() {
		const { emulator, window } = this.parts.session;
		const listRequest = emulator.faults.arm({ kind: "none", operation: "list", when: "before" });
		await window.view(VIEW_TITLE).pressAction(manifestText("command.refresh"));
		await listRequest.ended;
	}
}

/** Returns a scope of the emulator as the extension represents it. */
export function toScope(id: string): Scope {
	return id === ORGANIZATION ? { kind: "organization" } : { kind: "project", id };
}
