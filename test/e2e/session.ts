// The packaged extension in a real VS Code against the emulator, with a folder of certificate files.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type Emulator, type EmulatorOptions, startEmulator } from "../emulator/emulator.ts";
import { temporaryFolder } from "../leftovers.ts";
import { launchBrowser } from "../vscode/browser.ts";
import { startVSCode, type VSCode, type VSCodeVersion } from "../vscode/server.ts";
import { openWindow, type Window } from "../vscode/window.ts";

/** The extension's name, as the activity bar and the palette show it. */
export const EXTENSION = "Certificates for OpenAI";

export interface Session {
	readonly emulator: Emulator;
	readonly code: VSCode;
	readonly browser: Browser;
	readonly window: Window;
	/** The folder that is open in the window. */
	readonly folder: string;
	/** Opens the window anew with other settings, to which a base URL that leads to the emulator is added. */
	configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
	/** Takes a picture of the window. */
	picture(name: string): Promise<void>;
	close(): Promise<void>;
}

export interface SessionOptions {
	readonly version: VSCodeVersion;
	/** Path of the packaged extension. */
	readonly vsix: string;
	/** Where pictures go. */
	readonly pictures: string;
	/** What lies in the folder: names and contents. */
	readonly files: Readonly<Record<string, string | Uint8Array>>;
	/** Without a base URL that leads to the emulator. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Variables for the extension host. */
	readonly env?: Readonly<Record<string, string>>;
	readonly service?: EmulatorOptions;
	/** Paths of packages to install beside. */
	readonly beside?: readonly string[];
	/** What the extension is called, where its package speaks another language. */
	readonly tab?: string;
}

/** Starts all that an interface test needs, with the explorer in sight; `close` ends it and removes the folder. */
export async function startSession(options: SessionOptions): Promise<Session> {
	const { version, vsix, pictures, files } = options;
	const temporary = temporaryFolder("certificates");
	const folder = temporary.path;
	writeFiles(folder, files);
	mkdirSync(pictures, { recursive: true });
	const emulator = await startEmulator(options.service);
	const withBaseUrl = (settings: SessionOptions["settings"]) => ({
		"openaiCertificates.baseUrl": emulator.url,
		...settings,
	});
	const settings = withBaseUrl(options.settings);
	const env = options.env ?? {};
	const code = await startVSCode({
		version,
		workspace: folder,
		settings,
		env,
		extensions: [vsix, ...(options.beside ?? [])],
	});
	const browser = await launchBrowser();
	const window = await openWindow(browser, code.url, { tab: options.tab ?? EXTENSION, keepSecrets: true });
	return {
		emulator,
		code,
		browser,
		window,
		folder,
		configure: async (settings) => {
			await window.leave();
			code.configure(withBaseUrl(settings));
			await window.load();
		},
		picture: (name) => window.screenshot(join(pictures, `${name}.png`)),
		close: async () => {
			await browser.close();
			await code.close();
			await emulator.close();
			temporary.remove();
		},
	};
}

/** Leaves a picture of what a test saw when it failed. */
export function pictureFailures(session: () => Session): void {
	afterEach(async function () {
		if (this.currentTest?.state === "failed")
			await session().picture(`failed ${this.currentTest.title}`.replaceAll("/", " "));
	});
}

/** Writes files into a folder. */
function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
	for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}
