// The steps by which a person makes certificates, shared by the demo and the interface tests.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { passphraseTitle } from "../../../src/features/connections/passphraseMessages.ts";
import { describeCreatedCa } from "../../../src/features/issuing/issuingMessages.ts";
import {
	formatKeyType,
	formatValidity,
	issuingPromptLabels,
} from "../../../src/features/issuing/issuingPromptMessages.ts";
import type { TestCertificate } from "../../certificates.ts";
import type { QuickInput } from "../../vscode/quickInput.ts";
import { paletteTitle, type Session } from "./session.ts";

/** The suggested name of a CA. */
export const TEST_CA = issuingPromptLabels.testCa;

/** Returns the titles of a sequence of prompts, as VS Code shows them. */
export const stepsOf = (title: string, count: number) => (step: number) => `${title} (${step}/${count})`;
export const caStep = stepsOf(issuingPromptLabels.caTitle, 5);
export const clientStep = stepsOf(issuingPromptLabels.clientTitle, 6);

/** Returns the files of a CA with an encrypted key. */
export function encryptedCaFiles({ pem, privateKeyPem }: TestCertificate, passphrase: string) {
	const format = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
	return { "acme.pem": pem, "acme.key.pem": createPrivateKey(privateKeyPem).export(format).toString() };
}

/** Returns a path below the default folder, which is in the home folder of the extension host. */
export function madePath({ code }: Session, ...path: readonly string[]): string {
	return join(code.dataFolder, "openai-mtls", ...path);
}

/** Returns the same path as a message shows it. */
export function shownPath(...path: readonly string[]): string {
	return join(homedir(), "openai-mtls", ...path);
}

/** Waits for the prompt with this text. */
export async function waitForPrompt({ window }: Session, title: string, text: string): Promise<QuickInput> {
	const box = await window.quickInput(title);
	await box.message(text);
	return box;
}

/** Accepts the preselected option of a pick list, which must be `firstOption`. */
export async function acceptDefault({ window }: Session, title: string, firstOption: string): Promise<void> {
	const box = await window.quickInput(title);
	const [first = ""] = await box.options();
	assert.ok(first.startsWith(firstOption), first);
	await box.enter();
}

/** Enters a new passphrase twice. @param text The first prompt's text. */
export async function enterNewPassphrase(
	session: Session,
	title: string,
	text: string,
	passphrase: string,
): Promise<void> {
	for (const each of [text, issuingPromptLabels.repeatPassphrase]) {
		const box = await waitForPrompt(session, title, each);
		assert.ok(await box.isPassword());
		await box.submit(passphrase);
	}
}

/**
 * Creates a test CA with the suggested answers.
 * @param folder The CA's folder, as a message shows it.
 * @param count Called for each input.
 * @returns the message at the end.
 */
export async function createCa(session: Session, passphrase: string, folder: string, count = () => {}) {
	const { window } = session;
	const accept = async (title: string, option: string) => {
		await acceptDefault(session, title, option);
		count();
	};
	await window.run(paletteTitle("createCa"));
	count();
	const name = await waitForPrompt(session, caStep(1), issuingPromptLabels.caNamePrompt);
	await session.picture("create-ca-name");
	await name.enter();
	count();
	await accept(caStep(2), formatValidity(365));
	await accept(caStep(3), formatKeyType("p-256"));
	await accept(caStep(4), join("~", "openai-mtls", TEST_CA));
	const title = `${passphraseTitle(`${TEST_CA}.key.pem`)} (5/5)`;
	await enterNewPassphrase(session, title, issuingPromptLabels.caPassphrasePrompt, passphrase);
	count();
	count();
	return window.toast(describeCreatedCa(TEST_CA, folder, hostname()));
}
