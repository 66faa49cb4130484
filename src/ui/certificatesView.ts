import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { Certificates, CertificatesState } from "../application/certificates.ts";
import type { RunningUpload, Uploads } from "../application/uploads.ts";
import { CERTIFICATE_LIMIT, type Certificate, type ExpiryState, expiryState } from "../domain/certificate.ts";
import { Failure } from "../domain/failure.ts";
import { CONTEXT, VIEW } from "./names.ts";
import { reminderDays } from "./settings.ts";
import { descriptionWords, nameWords, spokenWords, tooltipWords } from "./words/certificates.ts";
import { inert } from "./words/inert.ts";
import { noteWords } from "./words/view.ts";

/** A row of the view. */
export type Row =
	| { readonly kind: "upload"; readonly upload: RunningUpload }
	| { readonly kind: "certificate"; readonly certificate: Certificate }
	| { readonly kind: "note"; readonly text: string };

/** A list older than this is read again when a person looks at it, in milliseconds. */
const STALE_MS = 60_000;

const MOST_REVEALS = 10;

const ICONS: Readonly<Record<ExpiryState, vscode.ThemeIcon>> = {
	valid: new vscode.ThemeIcon("verified", new vscode.ThemeColor("testing.iconPassed")),
	expiring: new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground")),
	expired: new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground")),
	unknown: new vscode.ThemeIcon("question"),
};

