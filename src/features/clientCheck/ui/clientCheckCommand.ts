import * as vscode from "vscode";
import { STALE_MS } from "../../../common/freshness.ts";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../../common/messages/dates.ts";
import { labels } from "../../../common/messages/labels.ts";
import {
	formatCertificateChoice,
	formatParsedCertificateName,
} from "../../../common/messages/parsedCertificateMessages.ts";
import { describeKeyIssue } from "../../../common/messages/problems.ts";
import { type FileContent, promptForFile } from "../../../common/ui/certificateFilePicker.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickOne, promptText } from "../../../common/ui/prompts.ts";
import { readMtlsUrl, readReminderDays } from "../../../common/ui/settings.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { CertificateFile, CertificateReader, ParsedCertificate } from "../../../domain/certificateFile.ts";
import type { ChainCheckResult } from "../../../domain/clientCertificateCheck.ts";
import { findKeyIssue } from "../../../domain/connection.ts";
import {
	type ClientCredentials,
	type LiveCheckRequest,
	type LiveCheckResult,
	ProjectKey,
} from "../../../domain/liveCheck.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import type { ConnectionStore } from "../../connections/ui/connectionStore.ts";
import { promptForPassphrase } from "../../connections/ui/passphrasePrompt.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { fetchContent } from "../../organization/ui/commandContext.ts";
import {
	clientCheckPromptLabels,
	describeProjectKeyUse,
	keyFileTitle,
	liveTestTitle,
	projectKeyTitle,
} from "../clientCheckPromptMessages.ts";
import { describeChainCheck, describeLiveCheck } from "../liveCheckMessages.ts";

export interface ClientCheckDeps {
	readonly certificates: CertificateStore;
	readonly connections: Pick<ConnectionStore, "containsKey">;
	readonly reader: CertificateReader;
	/** Like `checkChain` in `x509`, by this computer's clock. */
	readonly checkChain: (file: Uint8Array, anchor: Uint8Array) => Promise<ChainCheckResult | null>;
	/** Checks that a certificate and a key can be presented. @throws ProblemError `client-certificate` */
	readonly validateClientCredentials: (credentials: ClientCredentials) => void;
	/** Presents a client certificate to the service. @throws ProblemError, CancelledError */
	readonly checkLive: (request: LiveCheckRequest, signal: AbortSignal) => Promise<LiveCheckResult>;
}

interface NamedAnchor {
	/** For display. */
	readonly name: string;
	readonly der: Uint8Array;
}

/**
 * Checks a client certificate against a trust anchor: offline, then by the service if the user wants.
 * @param certificate The anchor; `null` to prompt for it.
 * @throws ProblemError, CancelledError
 */
export async function checkClientCertificate(deps: ClientCheckDeps, certificate: Certificate | null): Promise<void> {
	const anchor = certificate ? await readAnchor(deps, certificate) : await promptForAnchor(deps);
	const clientFile = await promptForFile(clientCheckPromptLabels.clientFileTitle);
	const found = await deps.reader.read(clientFile.bytes, Date.now() / 1000, readReminderDays());
	const check = await deps.checkChain(clientFile.bytes, anchor.der);
	if (!check) throw fileRefused("client-certificate", clientFile, found);
	const { message, detail } = describeChainCheck(check, anchor.name, Date.now() / 1000);
	const { testWithOpenai } = clientCheckPromptLabels;
	if ((await showResult(check.accepted, message, detail, testWithOpenai)) !== testWithOpenai) return;

	const baseUrl = readMtlsUrl();
	const client = await promptForCredentials(deps, clientFile, found, check);
	const key = await promptForProjectKey(deps, baseUrl.host);
	const title = liveTestTitle(baseUrl.host);
	const outcome = await withCancellableProgress(title, (signal) => deps.checkLive({ baseUrl, key, client }, signal));
	const result = describeLiveCheck(outcome, baseUrl.host);
	await showResult(outcome.code === "accepted", result.message, result.detail);
}

function showResult(isGood: boolean, message: string, detail: string, ...buttons: readonly string[]) {
	const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
	return show(message, { modal: true, detail }, ...buttons);
}

function fileRefused(
	wanted: "anchor" | "client-certificate",
	{ name }: FileContent,
	{ reason, skipped }: CertificateFile,
): ProblemError {
	return new ProblemError({
		reason: "file-refused",
		file: name,
		wanted,
		refusal: reason ?? "no-certificates",
		skipped,
	});
}

async function readAnchor(deps: ClientCheckDeps, certificate: Certificate): Promise<NamedAnchor> {
	return { name: formatCertificateName(certificate), der: (await fetchContent(deps, certificate)).der };
}

/** Prompts for one of the organization's certificates, or for a file. */
async function promptForAnchor(deps: ClientCheckDeps): Promise<NamedAnchor> {
	const { title, selectAnchor: placeholder } = clientCheckPromptLabels;
	const now = Date.now() / 1000;
	const listed = await listCertificates(deps);
	const choices = listed.map((value) => ({
		label: formatCertificateName(value),
		description: `${value.id} · ${formatExpiry(value.expiresAt, now)}`,
		value,
	}));
	const other = { label: clientCheckPromptLabels.chooseAnchorFile, value: null };
	const chosen = listed.length > 0 ? await pickOne({ title, placeholder }, [...choices, other]) : null;
	if (chosen) return readAnchor(deps, chosen);

	const file = await promptForFile(clientCheckPromptLabels.anchorFileTitle);
	const found = await deps.reader.read(file.bytes, now, readReminderDays());
	const { candidates } = found;
	const [only] = candidates;
	if (!only) throw fileRefused("anchor", file, found);
	const toChoice = (value: ParsedCertificate, index: number) => ({
		...formatCertificateChoice(value, index + 1, candidates.length, now),
		value,
	});
	const picked = candidates.length > 1 ? await pickOne({ title, placeholder }, candidates.map(toChoice)) : only;
	return { name: formatParsedCertificateName(picked), der: picked.der };
}

/** Returns no certificates if they cannot be read: an anchor's file needs no connection. @throws CancelledError */
async function listCertificates({ certificates }: ClientCheckDeps): Promise<readonly Certificate[]> {
	try {
		const title = labels.loadingCertificates;
		return (await withCancellableProgress(title, (signal) => certificates.loadIfStale(STALE_MS, signal))).certificates;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return [];
	}
}

/**
 * Returns the client certificate and its intermediates with the key, which may be in the same file, and its passphrase.
 * @throws ProblemError `client-pair`; CancelledError
 */
async function promptForCredentials(
	{ validateClientCredentials: judgeClient }: ClientCheckDeps,
	clientFile: FileContent,
	{ candidates, holdsPrivateKey }: CertificateFile,
	{ sha256 }: ChainCheckResult,
): Promise<ClientCredentials> {
	const title = keyFileTitle(clientFile.name);
	const keyFile = holdsPrivateKey ? clientFile : await promptForFile(title, ["key", "pem"]);
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
			judgeClient({ ...credentials, passphrase }),
		);
		return { ...credentials, passphrase };
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
