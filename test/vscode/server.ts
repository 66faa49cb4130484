// Starts a real VS Code: workbench and Node extension host from the npm package code-server.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onExit, temporaryFolder } from "../temporaryFolders.ts";
import { installVSCode } from "./install.mjs";
import { installWindows, nativeSystem, type System, type SystemName } from "./wine.ts";

/** The oldest supported and the newest tested VS Code. */
export type VSCodeVersion = "1.103" | "1.139";

export interface VSCodeOptions {
	readonly version: VSCodeVersion;
	/** Absolute path of the folder to open. */
	readonly workspace: string;
	/** User settings, in addition to `quietSettings`. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Paths of packaged extensions (.vsix) to install before the start. */
	readonly extensions?: readonly string[];
	/** Lets a page run tests inside the extension host. Disables toasts. */
	readonly smokeTestDriver?: boolean;
	/** Opens untrusted workspaces in Restricted Mode. Default: everything is trusted. */
	readonly restricted?: boolean;
	/** Requires a secret token; for servers that a person uses. */
	readonly token?: boolean;
	/** Variables for the extension host, which inherits only PATH and LANG. */
	readonly env?: Readonly<Record<string, string>>;
	/** Default: the value of the variable TEST_SYSTEM. */
	readonly system?: SystemName | undefined;
	/** A language pack to install; its language becomes the display language. */
	readonly languagePack?: LanguagePack;
	/** Port on 127.0.0.1. Default: chosen by the system. */
	readonly port?: number;
	/** Folder for settings, extensions and logs, kept on close. Default: a new folder, removed on close. */
	readonly dataFolder?: string;
}

export interface LanguagePack {
	/** The language's code, such as `de`. */
	readonly locale: string;
	/** The id of the extension. */
	readonly id: string;
	/** The path of the packaged extension. */
	readonly vsix: string;
	/** The path of VS Code's own translations. */
	readonly translations: string;
}

export interface VSCode extends Pick<System, "urlPath"> {
	/** Address of the window, including any token. */
	readonly url: string;
	readonly port: number;
	readonly dataFolder: string;
	/** Returns the server's output so far. */
	output(): string;
	/** Replaces the settings of the options; an open window applies the settings on reload. */
	configure(settings: Readonly<Record<string, unknown>>): void;
	/**
	 * Ends the server with all its processes and restarts it with the same port and data.
	 * @param env Replaces the options' variables for the extension host.
	 */
	restart(env?: Readonly<Record<string, string>>): Promise<void>;
	/** Kills only the extension host of the only window, as a crash does. Linux only. */
	killExtensionHost(): void;
	close(): Promise<void>;
}

/** Hides everything but the workspace, and disables untested slow features: Git, and a second extension host. */
const quietSettings = {
	"chat.disableAIFeatures": true,
	// An editor that opens late would select its file alone, while a test selects several files.
	"explorer.autoReveal": false,
	"extensions.autoCheckUpdates": false,
	"extensions.ignoreRecommendations": true,
	"extensions.webWorker": false,
	"git.enabled": false,
	"telemetry.telemetryLevel": "off",
	"update.mode": "none",
	"workbench.enableExperiments": false,
	"workbench.secondarySideBar.defaultVisibility": "hidden",
	"workbench.startupEditor": "none",
	"workbench.tips.enabled": false,
};

/**
 * Starts VS Code; installs it first if missing.
 * @throws Error with the server's output if the server does not start.
 */
