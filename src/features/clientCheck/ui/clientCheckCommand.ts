import * as vscode from "vscode";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { describeKeyIssue } from "../../../common/messages/problems/problems.ts";
import { type FileContent, promptForFile } from "../../../common/ui/certificateFilePicker.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { saveFile } from "../../../common/ui/saveFile.ts";
import { readMtlsUrl, readReminderDays } from "../../../common/ui/settings.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { CertificateFile } from "../../../domain/certificateFile.ts";
import type { ChainCheckResult } from "../../../domain/clientCertificateCheck.ts";
import { findKeyIssue } from "../../../domain/connection.ts";
import {
	type ClientCredentials,
	type LiveCheckRequest,
	type LiveCheckResult,
	ProjectKey,
} from "../../../domain/liveCheck.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import type { ClientFiles } from "../../clientSetup/clientSetup.ts";
import { clientSetupLabels } from "../../clientSetup/clientSetupMessages.ts";
import { copyClientSetup } from "../../clientSetup/ui/copyClientSetup.ts";
import { chainPem } from "../../clients/clientRecord.ts";
import type { KnownClient } from "../../clients/knownClient.ts";
import { addClients, type ClientCommandDeps } from "../../clients/ui/clientCommands.ts";
import type { ConnectionStore } from "../../connections/ui/connectionStore.ts";
import { promptForPassphrase } from "../../connections/ui/passphrasePrompt.ts";
import { describeChainCheck } from "../chainCheckMessages.ts";
import {
	clientCheckPromptLabels,
	describeProjectKeyUse,
	describeSavedChain,
	keyFileTitle,
	liveTestTitle,
	projectKeyTitle,
	saveChainTitle,
} from "../clientCheckPromptMessages.ts";
import { describeLiveCheck } from "../liveCheckMessages.ts";
import { type AnchorPickerDeps, promptForAnchors, readAnchor } from "./anchorPicker.ts";
import { fileRefused } from "./fileRefused.ts";

/** The file of a client certificate; `uri`: `null` for a known client. */
interface CheckedFile extends Pick<FileContent, "name" | "bytes"> {
	readonly uri: vscode.Uri | null;
}

export interface ClientCheckDeps extends AnchorPickerDeps, Omit<ClientCommandDeps, "connections"> {
	readonly connections: Pick<ConnectionStore, "containsKey" | "destination">;
	/** Like `checkChain` in `x509`, by this computer's clock. */
	readonly checkChain: (file: Uint8Array, anchors: readonly Uint8Array[]) => Promise<ChainCheckResult | null>;
	/** Checks that a certificate and a key can be presented. @throws ProblemError `client-certificate` */
	readonly validateClientCredentials: (credentials: ClientCredentials) => void;
	/** Presents a client certificate to the service. @throws ProblemError, CancelledError */
	readonly checkLive: (request: LiveCheckRequest, signal: AbortSignal) => Promise<LiveCheckResult>;
}

/**
 * Checks a client certificate against trust anchors: offline, then by the service if the user wants.
 * @param certificate The anchor; `null` to prompt for one or more.
 * @param known The known client to check; `null` to prompt for a file.
 * @throws ProblemError, CancelledError
 */
export async function checkClientCertificate(
	deps: ClientCheckDeps,
	certificate: Certificate | null,
	known: KnownClient | null = null,
): Promise<void> {
	const { against, anchors } = certificate ? await readAnchor(deps, certificate) : await promptForAnchors(deps);
	const clientFile: CheckedFile = known ? toFile(known) : await promptForFile(clientCheckPromptLabels.clientFileTitle);
	const found = await deps.reader.read(clientFile.bytes, Date.now() / 1000, readReminderDays());
	const check = await deps.checkChain(clientFile.bytes, anchors);
	if (!check) throw fileRefused("client-certificate", clientFile, found);
	const { message, detail } = describeChainCheck(check, against, Date.now() / 1000);
	const { testWithOpenai, saveInOrder, addToClients } = clientCheckPromptLabels;
	const { copySetup } = clientSetupLabels;
	const isInOrder = !check.issues.some(({ code }) => code === "not-in-order");
	const buttons = [
		testWithOpenai,
		...(isInOrder ? [] : [saveInOrder]),
		...(known || (await isKnown(deps, check.sha256)) ? [] : [addToClients]),
		// A file in another order can't be presented as it is.
		...(isInOrder && check.verdict !== "rejected" ? [copySetup] : []),
	];
	const chosen = await showResult(check.verdict === "accepted", message, detail, ...buttons);
	if (chosen === saveInOrder) return saveChain(clientFile.name, found, check);
	if (chosen === addToClients) return addClients(deps, clientFile.uri, undefined);
	const files = known ?? setupFiles(deps, clientFile, found);
	if (chosen === copySetup) return copyClientSetup(deps, files);
	if (chosen !== testWithOpenai) return;

	const baseUrl = readMtlsUrl();
	const { client, keyUri } = await promptForCredentials(deps, clientFile, found, check, files.keyPath);
	const key = await promptForProjectKey(deps, baseUrl.host);
	const title = liveTestTitle(baseUrl.host);
	const outcome = await withCancellableProgress(title, (signal) => deps.checkLive({ baseUrl, key, client }, signal));
	const result = describeLiveCheck(outcome, baseUrl.host);
	const isProven = outcome.code === "accepted" && outcome.without === "required";
	const isUsable = outcome.code === "accepted" && isInOrder;
	const pressed = await showResult(isProven, result.message, result.detail, ...(isUsable ? [copySetup] : []));
	if (pressed !== copySetup) return;
	const keyPath = keyUri && deps.clientFiles.pathOf(keyUri.toString());
	await copyClientSetup(deps, { ...files, keyPath, isKeyEncrypted: client.passphrase !== null });
}

