import { hostname } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { caFileNames } from "../fileNames.ts";
import { describeCreatedCa, issuingLabels } from "../issuingMessages.ts";
import { issuingPromptLabels } from "../issuingPromptMessages.ts";
import { type IssuingDeps, makeFiles, showFolder } from "./issuing.ts";
import { confirmClock } from "./issuingPrompts.ts";
import { promptForNewCertificate } from "./newCertificatePrompt.ts";

/** The validities to choose from, in days. The maximum is ten years. */
const VALIDITIES = [365, 730, 1095, 1825, 3650];

/** Creates a CA for trying out mTLS, and offers to upload its certificate. @throws ProblemError, CancelledError */
export async function createTestCa(deps: IssuingDeps): Promise<void> {
	await confirmClock(deps.certificates);
	const { caTitle, caNamePrompt, caPassphrasePrompt, testCa } = issuingPromptLabels;
	const { commonName, folder, fileNames, passphrase, ...request } = await promptForNewCertificate({
		title: caTitle,
		commonName: { prompt: caNamePrompt, value: testCa },
		namesOf: caFileNames,
		validities: VALIDITIES,
		passphrase: { prompt: caPassphrasePrompt, optional: false },
	});
	const making = () => deps.maker.createCa({ ...request, commonName, passphrase: passphrase ?? "" });
	await makeFiles(commonName, making, folder, fileNames);

	const message = describeCreatedCa(commonName, folder, hostname());
	const { upload } = issuingLabels;
	const chosen = await showMessage(deps, "information", message, upload, ...showFolder.buttons());
	const certificate = vscode.Uri.file(join(folder, fileNames.certificate));
	if (chosen === upload) await vscode.commands.executeCommand(COMMANDS.upload, certificate);
	else if (chosen !== undefined) await showFolder.run(certificate);
}
