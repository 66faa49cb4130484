// A real VS Code with the packaged extension, the emulator, and a folder of certificate files.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator/emulator.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { launchBrowser } from "../../vscode/browser.ts";
import { type LanguagePack, startVSCode, type VSCode, type VSCodeVersion } from "../../vscode/server.ts";
import { openWindow, type Window } from "../../vscode/window.ts";

/** Path of the extension's files in VS Code's data folder. */
export const STORAGE_PATH = "user/User/globalStorage/certificates-for-openai.openai-certificates";

/** The extension's name in the activity bar and the palette. */
export const EXTENSION_NAME = manifestText("displayName");

/** Returns a command's title in the palette. @param command Such as `setKey`. */
export function paletteTitle(command: string): string {
	return `${EXTENSION_NAME}: ${manifestText(`command.${command}`)}`;
}

type Settings = Readonly<Record<string, unknown>>;

export interface Session {
	readonly emulator: Emulator;
	readonly code: VSCode;
	readonly browser: Browser;
	readonly window: Window;
	/** The folder that is open in the window. */
	readonly folder: string;
	/**
	 * Reloads the window with other settings. Adds the emulator's base URL unless the settings contain a base URL.
	 * @param options.clearBrowserData Deletes the browser's data too.
	 */
	configure(settings: Settings, options?: { readonly clearBrowserData?: boolean }): Promise<void>;
	/**
	 * Undoes a test's changes: closes everything open, empties the organization, resets faults, switches and settings,
	 * and deletes the extension's files about uploads, rotations and clients. The view stays unchanged until the next refresh.
	 * @param options.clearBrowserData Deletes the browser's data too: the key, the sort order, the shown notes.
	 */
	reset(options?: { readonly clearBrowserData?: boolean }): Promise<void>;
	/** Saves a screenshot of the window. */
	picture(name: string): Promise<void>;
	close(): Promise<void>;
}

export interface SessionOptions {
	readonly version: VSCodeVersion;
	/** Path of the packaged extension. */
	readonly vsix: string;
	/** Folder for screenshots. */
	readonly pictures: string;
	/** Contents of the folder's files, by name. */
	readonly files: Readonly<Record<string, string | Uint8Array>>;
	/** The emulator's base URL is added unless the settings contain a base URL. */
	readonly settings?: Settings | ((emulator: Emulator) => Settings);
	/** Environment variables of the extension host. */
	readonly env?: Readonly<Record<string, string>>;
	readonly emulatorOptions?: EmulatorOptions;
	/** Paths of other extensions' packages to install. */
	readonly otherExtensions?: readonly string[];
	/** The language pack whose language becomes the display language. */
	readonly languagePack?: LanguagePack;
	/** The extension's name if its package is translated. Default: `EXTENSION_NAME`. */
	readonly extensionName?: string;
}

/** Starts the emulator, VS Code and a window that shows the explorer. `close` ends all three and removes the folder. */
export async function startSession(options: SessionOptions): Promise<Session> {
	const { version, vsix, pictures, files } = options;
	const temporary = temporaryFolder("certificates");
	const folder = temporary.path;
	writeFiles(folder, files);
	mkdirSync(pictures, { recursive: true });
	const emulator = await startEmulator(options.emulatorOptions);
	const { settings = {} } = options;
	const initialSettings = typeof settings === "function" ? settings(emulator) : settings;
	const withBaseUrl = (settings: Settings) => ({ "openaiCertificates.baseUrl": emulator.url, ...settings });
	const env = options.env ?? {};
	const code = await startVSCode({
		version,
		workspace: folder,
		settings: withBaseUrl(initialSettings),
		env,
		extensions: [vsix, ...(options.otherExtensions ?? [])],
		...(options.languagePack && { languagePack: options.languagePack }),
	});
	const browser = await launchBrowser();
	const window = await openWindow(browser, code.url, {
		tab: options.extensionName ?? EXTENSION_NAME,
		keepSecrets: true,
	});
	const configure: Session["configure"] = async (settings, { clearBrowserData } = {}) => {
		await window.unload();
		code.configure(withBaseUrl(settings));
		await (clearBrowserData ? window.loadWithoutData() : window.load());
	};
	// From the file, because the extension changes settings too.
	const readSettings = () => readFileSync(join(code.dataFolder, "user/User/settings.json"), "utf8");
	const settingsAtStart = readSettings();
	return {
		emulator,
		code,
		browser,
		window,
		folder,
		configure,
		reset: async ({ clearBrowserData = false } = {}) => {
			emulator.reset();
			for (const name of ["pending-uploads", "rotations", "clients"])
				rmSync(join(code.dataFolder, STORAGE_PATH, name), { recursive: true, force: true, maxRetries: 10 });
			if (clearBrowserData || readSettings() !== settingsAtStart)
				await configure(initialSettings, { clearBrowserData });
			if (!clearBrowserData) await window.clear();
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

/**
 * Resets the session before each test of a suite: nothing open, no fault, default switches, no unconfirmed upload, no
 * rotation, the initial settings, and an empty organization.
 * @param prepare Fills the organization, then prepares everything else for the test.
 * @param options.clearBrowserData True if the browser's data must be deleted too.
 */
export function resetBeforeEachTest(
	session: () => Session,
	prepare: () => void | Promise<void> = () => {},
	{ clearBrowserData = () => false }: { readonly clearBrowserData?: () => boolean } = {},
): void {
	let failed = false;

	const start = async (clearBrowserData: boolean) => {
		await session().reset({ clearBrowserData });
		await prepare();
	};

	beforeEach(async () => {
		try {
			await start(failed || clearBrowserData());
		} catch (error) {
			// An error here would end the suite, so leftovers of an earlier test may cause one failure, which is logged.
			console.log(`A test begins again, with a new window: ${error}`);
			await start(true).catch(async (thrown) => {
				throw await addDiagnostics(thrown, session(), "a test begins");
			});
		}
		failed = false;
	});

	afterEach(async function () {
		const { currentTest: test } = this;
		failed = test?.state === "failed";
		if (test?.err && failed) await addDiagnostics(test.err, session(), test.title);
	});
}

/** Saves a screenshot, and appends its name and the emulator's state to the error's stack. @returns the error. */
async function addDiagnostics(error: Error, { emulator, picture }: Session, step: string): Promise<Error> {
	const name = `failed ${step}`.replaceAll("/", " ");
	const screenshot = await picture(name).then(
		() => `Picture: ${name}.png`,
		(thrown) => `No picture: ${thrown}`,
	);
	error.stack += `\n${describeEmulator(emulator)}\n${screenshot}`;
	return error;
}

const MAX_EXCHANGES = 8;

/** Describes the emulator's last exchanges and the unmet faults: a test may be waiting for either. */
function describeEmulator({ exchanges, faults }: Emulator): string {
	const lines = exchanges
		.slice(-MAX_EXCHANGES)
		.map(({ method, path, query, status }) => `  ${method} ${path}${query && "?"}${query} ${status ?? "unanswered"}`);
	const armed = faults.armed.map(({ kind, operation, when }) => `  ${kind} ${when} ${operation ?? "any operation"}`);
	return ["The emulator's last exchanges:", ...lines, "Faults that no request has met:", ...armed].join("\n");
}

function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
	for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}
