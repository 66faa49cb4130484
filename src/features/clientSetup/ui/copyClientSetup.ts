import * as vscode from "vscode";
import { openGuide } from "../../../common/ui/dashboard.ts";
import { type Choice, pickOne } from "../../../common/ui/prompts.ts";
import { readMtlsUrl } from "../../../common/ui/settings.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { VirtualDocuments } from "../../../common/ui/virtualDocuments.ts";
import type { ClientFiles, SetupTarget } from "../clientSetup.ts";
import { clientSetupLabels, describeCopiedSetup, formatSetupTarget } from "../clientSetupMessages.ts";
import { formatClientSetup } from "../formatClientSetup.ts";

export interface ClientSetupDeps {
	readonly documents: Pick<VirtualDocuments, "show">;
}

/** Names of the documents. VS Code colours them by their extensions. */
const DOCUMENTS: Readonly<Record<SetupTarget, readonly [posix: string, windows: string]>> = {
	curl: ["openai-mtls-curl.sh", "openai-mtls-curl.ps1"],
	python: ["openai-mtls.py", "openai-mtls.py"],
	node: ["openai-mtls.mjs", "openai-mtls.mjs"],
	environment: ["openai-mtls-environment.sh", "openai-mtls-environment.ps1"],
};

/**
 * Asks what calls OpenAI, then copies the setup by which that presents a client's certificate, and shows it.
 * @throws ProblemError `no-mtls-host`, `base-url`, `setup-path`; CancelledError
 */
export async function copyClientSetup({ documents }: ClientSetupDeps, files: ClientFiles): Promise<void> {
	const { title, selectTarget: placeholder, others, opensGuide } = clientSetupLabels;
	const guide: Choice<null> = { label: others, description: opensGuide, value: null };
	const target = await pickOne<SetupTarget | null>({ title, placeholder }, [...TARGETS.map(toChoice), guide]);
	if (target === null) return openGuide();
	const { origin, path } = readMtlsUrl();
	const isWindows = process.platform === "win32";
	const text = formatClientSetup(target, files, origin + path, isWindows);
	await vscode.env.clipboard.writeText(text);
	await documents.show(DOCUMENTS[target][isWindows ? 1 : 0], text);
	notifyDone(describeCopiedSetup(target));
}

const TARGETS: readonly SetupTarget[] = ["curl", "python", "node", "environment"];

function toChoice(value: SetupTarget): Choice<SetupTarget> {
	const label = formatSetupTarget(value);
	const { sdk, onlyBaseUrl } = clientSetupLabels;
	return value === "curl"
		? { label, value }
		: { label, description: value === "environment" ? onlyBaseUrl : sdk, value };
}
