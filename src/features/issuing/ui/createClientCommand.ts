import { hostname } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { type AlternativeName, findNamesIssue, parseAlternativeNames } from "../../../domain/certificateNames.ts";
import { clientSetupLabels } from "../../clientSetup/clientSetupMessages.ts";
import { copyClientSetup } from "../../clientSetup/ui/copyClientSetup.ts";
import { addClientFile } from "../../clients/addFile.ts";
import { clientFileNames, issuedListPath } from "../fileNames.ts";
import { addToIssuedList } from "../issuedList.ts";
import { describeCreatedClient } from "../issuingMessages.ts";
import { issuingPromptLabels } from "../issuingPromptMessages.ts";
import { promptForCa } from "./caPrompt.ts";
import { type IssuingDeps, makeFiles, showFolder, showMade } from "./issuing.ts";
import { confirmClock, type Step } from "./issuingPrompts.ts";
import { promptForNewCertificate } from "./newCertificatePrompt.ts";

/** The validities of a client certificate to choose from, in days. */
export const CLIENT_VALIDITIES = [90, 7, 30, 180, 365];

/**
 * Creates a key and a client certificate, issued by a CA on this computer.
 * @param clicked The CA certificate's file from a menu; any other value is ignored.
 * @throws ProblemError, CancelledError
 */
export async function createClientCertificate(deps: IssuingDeps, clicked: unknown): Promise<void> {
	await confirmClock(deps.certificates);
	const issuer = await promptForCa(deps, clicked);
	const { clientTitle, clientNamePrompt, clientPassphrasePrompt } = issuingPromptLabels;
	const { folder, fileNames, ...request } = await promptForNewCertificate({
		title: clientTitle,
		commonName: { prompt: clientNamePrompt, value: "" },
		namesOf: clientFileNames,
		promptForNames: namesPrompt(),
		validities: CLIENT_VALIDITIES,
		notAfter: issuer.ca.notAfter,
		passphrase: { prompt: clientPassphrasePrompt, optional: true },
	});
	const { commonName, passphrase } = request;
	const making = () => issuer.ca.issue(request);
	const made = await makeFiles(commonName, making, folder, fileNames, (issued) =>
		addToIssuedList(issuedListPath(issuer.path), issued, deps.locks),
	);

	const certificatePath = join(folder, fileNames.certificate);
	const keyPath = join(folder, fileNames.key);
	const file = vscode.Uri.file(certificatePath);
	const isAdded = await addClientFile(deps, file.toString(), keyPath);
	const described = describeCreatedClient(commonName, folder, hostname(), isAdded);
	const { copySetup } = clientSetupLabels;
	const chosen = await showMade(deps, described, made, issuer, copySetup, ...showFolder.buttons());
	if (chosen === copySetup)
		await copyClientSetup(deps, { certificatePath, keyPath, isKeyEncrypted: passphrase !== null });
	else if (chosen !== undefined) await showFolder.run(file);
}

/** Returns a prompt for DNS names, URIs and e-mail addresses that begins with what was typed into it before. */
function namesPrompt() {
	let typed = "";
	/** @throws CancelledError; BackPressed */
	return async (step: Step, commonName: string): Promise<readonly AlternativeName[]> => {
		const text = await promptText({
			...step,
			prompt: issuingPromptLabels.namesPrompt,
			placeholder: issuingPromptLabels.namesPlaceholder,
			value: typed,
			validate(text) {
				typed = text;
				const issue = findNamesIssue(commonName, parseAlternativeNames(text));
				return issue && { message: describeProblem({ reason: "names-refused", issue }), severity: "error" };
			},
		});
		return parseAlternativeNames(text);
	};
}
