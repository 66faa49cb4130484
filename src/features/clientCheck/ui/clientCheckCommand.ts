import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { STALE_MS } from "../../../common/freshness.ts";
import { nameWords } from "../../../common/messages/certificateMessages.ts";
import { expiryWords } from "../../../common/messages/dates.ts";
import { candidateChoiceWords, candidateName } from "../../../common/messages/parsedCertificateMessages.ts";
import { describeKeyIssue } from "../../../common/messages/problems.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { type FileContent, promptForFile } from "../../../common/ui/certificateFilePicker.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickOne, promptText } from "../../../common/ui/prompts.ts";
import { mtlsUrl, reminderDays } from "../../../common/ui/settings.ts";
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
import { checkWords, liveWords } from "../liveCheckMessages.ts";

/** What checking a client certificate needs. */
export interface ClientCheckCommands {
	readonly certificates: CertificateStore;
	readonly connections: Pick<ConnectionStore, "containsKey">;
	readonly reader: CertificateReader;
	/** As `checkClientCertificate`, by this computer's clock. */
	readonly checkClient: (file: Uint8Array, anchor: Uint8Array) => Promise<ChainCheckResult | null>;
	/** Whether a certificate and a key can be presented. @throws Failure `client-certificate` */
	readonly judgeClient: (pair: ClientCredentials) => void;
	/** Shows a client certificate to the service. @throws Failure, Cancelled */
	readonly checkLive: (check: LiveCheckRequest, signal: AbortSignal) => Promise<LiveCheckResult>;
}

interface Anchor {
	/** For people. */
	readonly name: string;
	readonly der: Uint8Array;
}

/**
 * Checks a client certificate against a trust anchor: offline, and by the service where the person wants that too.
 * @param certificate The anchor; `null` to ask for it.
 * @throws Failure, Cancelled
 */
export async function checkClientCertificate(
	commands: ClientCheckCommands,
	certificate: Certificate | null,
): Promise<void> {
	const anchor = certificate ? await anchorIn(commands, certificate) : await askForAnchor(commands);
	const client = await promptForFile(l10n.t("The client certificate, with its intermediates"));
	const found = await commands.reader.read(client.bytes, Date.now() / 1000, reminderDays());
	const check = await commands.checkClient(client.bytes, anchor.der);
	if (!check) throw refusal("client-certificate", client, found);
	const { message, detail } = checkWords(check, anchor.name, Date.now() / 1000);
	const live = l10n.t("Check Live…");
	if ((await tell(check.accepted, message, detail, live)) !== live) return;

	const baseUrl = mtlsUrl();
	const pair = await askForPair(commands, client, found, check);
	const key = await askForProjectKey(commands, baseUrl.host);
	const title = l10n.t("Showing the client certificate to {0}…", baseUrl.host);
	const outcome = await withCancellableProgress(title, (signal) =>
		commands.checkLive({ baseUrl, key, client: pair }, signal),
	);
	const said = liveWords(outcome, baseUrl.host);
	await tell(outcome.code === "accepted", said.message, said.detail);
}

function tell(isGood: boolean, message: string, detail: string, ...buttons: readonly string[]) {
	const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
	return show(message, { modal: true, detail }, ...buttons);
}

function refusal(
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

async function anchorIn(commands: ClientCheckCommands, certificate: Certificate): Promise<Anchor> {
	return { name: nameWords(certificate), der: (await fetchContent(commands, certificate)).der };
}

/** One of the organization's, or one in a file. */
async function askForAnchor(commands: ClientCheckCommands): Promise<Anchor> {
	const title = l10n.t("Check a client certificate");
	const now = Date.now() / 1000;
	const listed = await listedBy(commands);
	const choices = listed.map((value) => ({
		label: nameWords(value),
		description: `${value.id} · ${expiryWords(value.expiresAt, now)}`,
		value,
	}));
	const other = { label: l10n.t("Choose a trust anchor's file…"), value: null };
	const placeholder = l10n.t("Against which trust anchor?");
	const chosen = listed.length > 0 ? await pickOne({ title, placeholder }, [...choices, other]) : null;
	if (chosen) return anchorIn(commands, chosen);

	const file = await promptForFile(l10n.t("The trust anchor"));
	const found = await commands.reader.read(file.bytes, now, reminderDays());
	const { candidates } = found;
	const [only] = candidates;
	if (!only) throw refusal("anchor", file, found);
	const words = (each: ParsedCertificate, index: number) =>
		candidateChoiceWords(each, index + 1, candidates.length, now);
	const several = candidates.map((value, index) => ({ ...words(value, index), value }));
	const candidate = several.length > 1 ? await pickOne({ title, placeholder }, several) : only;
	return { name: candidateName(candidate), der: candidate.der };
}

/** None where they cannot be read: an anchor's file needs no connection. */
async function listedBy({ certificates }: ClientCheckCommands): Promise<readonly Certificate[]> {
	try {
		const title = l10n.t("Reading the certificates…");
		return (await withCancellableProgress(title, (signal) => certificates.recent(STALE_MS, signal))).certificates;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return [];
	}
}

/**
 * The client certificate and its intermediates with its key, which may lie in the same file, and the passphrase that opens it.
 * @throws Failure `client-pair`, Cancelled
 */
async function askForPair(
	{ judgeClient }: ClientCheckCommands,
	client: FileContent,
	{ candidates, holdsPrivateKey }: CertificateFile,
	{ sha256 }: ChainCheckResult,
): Promise<ClientCredentials> {
	const title = l10n.t("The private key of {0}", sanitize(client.name));
	const keyFile = holdsPrivateKey ? client : await promptForFile(title, ["key", "pem"]);
	// TLS wants the client's own first (RFC 8446 4.4.2).
	const own = candidates.filter((each) => each.sha256 === sha256);
	const intermediates = candidates.filter((each) => each.sha256 !== sha256);
	const pair = {
		certificate: [...own, ...intermediates].map(({ pem }) => pem).join(""),
		key: Buffer.from(keyFile.bytes).toString("latin1"),
		names: { certificate: client.name, key: keyFile.name },
	};
	const prompt = l10n.t("It opens the key on this machine, now and once. It is not kept.");
	try {
		const passphrase = await promptForPassphrase(keyFile.name, prompt, (passphrase) =>
			judgeClient({ ...pair, passphrase }),
		);
		return { ...pair, passphrase };
	} catch (thrown) {
		const problem = problemOf(thrown);
		throw problem?.reason === "client-certificate" ? new ProblemError({ ...problem, reason: "client-pair" }) : thrown;
	}
}

/** Nobody keeps it. An admin key is not taken: neither what looks like one, nor the one that is stored. */
async function askForProjectKey({ connections }: ClientCheckCommands, host: string): Promise<ProjectKey> {
	const isAdmin = l10n.t("This is an admin key, which is never sent there. Paste a key of the project.");
	const text = await promptText({
		title: l10n.t("Project key for {0}", host),
		prompt: l10n.t(
			"It is sent to {0} once, with the client certificate, to list models, and is not kept. What counts is what its project enforces.",
			host,
		),
		placeholder: "sk-proj-…",
		password: true,
		validate(text) {
			const flaw = findKeyIssue(text);
			if (flaw === "blank") return { message: l10n.t("Enter a project key."), severity: "error" };
			if (flaw) return { message: describeKeyIssue(flaw), severity: "error" };
			return ProjectKey.of(text.trim()) ? null : { message: isAdmin, severity: "error" };
		},
		check: async (text) => ((await connections.containsKey(text)) ? isAdmin : null),
	});
	const key = ProjectKey.of(text);
	if (!key) throw new CancelledError();
	return key;
}
