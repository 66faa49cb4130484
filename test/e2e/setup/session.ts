// The packaged extension in a real VS Code against the emulator, with a folder of certificate files.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator/emulator.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { launchBrowser } from "../../vscode/browser.ts";
import { startVSCode, type VSCode, type VSCodeVersion } from "../../vscode/server.ts";
import { openWindow, type Window } from "../../vscode/window.ts";

/** Where the extension keeps files, in the folder of an editor's data. */
export const STORAGE = "user/User/globalStorage/certificates-for-openai.openai-certificates";

/** The extension's name, as the activity bar and the palette show it. */
export const EXTENSION = "Certificates for OpenAI";

type Settings = Readonly<Record<string, unknown>>;

export interface Session {
	readonly emulator: Emulator;
	readonly code: VSCode;
	readonly browser: Browser;
	readonly window: Window;
	/** The folder that is open in the window. */
	readonly folder: string;
	/**
	 * Opens the window anew with other settings, to which a base URL that leads to the emulator is added.
	 * @param options.asNew Deletes what the browser keeps, too.
	 */
	configure(settings: Settings, options?: { readonly asNew?: boolean }): Promise<void>;
	/**
	 * Undoes what a test did: closes what is open, empties the organization, takes back faults, switches and settings, and
	 * deletes what the extension keeps of uploads and rotations. What the view shows stays until it is refreshed.
	 * @param options.asNew Deletes what the browser keeps, too: the key, the order of the list, what was said once.
	 */
	reset(options?: { readonly asNew?: boolean }): Promise<void>;
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
	readonly settings?: Settings | ((emulator: Emulator) => Settings);
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
	const { settings: given = {} } = options;
	const atStart = typeof given === "function" ? given(emulator) : given;
	const withBaseUrl = (settings: Settings) => ({ "openaiCertificates.baseUrl": emulator.url, ...settings });
	const env = options.env ?? {};
	const code = await startVSCode({
		version,
		workspace: folder,
		settings: withBaseUrl(atStart),
		env,
		extensions: [vsix, ...(options.beside ?? [])],
	});
	const browser = await launchBrowser();
	const window = await openWindow(browser, code.url, { tab: options.tab ?? EXTENSION, keepSecrets: true });
	const configure: Session["configure"] = async (settings, { asNew } = {}) => {
		await window.leave();
		code.configure(withBaseUrl(settings));
		await (asNew ? window.loadAsNew() : window.load());
	};
	// As the file has them, since the extension changes settings, too.
	const settingsNow = () => readFileSync(join(code.dataFolder, "user/User/settings.json"), "utf8");
	const settingsAtStart = settingsNow();
	return {
		emulator,
		code,
		browser,
		window,
		folder,
		configure,
		reset: async ({ asNew = false } = {}) => {
			emulator.reset();
			for (const kept of ["pending-uploads", "rotations"])
				rmSync(join(code.dataFolder, STORAGE, kept), { recursive: true, force: true, maxRetries: 10 });
			if (asNew || settingsNow() !== settingsAtStart) await configure(atStart, { asNew });
			if (!asNew) await window.clear();
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
 * Declares how each test of a suite begins, whatever the ones before it did: with nothing open, no fault, the usual switches,
 * no unconfirmed upload, no rotation, the settings of the start, and an organization of its own.
 * @param prepare Fills the organization, then does whatever else the tests need.
 * @param options.asNew Whether what the browser keeps is to be deleted, too.
 */
export function eachTestBegins(
	session: () => Session,
	prepare: () => void | Promise<void> = () => {},
	{ asNew = () => false }: { readonly asNew?: () => boolean } = {},
): void {
	let failed = false;

	const begin = async (asNew: boolean) => {
		await session().reset({ asNew });
		await prepare();
	};

	beforeEach(async () => {
		try {
			await begin(failed || asNew());
		} catch (error) {
			// An error here would end the whole suite, so what a test has left behind may fail it once. It is said.
			console.log(`A test begins again, with a new window: ${error}`);
			await begin(true).catch(async (thrown) => {
				throw await explained(thrown, session(), "a test begins");
			});
		}
		failed = false;
	});

	afterEach(async function () {
		const { currentTest: test } = this;
		failed = test?.state === "failed";
		if (test?.err && failed) await explained(test.err, session(), test.title);
	});
}

/** Takes a picture of what went wrong, and has the error say where it is and what the emulator did. @returns the error. */
async function explained(error: Error, { emulator, picture }: Session, what: string): Promise<Error> {
	const name = `failed ${what}`.replaceAll("/", " ");
	const taken = await picture(name).then(
		() => `Picture: ${name}.png`,
		(thrown) => `No picture: ${thrown}`,
	);
	error.stack += `\n${describeEmulator(emulator)}\n${taken}`;
	return error;
}

const LAST_EXCHANGES = 8;

/** What the emulator answered last, and which faults no request has met: what a test may be waiting for. */
function describeEmulator({ exchanges, faults }: Emulator): string {
	const lines = exchanges
		.slice(-LAST_EXCHANGES)
		.map(({ method, path, query, status }) => `  ${method} ${path}${query && "?"}${query} ${status ?? "unanswered"}`);
	const armed = faults.armed.map(({ kind, operation, when }) => `  ${kind} ${when} ${operation ?? "any operation"}`);
	return ["The emulator's last exchanges:", ...lines, "Faults that no request has met:", ...armed].join("\n");
}

/** Writes files into a folder. */
function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
	for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}
