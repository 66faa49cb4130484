import { hostname } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { runSteps, type StepPosition } from "../../../common/ui/prompts.ts";
import type { KeyType } from "../../../domain/certificateMaking.ts";
import { caFileNames, defaultFolder } from "../fileNames.ts";
import { describeCreatedCa, issuingLabels } from "../issuingMessages.ts";
import { issuingPromptLabels } from "../issuingPromptMessages.ts";
import { type IssuingDeps, makeFiles, showFolder } from "./issuing.ts";
import {
	confirmClock,
	promptForCommonName,
	promptForFolder,
	promptForKeyType,
	promptForNewPassphrase,
	promptForValidity,
} from "./issuingPrompts.ts";

/** The validities to choose from, in days. The maximum is ten years. */
const VALIDITIES = [365, 730, 1095, 1825, 3650];

/** Creates a CA for trying out mTLS, and offers to upload its certificate. @throws ProblemError, CancelledError */
export async function createTestCa(deps: IssuingDeps): Promise<void> {
	await confirmClock(deps.certificates);
	const { caTitle: title, caNamePrompt, caPassphrasePrompt, testCa } = issuingPromptLabels;
	const step = (position: StepPosition) => ({ title, position });
	let commonName = testCa;
	let validDays = 0;
	let keyType: KeyType = "p-256";
	let folder = "";
	let passphrase = "";
	await runSteps([
		async (position) => {
			const options = { prompt: caNamePrompt, value: commonName, namesOf: caFileNames };
			commonName = await promptForCommonName(step(position), options);
		},
		async (position) => {
			validDays = await promptForValidity(step(position), VALIDITIES);
		},
		async (position) => {
			keyType = await promptForKeyType(step(position));
		},
		async (position) => {
			folder = await promptForFolder(step(position), defaultFolder(commonName), caFileNames(commonName));
		},
		async (position) => {
			const options = { prompt: caPassphrasePrompt, optional: false };
			passphrase = (await promptForNewPassphrase(step(position), caFileNames(commonName).key, options)) ?? "";
		},
	]);
	const names = caFileNames(commonName);
	const making = () => deps.maker.createCa({ commonName, validDays, keyType, passphrase });
	await makeFiles(commonName, making, folder, names);

	const message = describeCreatedCa(commonName, folder, hostname());
	const { upload } = issuingLabels;
	const chosen = await showMessage(deps, "information", message, upload, ...showFolder.buttons());
	const certificate = vscode.Uri.file(join(folder, names.certificate));
	if (chosen === upload) await vscode.commands.executeCommand(COMMANDS.upload, certificate);
	else if (chosen !== undefined) await showFolder.run(certificate);
}
