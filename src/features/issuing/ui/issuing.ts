import * as vscode from "vscode";
import type { ModalText } from "../../../common/messages/interfaceMessages.ts";
import type { FileLocks } from "../../../common/storage/locks.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import type { CertificateMaker, MadeCertificate } from "../../../domain/certificateMaking.ts";
import { describeChainCheck } from "../../clientCheck/chainCheckMessages.ts";
import type { ClientCheckDeps } from "../../clientCheck/ui/clientCheckCommand.ts";
import type { AddFileDeps } from "../../clients/addFile.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { CertificateFileNames } from "../fileNames.ts";
import { creatingTitle, describeExpectedAcceptance, issuingLabels } from "../issuingMessages.ts";
import { unlessCancelled } from "../making.ts";
import { createFiles } from "../newFiles.ts";
import type { ChosenCa } from "./caPrompt.ts";

/** The dependencies of the commands that make certificates. */
export interface IssuingDeps extends NotificationDeps, AddFileDeps, Pick<ClientCheckDeps, "checkChain"> {
	readonly maker: CertificateMaker;
	readonly locks: Pick<FileLocks, "withLock">;
	/** Shows how far this computer's clock is from OpenAI's. */
	readonly certificates: Pick<CertificateStore, "state">;
}

/**
 * Makes a certificate with its key and writes both, showing cancellable progress. After a failure or cancellation, no file
 * stays.
 * @param folder An absolute path.
 * @param finish Runs last. If it fails, the files are removed.
 * @throws ProblemError, CancelledError
 */
export async function makeFiles(
	commonName: string,
	make: () => Promise<MadeCertificate>,
	folder: string,
	names: CertificateFileNames,
	finish: (made: MadeCertificate) => Promise<void> = async () => {},
): Promise<MadeCertificate> {
	return withCancellableProgress(creatingTitle(commonName), async (signal) => {
		const made = await unlessCancelled(make(), signal);
		const certificate = { name: names.certificate, content: made.certificatePem };
		// The key first: a certificate without its key would be useless.
		const files = made.key ? [{ name: names.key, content: made.key }, certificate] : [certificate];
		await createFiles(folder, files, { signal, finish: () => finish(made) });
		return made;
	});
}

/**
 * Shows that a client certificate was made, and the result of the offline check against its CA.
 * @param described What was made.
 * @returns the chosen button
 */
export async function showMade(
	deps: Pick<IssuingDeps, "checkChain" | "documents">,
	described: string,
	{ certificatePem }: MadeCertificate,
	issuer: ChosenCa,
	...buttons: readonly string[]
): Promise<string | undefined> {
	const check = await deps.checkChain(new TextEncoder().encode(certificatePem), [issuer.der]);
	const against = { kind: "anchor", name: issuer.name } as const;
	// The maker has already checked it, so there is always a result.
	const { message, detail } = check ? describeChainCheck(check, against, Date.now() / 1000) : NO_RESULT;
	const isAccepted = check?.verdict === "accepted";
	const brief = `${described}\n${isAccepted ? describeExpectedAcceptance(issuer.name) : message}`;
	const complete = `${described}\n${message}\n${detail}`;
	return showMessage(deps, "information", { brief, complete }, ...buttons);
}

const NO_RESULT: ModalText = { message: "", detail: "" };

/** The button that shows a file in the system's file manager, which a browser can't. */
export const showFolder = {
	buttons: (): readonly string[] => (vscode.env.uiKind === vscode.UIKind.Desktop ? [issuingLabels.showFolder] : []),
	run: (file: vscode.Uri) => vscode.commands.executeCommand("revealFileInOS", file),
};