/** Returns a known client as the file that it was read from, without a private key. */
function toFile(client: KnownClient): CheckedFile {
	return { name: formatCertificateName(client), bytes: new TextEncoder().encode(chainPem(client)), uri: null };
}

/** Returns the files of a client whose file the person chose. */
function setupFiles(
	{ clientFiles }: ClientCheckDeps,
	{ uri }: CheckedFile,
	{ holdsPrivateKey }: CertificateFile,
): ClientFiles {
	const certificatePath = uri && clientFiles.pathOf(uri.toString());
	return { certificatePath, keyPath: holdsPrivateKey ? certificatePath : null };
}

/** True if the client cannot be added either, because there is no organization, or its list cannot be read. */
async function isKnown({ certificates, clients }: ClientCheckDeps, sha256: string): Promise<boolean> {
	const { organizationRef } = certificates;
	if (!organizationRef) return true;
	return clients.list(organizationRef).then(
		(known) => known.some((client) => client.sha256 === sha256),
		() => true,
	);
}

/** Saves the client certificate and then its issuers, without the trust anchor. @throws ProblemError, CancelledError */
async function saveChain(
	fileName: string,
	{ candidates }: CertificateFile,
	{ chain, complete }: ChainCheckResult,
): Promise<void> {
	const presented = complete && chain.length > 1 ? chain.slice(0, -1) : chain;
	const pems = presented.flatMap(({ sha256 }) => candidates.find((each) => each.sha256 === sha256)?.pem ?? []);
	const name = `${fileName.replace(/\.[^.]*$/, "")}-chain.pem`;
	notifyDone(describeSavedChain(await saveFile(saveChainTitle(fileName), name, pems.join(""))));
}

function showResult(isGood: boolean, message: string, detail: string, ...buttons: readonly string[]) {
	const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
	return show(message, { modal: true, detail }, ...buttons);
}

/**
 * Returns the client certificate and its intermediates with the key, which may be in the same file, and its passphrase.
 * @param keyPath The absolute path of the key's file to suggest; `null` if unknown.
 * @returns `keyUri`: the key's file.
 * @throws ProblemError `client-pair`; CancelledError
 */
async function promptForCredentials(
	{ validateClientCredentials }: ClientCheckDeps,
	clientFile: CheckedFile,
	{ candidates, holdsPrivateKey }: CertificateFile,
	{ sha256 }: ChainCheckResult,
	keyPath: string | null,
): Promise<{ readonly client: ClientCredentials; readonly keyUri: vscode.Uri | null }> {
	const title = keyFileTitle(clientFile.name);
	const suggested = keyPath === null ? undefined : vscode.Uri.file(keyPath);
	const keyFile: CheckedFile = holdsPrivateKey ? clientFile : await promptForFile(title, ["key", "pem"], suggested);
	// TLS requires the client's own certificate first (RFC 8446 4.4.2).
	const own = candidates.filter((each) => each.sha256 === sha256);
	const intermediates = candidates.filter((each) => each.sha256 !== sha256);
	const credentials = {
		certificate: [...own, ...intermediates].map(({ pem }) => pem).join(""),
		key: Buffer.from(keyFile.bytes).toString("latin1"),
		names: { certificate: clientFile.name, key: keyFile.name },
	};
	const prompt = clientCheckPromptLabels.passphrasePrompt;
	try {
		const passphrase = await promptForPassphrase(keyFile.name, prompt, (passphrase) =>
			validateClientCredentials({ ...credentials, passphrase }),
		);
		return { client: { ...credentials, passphrase }, keyUri: keyFile.uri };
	} catch (thrown) {
		const problem = problemOf(thrown);
		throw problem?.reason === "client-certificate" ? new ProblemError({ ...problem, reason: "client-pair" }) : thrown;
	}
}

/** Prompts for a project key, which must never be stored. Refuses stored admin keys and text that looks like one. */
async function promptForProjectKey({ connections }: ClientCheckDeps, host: string): Promise<ProjectKey> {
	const isAdmin = clientCheckPromptLabels.isAdminKey;
	const text = await promptText({
		title: projectKeyTitle(host),
		prompt: describeProjectKeyUse(host),
		placeholder: "sk-proj-…",
		password: true,
		validate(text) {
			const issue = findKeyIssue(text);
			if (issue) return { message: describeKeyIssue(issue), severity: "error" };
			return ProjectKey.of(text.trim()) ? null : { message: isAdmin, severity: "error" };
		},
		check: async (text) => ((await connections.containsKey(text)) ? isAdmin : null),
	});
	const key = ProjectKey.of(text);
	if (!key) throw new CancelledError();
	return key;
}