export async function startVSCode(options: VSCodeOptions): Promise<VSCode> {
	const { node, server } = installVSCode(options.version);
	const isWindows = (options.system ?? process.env.TEST_SYSTEM) === "windows";
	const system = isWindows ? installWindows() : nativeSystem(node);
	const { path, urlPath } = system;
	const [program, ...programArgs] = system.command;
	const temporary = temporaryFolder("vscode");
	const dataFolder = options.dataFolder ?? join(temporary.path, "data");

	const userFolder = join(dataFolder, "user/User");
	mkdirSync(userFolder, { recursive: true });
	const configure = (settings: VSCodeOptions["settings"]) =>
		writeFileSync(join(userFolder, "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, "\t"));
	configure(options.settings);
	const { languagePack } = options;
	if (languagePack) registerLanguagePack(join(dataFolder, "user"), languagePack);
	const token = options.token ? randomUUID() : undefined;
	const tokenFile = join(dataFolder, "token");
	if (token) writeFileSync(tokenFile, token, { mode: 0o600 });

	const command = [
		...programArgs,
		path(server),
		"--accept-server-license-terms",
		"--disable-telemetry",
		...(options.restricted ? [] : ["--disable-workspace-trust"]),
		...(languagePack ? ["--locale", languagePack.locale] : []),
		...["--server-data-dir", path(dataFolder)],
		...["--user-data-dir", path(join(dataFolder, "user"))],
		...["--extensions-dir", path(join(dataFolder, "extensions"))],
	];
	const baseEnv = {
		PATH: process.env.PATH,
		LANG: process.env.LANG,
		HOME: dataFolder,
		// For sockets, which stay behind and must have short paths.
		...(isWindows ? { TEST_HOME: path(dataFolder), TEST_TEMP: path(temporary.path) } : { TMPDIR: temporary.path }),
		...system.env,
		EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "http://127.0.0.1:9/" }),
	};
	let env = { ...baseEnv, ...options.env };

	let running: ChildProcess | undefined;
	// Not a pipe: programs in Wine cannot write to pipes.
	const log = join(temporary.path, "output");
	const output = () => readFileSync(log, "utf8");
	const end = () => {
		if (running?.pid) endGroup(running.pid);
	};
	const removeExitHandler = onExit(end);

	function run(args: readonly string[]): ChildProcess {
		const file = openSync(log, "w");
		const child = spawn(program, [...command, ...args], { env, detached: true, stdio: ["ignore", file, file] });
		closeSync(file);
		running = child;
		return child;
	}

	async function install(extension: string): Promise<void> {
		const [code] = await once(run(["--install-extension", path(extension), "--force"]), "exit");
		if (code !== 0) throw new Error(`VS Code ${options.version} did not install ${extension}:\n${output()}`);
	}

	async function start(port: number): Promise<number> {
		const child = run([
			...["--host", "127.0.0.1", "--port", String(port)],
			...(token ? ["--connection-token-file", path(tokenFile)] : ["--without-connection-token"]),
			...(options.smokeTestDriver ? ["--enable-smoke-test-driver"] : []),
		]);
		const listening = Promise.withResolvers<number>();
		const checkOutput = () => {
			const [, port] = /Extension host agent listening on (\d+)/.exec(output()) ?? [];
			if (port) listening.resolve(Number(port));
		};
		const watcher = watch(log, checkOutput);
		checkOutput();
		child.on("error", listening.reject);
		child.on("exit", () => listening.reject(new Error(`VS Code ${options.version} did not start:\n${output()}`)));
		return listening.promise.finally(() => watcher.close());
	}

	async function stop() {
		const child = running;
		if (!child) return;
		const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
		end();
		await exited;
	}

	async function close() {
		await stop();
		temporary.remove();
		removeExitHandler();
	}

	try {
		const packs = languagePack ? [languagePack.vsix] : [];
		for (const extension of [...packs, ...(options.extensions ?? [])]) await install(extension);
		const port = await start(options.port ?? 0);
		return {
			url: `http://127.0.0.1:${port}/?${new URLSearchParams({ folder: urlPath(options.workspace), ...(token && { tkn: token }) })}`,
			port,
			dataFolder,
			urlPath,
			output,
			configure,
			restart: async (newEnv) => {
				await stop();
				if (newEnv) env = { ...baseEnv, ...newEnv };
				await start(port);
			},
			killExtensionHost: () => {
				const [host, ...others] = processesIn(running?.pid ?? 0, "--type=extensionHost");
				if (host === undefined || others.length > 0) throw new Error(`${others.length + 1} extension hosts`);
				process.kill(host, "SIGKILL");
			},
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** Kills a detached process with all its descendants. */
function endGroup(pid: number) {
	try {
		process.kill(-pid, "SIGKILL");
	} catch {
		// The process has already ended.
	}
}

/** Returns the ids of a group's processes with this argument, from Linux's /proc. */
function processesIn(group: number, argument: string): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((id) => {
			try {
				// After the bracketed name: state, parent's id, group.
				const [, , groupId] = readFileSync(`/proc/${id}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
				return Number(groupId) === group && readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0").includes(argument);
			} catch {
				// The process ended meanwhile.
				return false;
			}
		})
		.map(Number);
}

/** Registers a language pack as the desktop's installation does; code-server's installation doesn't. */
function registerLanguagePack(userFolder: string, { locale, id, translations }: LanguagePack): void {
	const extensions = [{ extensionIdentifier: { id }, version: "0.0.1" }];
	const pack = { hash: "1", label: locale, extensions, translations: { vscode: translations } };
	writeFileSync(join(userFolder, "languagepacks.json"), JSON.stringify({ [locale]: pack }));
}
