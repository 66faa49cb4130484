// Starts a real VS Code: the workbench and the Node extension host as the npm package code-server carries them.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atEnd, temporaryFolder } from "../temporaryFolders.ts";
import { installVSCode } from "./install.mjs";
import { installWindows, ownSystem, type System, type SystemName } from "./wine.ts";

/** The oldest VS Code that the extension supports, and the newest that it was tested on. */
export type VSCodeVersion = "1.103" | "1.139";

export interface VSCodeOptions {
	readonly version: VSCodeVersion;
	/** Absolute path of the folder that the window opens. */
	readonly workspace: string;
	/** User settings, added to those that keep everything but the workspace out of a new window. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Paths of packaged extensions (.vsix) to install before the start. */
	readonly extensions?: readonly string[];
	/** Lets a page run tests inside the extension host. Toasts do not appear then. */
	readonly smokeTestDriver?: boolean;
	/** Opens what nobody has said to trust in Restricted Mode; left out, everything counts as trusted. */
	readonly restricted?: boolean;
	/** Lets in only pages that know a secret token: for everything that stays up for a person. */
	readonly token?: boolean;
	/** Variables for the extension host, which inherits none but PATH and LANG. */
	readonly env?: Readonly<Record<string, string>>;
	/** Left out, the one that the variable TEST_SYSTEM names. */
	readonly system?: SystemName | undefined;
	/** Port on 127.0.0.1; left out, the system chooses. */
	readonly port?: number;
	/** Where settings, extensions and logs lie, kept on close; left out, a new one that close removes. */
	readonly dataFolder?: string;
}

export interface VSCode extends Pick<System, "urlPath"> {
	/** Address of the window, with the token if there is one. */
	readonly url: string;
	readonly port: number;
	readonly dataFolder: string;
	/** What the server has printed so far. */
	output(): string;
	/** Replaces the settings that the options gave; a window that is open takes them in when it is loaded anew. */
	configure(settings: Readonly<Record<string, unknown>>): void;
	/**
	 * Ends the server with all its processes and starts it again on the same port and data.
	 * @param env Variables for the extension host instead of those that the options gave.
	 */
	restart(env?: Readonly<Record<string, string>>): Promise<void>;
	/** Ends the extension host of the only window, as a crash does, and nothing else. Linux only. */
	killExtensionHost(): void;
	close(): Promise<void>;
}

/** What no test is about and takes time at each start stays out, too: Git, and a second extension host in the browser. */
const quietSettings = {
	"chat.disableAIFeatures": true,
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
 * Starts VS Code, installing it first where it is missing.
 * @throws an Error with the server's own words when it does not come up.
 */
export async function startVSCode(options: VSCodeOptions): Promise<VSCode> {
	const { node, server } = installVSCode(options.version);
	const isWindows = (options.system ?? process.env.TEST_SYSTEM) === "windows";
	const system = isWindows ? installWindows() : ownSystem(node);
	const { path, urlPath } = system;
	const [program, ...before] = system.command;
	const temporary = temporaryFolder("vscode");
	const dataFolder = options.dataFolder ?? join(temporary.path, "data");

	const userFolder = join(dataFolder, "user/User");
	mkdirSync(userFolder, { recursive: true });
	const configure = (settings: VSCodeOptions["settings"]) =>
		writeFileSync(join(userFolder, "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, "\t"));
	configure(options.settings);
	const token = options.token ? randomUUID() : undefined;
	const tokenFile = join(dataFolder, "token");
	if (token) writeFileSync(tokenFile, token, { mode: 0o600 });

	const command = [
		...before,
		path(server),
		"--accept-server-license-terms",
		"--disable-telemetry",
		...(options.restricted ? [] : ["--disable-workspace-trust"]),
		...["--server-data-dir", path(dataFolder)],
		...["--user-data-dir", path(join(dataFolder, "user"))],
		...["--extensions-dir", path(join(dataFolder, "extensions"))],
	];
	const ownEnv = {
		PATH: process.env.PATH,
		LANG: process.env.LANG,
		HOME: dataFolder,
		// For the sockets, which are left behind and whose paths must be short.
		...(isWindows ? { TEST_HOME: path(dataFolder), TEST_TEMP: path(temporary.path) } : { TMPDIR: temporary.path }),
		...system.env,
		EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "http://127.0.0.1:9/" }),
	};
	let env = { ...ownEnv, ...options.env };

	let running: ChildProcess | undefined;
	// Not a pipe, into which a program that Wine runs cannot write.
	const log = join(temporary.path, "output");
	const output = () => readFileSync(log, "utf8");
	const end = () => {
		if (running?.pid) endGroup(running.pid);
	};
	const endedByUs = atEnd(end);

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
		const look = () => {
			const [, port] = /Extension host agent listening on (\d+)/.exec(output()) ?? [];
			if (port) listening.resolve(Number(port));
		};
		const watcher = watch(log, look);
		look();
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
		endedByUs();
	}

	try {
		for (const extension of options.extensions ?? []) await install(extension);
		const port = await start(options.port ?? 0);
		return {
			url: `http://127.0.0.1:${port}/?${new URLSearchParams({ folder: urlPath(options.workspace), ...(token && { tkn: token }) })}`,
			port,
			dataFolder,
			urlPath,
			output,
			configure,
			restart: async (otherEnv) => {
				await stop();
				if (otherEnv) env = { ...ownEnv, ...otherEnv };
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

/** Ends a detached process with all that it started. */
function endGroup(pid: number) {
	try {
		process.kill(-pid, "SIGKILL");
	} catch {
		// It has ended already.
	}
}

/** The processes of a group that were started with this argument, by the lists that Linux keeps. */
function processesIn(group: number, argument: string): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((id) => {
			try {
				// What follows the name in its brackets begins with the state, the parent's id and the group.
				const [, , groupId] = readFileSync(`/proc/${id}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
				return Number(groupId) === group && readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0").includes(argument);
			} catch {
				// It ended meanwhile.
				return false;
			}
		})
		.map(Number);
}