/** The view in the sidebar: shows what the state holds, and has it read when a person looks. */
export class CertificatesView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
	readonly #certificates: Certificates;
	readonly #uploads: Uploads;
	/** The rows that were handed to the editor. */
	readonly #rows = new WeakSet<Row>();
	readonly #report: (thrown: unknown) => void;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #view: vscode.TreeView<Row>;
	readonly #subscriptions: vscode.Disposable;

	readonly onDidChangeTreeData = this.#changed.event;

	/** @param report Shows what went wrong where no command was given. */
	constructor(certificates: Certificates, uploads: Uploads, report: (thrown: unknown) => void) {
		this.#report = report;
		this.#certificates = certificates;
		this.#uploads = uploads;
		this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: false });
		const redraw = () => this.redraw();
		certificates.on("change", redraw);
		uploads.on("change", redraw);
		this.#subscriptions = vscode.Disposable.from(
			this.#view,
			this.#changed,
			this.#view.onDidChangeVisibility(() => this.refreshIfStale()),
			vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshIfStale()),
		);
	}

	getChildren(parent?: Row): Row[] {
		if (parent) return [];
		const { listing, problem, loadedAt } = this.#certificates.state;
		const notes = noteWords(listing, problem, loadedAt).map((text): Row => ({ kind: "note", text }));
		const uploads = this.#uploads.running.map((upload): Row => ({ kind: "upload", upload }));
		const certificates = listing?.certificates.map((certificate): Row => ({ kind: "certificate", certificate })) ?? [];
		const rows = [...uploads, ...notes, ...certificates];
		for (const row of rows) this.#rows.add(row);
		return rows;
	}

	getParent(): undefined {
		return undefined;
	}

	getTreeItem(row: Row): vscode.TreeItem {
		switch (row.kind) {
			case "upload":
				return uploadItem(row.upload);
			case "certificate":
				return certificateItem(row.certificate);
			case "note":
				return noteItem(row.text);
		}
	}

	/**
	 * The certificate that a command is about: the row that a menu handed over, else the one that is selected. Only what
	 * the list holds counts, whoever calls.
	 * @throws Failure `nothing-selected`
	 */
	certificateOf(row: unknown): Certificate {
		const chosen = this.#chosen(row);
		const certificates = this.#certificates.state.listing?.certificates ?? [];
		const certificate = chosen?.kind === "certificate" && certificates.find(({ id }) => id === chosen.certificate.id);
		if (!certificate) throw new Failure({ reason: "nothing-selected" });
		return certificate;
	}

	/** The running upload that a command is about, likewise. @throws Failure `nothing-selected` */
	uploadOf(row: unknown): RunningUpload {
		const chosen = this.#chosen(row);
		const upload = chosen?.kind === "upload" && this.#uploads.running.find(({ id }) => id === chosen.upload.id);
		if (!upload) throw new Failure({ reason: "nothing-selected" });
		return upload;
	}

	/** Opens the view and selects the row of a certificate that the list holds; the keyboard stays where it is. */
	async reveal({ id }: Pick<Certificate, "id">): Promise<void> {
		const certificate = this.#certificates.state.listing?.certificates.find((each) => each.id === id);
		if (!certificate) return;
		// A view that was hidden draws itself anew when it is shown. Until it has, the editor does not know the row, which it
		// says by an error, or drops the selection; and it does not tell when it has.
		for (let tries = 0; tries < MOST_REVEALS && !this.#isSelected(id); tries++)
			await this.#view.reveal({ kind: "certificate", certificate }, { select: true, focus: false }).then(
				() => {},
				() => {},
			);
	}

	/** Reads the list again; the view shows that it does. */
	async refresh(): Promise<void> {
		await vscode.window.withProgress({ location: { viewId: VIEW } }, () => this.#certificates.refresh());
	}

	/** Reads the list again where a person looks at it and it is old, or was never read. */
	refreshIfStale(): void {
		const { loading, askedAt } = this.#certificates.state;
		if (!this.#view.visible || loading || (askedAt !== null && Date.now() - askedAt < STALE_MS)) return;
		this.refresh().catch(this.#report);
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	/** Shows what the state holds. */
	redraw(): void {
		const { state } = this.#certificates;
		void vscode.commands.executeCommand("setContext", CONTEXT.empty, emptiness(state));
		const count = state.listing?.certificates.length;
		this.#view.description = count ? l10n.t("{0} of {1}", count, CERTIFICATE_LIMIT) : "";
		this.#changed.fire();
	}

	#isSelected(id: string): boolean {
		const [selected] = this.#view.selection;
		return selected?.kind === "certificate" && selected.certificate.id === id;
	}

	/** Junk from whoever calls a command must not act on what is selected. */
	#chosen(row: unknown): Row | undefined {
		if (row === undefined) return this.#view.selection[0];
		return this.#rows.has(row as Row) ? (row as Row) : undefined;
	}
}

/**
 * Why there is no row, for the welcome text that fits: a problem's reason or `nothing-yet`; `no` where there are rows,
 * or may be as soon as the first answer is there.
 */
function emptiness({ listing, problem, loading }: CertificatesState): string {
	if (listing && listing.certificates.length + listing.unreadable > 0) return "no";
	if (problem) return problem.reason;
	return listing && !loading ? "nothing-yet" : "no";
}

function certificateItem(certificate: Certificate): vscode.TreeItem {
	const now = Date.now() / 1000;
	const state = expiryState(certificate.expiresAt, now, reminderDays());
	const item = new vscode.TreeItem(nameWords(certificate));
	item.id = `organization/${certificate.id}`;
	item.description = descriptionWords(certificate, now);
	item.tooltip = tooltipWords(certificate, state, now);
	item.iconPath = ICONS[state];
	item.contextValue = "certificate";
	item.accessibilityInformation = { label: spokenWords(certificate, state, now) };
	return item;
}

function uploadItem({ id, name }: RunningUpload): vscode.TreeItem {
	const item = new vscode.TreeItem(inert(name));
	item.id = `upload/${id}`;
	item.description = l10n.t("uploading…");
	item.iconPath = new vscode.ThemeIcon("loading~spin");
	item.contextValue = "upload";
	item.accessibilityInformation = { label: l10n.t("{0}, uploading", inert(name)) };
	return item;
}

function noteItem(text: string): vscode.TreeItem {
	const item = new vscode.TreeItem(text);
	item.id = `note/${text}`;
	item.tooltip = text;
	item.iconPath = new vscode.ThemeIcon("info");
	item.accessibilityInformation = { label: text };
	return item;
}
