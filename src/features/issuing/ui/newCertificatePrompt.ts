import { runSteps, type StepPosition } from "../../../common/ui/prompts.ts";
import type { KeyType } from "../../../domain/certificateMaking.ts";
import type { AlternativeName } from "../../../domain/certificateNames.ts";
import { type CertificateFileNames, defaultFolder } from "../fileNames.ts";
import {
	promptForCommonName,
	promptForFolder,
	promptForKeyType,
	promptForNewPassphrase,
	promptForValidity,
	type Step,
} from "./issuingPrompts.ts";

/** The differences between the questions about a CA and a client. */
interface NewCertificateQuestions {
	readonly title: string;
	readonly commonName: { readonly prompt: string; readonly value: string };
	/** Returns the names of the files by the common name. */
	readonly namesOf: (commonName: string) => CertificateFileNames;
	/** Asks for more names; absent for a CA. @throws CancelledError; BackPressed */
	readonly promptForNames?: (step: Step, commonName: string) => Promise<readonly AlternativeName[]>;
	/** The validities to choose from, in days; the first is the default. */
	readonly validities: readonly number[];
	/** The end of the issuing CA, Unix seconds; absent for a CA. */
	readonly notAfter?: number;
	readonly passphrase: { readonly prompt: string; readonly optional: boolean };
}

/** A certificate to make with a key, and where. */
interface NewCertificate {
	readonly commonName: string;
	readonly names: readonly AlternativeName[];
	readonly validDays: number;
	readonly keyType: KeyType;
	/** An absolute path. */
	readonly folder: string;
	readonly fileNames: CertificateFileNames;
	/** `null` for an unencrypted key. */
	readonly passphrase: string | null;
}

/** Asks everything about a new certificate with a key, with a way back. @throws ProblemError, CancelledError */
export async function promptForNewCertificate(questions: NewCertificateQuestions): Promise<NewCertificate> {
	const { title, namesOf, promptForNames, validities, notAfter } = questions;
	const step = (position: StepPosition): Step => ({ title, position });
	let commonName = questions.commonName.value;
	let names: readonly AlternativeName[] = [];
	let validDays = validities[0] ?? 0;
	let keyType: KeyType = "p-256";
	let folder = "";
	let passphrase: string | null = null;
	const askForCommonName = async (position: StepPosition) => {
		const { prompt } = questions.commonName;
		commonName = await promptForCommonName(step(position), { prompt, value: commonName, namesOf });
	};
	const askForNames = promptForNames && [
		async (position: StepPosition) => {
			names = await promptForNames(step(position), commonName);
		},
	];
	const askForValidity = async (position: StepPosition) => {
		validDays = await promptForValidity(step(position), validities, notAfter, validDays);
	};
	const askForKeyType = async (position: StepPosition) => {
		keyType = await promptForKeyType(step(position), keyType);
	};
	const askForFolder = async (position: StepPosition) => {
		folder = await promptForFolder(step(position), defaultFolder(commonName), namesOf(commonName));
	};
	const askForPassphrase = async (position: StepPosition) => {
		passphrase = await promptForNewPassphrase(step(position), namesOf(commonName).key, questions.passphrase);
	};
	await runSteps([
		askForCommonName,
		...(askForNames ?? []),
		askForValidity,
		askForKeyType,
		askForFolder,
		askForPassphrase,
	]);
	return { commonName, names, validDays, keyType, folder, fileNames: namesOf(commonName), passphrase };
}
