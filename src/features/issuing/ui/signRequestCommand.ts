import * as vscode from "vscode";
import { formatKeyDetails } from "../../../common/messages/parsedCertificateMessages.ts";
import { displayFileName, pickFiles, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickMany, runSteps, type StepPosition } from "../../../common/ui/prompts.ts";
import { promptForTarget, writeText } from "../../../common/ui/saveFile.ts";
import type { SigningRequest } from "../../../domain/certificateMaking.ts";
import type { AlternativeName } from "../../../domain/certificateNames.ts";
import { CancelledError } from "../../../domain/problem.ts";
import { addClientFile } from "../../clients/addFile.ts";
import { clientFileNames, issuedListPath } from "../fileNames.ts";
import { addToIssuedList } from "../issuedList.ts";
import { creatingTitle, describeSignedRequest } from "../issuingMessages.ts";
import {
	describeSigning,
	formatAlternativeName,
	formatValidity,
	issuingPromptLabels,
	saveSignedTitle,
	signingTitle,
} from "../issuingPromptMessages.ts";
import { unlessCancelled } from "../making.ts";
import { type ChosenCa, promptForCa } from "./caPrompt.ts";
import { CLIENT_VALIDITIES } from "./createClientCommand.ts";
import { type IssuingDeps, showMade } from "./issuing.ts";
import { confirmClock, promptForCommonName, promptForValidity } from "./issuingPrompts.ts";

const REQUEST_EXTENSIONS = ["csr", "p10", "pem", "der"];

/**
 * Makes a client certificate from a CSR, for a key that stays where it is, also on another computer.
 * @param clicked The CSR's file from a menu; any other value is ignored.
 * @throws ProblemError, CancelledError
 */
export async function signRequest(deps: IssuingDeps, clicked: unknown): Promise<void> {
	await confirmClock(deps.certificates);
	const [file] =
		clicked instanceof vscode.Uri
			? [clicked]
			: await pickFiles(issuingPromptLabels.chooseRequest, false, REQUEST_EXTENSIONS, issuingPromptLabels.requestFiles);
	if (!file) throw new CancelledError();
	const { bytes } = await readCertificateFile(file);
	const request = await deps.maker.readRequest(bytes);
	const issuer = await promptForCa(deps, undefined);
	const approved = await promptForApproval(displayFileName(file), request, issuer);

	const suggested = vscode.Uri.joinPath(file, "..", clientFileNames(approved.commonName).certificate);
	const target = await promptForTarget(saveSignedTitle(approved.commonName), suggested);
	const made = await withCancellableProgress(creatingTitle(approved.commonName), (signal) =>
		unlessCancelled(issuer.ca.sign(request, approved), signal),
	);
	// Listed first, so that no certificate exists that the list doesn't contain.
	await addToIssuedList(issuedListPath(issuer.path), made, deps.locks);
	const saved = await writeText(target, made.certificatePem);

	const isAdded = await addClientFile(deps, target.toString(), null);
	await showMade(deps, describeSignedRequest(saved, isAdded), made, issuer);
}

/**
 * Shows each name of a CSR, then everything that the certificate will contain.
 * @param file The name of the CSR's file.
 * @throws CancelledError unless the user signs
 */
async function promptForApproval(file: string, request: SigningRequest, issuer: ChosenCa) {
	const title = signingTitle(file);
	const step = (position: StepPosition) => ({ title, position });
	const { requestNamePrompt, selectNames, sign, dontSign } = issuingPromptLabels;
	let commonName = request.commonName ?? "";
	let names: readonly AlternativeName[] = request.names;
	let validDays = 0;
	const askForCommonName = async (position: StepPosition) => {
		commonName = await promptForCommonName(step(position), { prompt: requestNamePrompt, value: commonName });
	};
	const askForNames = async (position: StepPosition) => {
		const choices = request.names.map((value) => ({ label: formatAlternativeName(value), value }));
		const ticked = choices.filter(({ value }) => names.includes(value));
		names = await pickMany({ ...step(position), placeholder: selectNames }, choices, ticked, 0);
	};
	const askForValidity = async (position: StepPosition) => {
		validDays = await promptForValidity(step(position), CLIENT_VALIDITIES, issuer.ca.notAfter);
	};
	await runSteps([askForCommonName, ...(request.names.length > 0 ? [askForNames] : []), askForValidity]);
	const { message, detail } = describeSigning({
		...{ file, ca: issuer.name, commonName, names, leftOut: request.leftOut },
		key: formatKeyDetails(request),
		validity: formatValidity(validDays),
	});
	// Enter presses the first button.
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, dontSign, sign);
	if (chosen !== sign) throw new CancelledError();
	return { commonName, names, validDays };
}
