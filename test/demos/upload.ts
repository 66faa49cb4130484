// Uploads a CA certificate from the Explorer, and makes the README's animation of the pictures.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyTitle } from "../../src/features/connections/keyMessages.ts";
import { uploadTitle } from "../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate } from "../certificates.ts";
import { type Session, startSession } from "../e2e/setup/session.ts";
import {
	acceptName,
	enterKey,
	pressUpload,
	UPLOAD_COMMAND,
	uploadQuestion,
	VIEW_TITLE,
	waitForRow,
} from "../e2e/setup/uploadActions.ts";
import { makeAnimatedPng } from "../vscode/animatedPng.ts";
import { root } from "../vscode/install.mjs";
import { packageExtension } from "../vsix.ts";

/** Display time of each step in milliseconds. */
const STEP_MS = 2500;

const pictures = join(root, "out/demo");
const certificate = await makeCertificate({ commonName: "Acme Root CA" });
const vsix = await packageExtension();
const session = await startSession({ version: "1.139", vsix, pictures, files: { "acme-root.pem": certificate.pem } });
try {
	await run(session);
} finally {
	await session.close();
}

async function run({ window, emulator, picture }: Session): Promise<void> {
	await window.widenSideBar(320);
	const host = new URL(emulator.url).host;
	console.log(`\nThe emulator answers at ${emulator.url}. VS Code is open.`);

	console.log(`Right-click acme-root.pem, ${UPLOAD_COMMAND}`);
	const menu = await window.explorerMenu("acme-root.pem");
	await picture("1-right-click");
	await menu.choose(UPLOAD_COMMAND);
	await window.quickInput(keyTitle(host));
	await picture("2-admin-key");
	await enterKey(window, host, emulator.adminKey);
	await window.quickInput(uploadTitle("Acme Root CA", undefined));
	await picture("3-name");
	const name = await acceptName(window, "Acme Root CA");
	await window.dialog(uploadQuestion(name));
	await picture("4-confirmation");
	await pressUpload(window, name);
	console.log(`Key and name given, and confirmed: ${name}`);

	const row = await waitForRow(window, name);
	const description = await row.description();
	await window.view(VIEW_TITLE).rowWith("SHA-256").waitUntilVisible();
	await picture("5-row");
	await window.screenshotSideBar(join(pictures, "row.png"), 120);
	const steps = ["1-right-click", "2-admin-key", "3-name", "4-confirmation", "5-row"];
	const frames = steps.map((step) => ({ png: readFileSync(join(pictures, `${step}.png`)), milliseconds: STEP_MS }));
	writeFileSync(join(pictures, "upload.png"), makeAnimatedPng(frames));
	const [expiry, id] = description.split(" · ");
	const [stored] = emulator.state.certificates;
	if (!id || !expiry || stored?.id !== id)
		throw new Error(`The row says “${description}”, the emulator has ${stored?.id}.`);
	console.log(`\nThe row reads:  ${name}  ${description}`);
	console.log(`Id:             ${id}`);
	console.log(`Expiry:         ${expiry} (${new Date((stored.expiresAt ?? 0) * 1000).toISOString()})`);
	console.log(`Pictures:       ${pictures}`);
}
