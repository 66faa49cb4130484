import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	CERTIFICATES_VIEW,
	CLIENTS_VIEW,
	COMMANDS,
	CONTEXT_KEYS,
	PROJECTS_VIEW,
	SETTINGS,
} from "../../../src/common/manifestIds.ts";
import type { Reason } from "../../../src/domain/problem.ts";
import { welcomeStateOf } from "../../../src/features/sidebar/welcomeState.ts";
import { sources } from "../../sources.ts";
import { root } from "../../vscode/install.mjs";
import { problems } from "../common/messages/everyProblem.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const manifest = JSON.parse(read("package.json"));
const texts: Record<string, string> = JSON.parse(read("package.nls.json"));
const { contributes } = manifest;
const menuItems: { command: string; when?: string }[] = Object.values(contributes.menus).flat() as never;

/** Reasons that never prevent reading the list of certificates or projects. */
const NEVER_IN_LISTS: ReadonlySet<Reason> = new Set<Reason>([
	...(["file-refused", "file-unreadable", "not-saved", "not-on-this-computer", "setup-path"] as const),
	...(["key-malformed", "no-mtls-host", "client-pair", "nothing-selected"] as const),
	...(["not-recorded", "record-unreadable", "locked", "lock-lost"] as const),
	...(["clients-unreadable", "client-list-refused"] as const),
	...(["upload-pending", "unconfirmed", "certificate-active", "no-content"] as const),
	...(["scopes-unread", "changed-meanwhile", "change-unknown", "own-access"] as const),
	...(["rotation-refused", "rotation-pending", "no-rotation"] as const),
	...(["ca-refused", "request-refused", "names-refused", "key-file"] as const),
	// The other connection's list is read instead.
	"connection-changed",
]);

describe("Manifest", () => {
	it("contributes exactly the commands, views and settings of manifestIds.ts", () => {
		const ids = contributes.commands.map(({ command }: { command: string }) => command);
		assert.deepEqual(ids.toSorted(), Object.values(COMMANDS).toSorted());
		assert.deepEqual(
			contributes.views.openaiCertificates.map(({ id }: { id: string }) => id),
			[CERTIFICATES_VIEW, PROJECTS_VIEW, CLIENTS_VIEW],
		);
		assert.deepEqual(Object.keys(contributes.configuration.properties).toSorted(), Object.values(SETTINGS).toSorted());
		for (const { command } of menuItems) assert.ok(ids.includes(command), command);
	});

	it("gives every command a title, and the same category", () => {
		for (const { command, title, category } of contributes.commands) {
			assert.ok(texts[title.replaceAll("%", "")], command);
			assert.equal(category, "%displayName%");
		}
	});

	it("uses every text of package.nls.json, and no others", () => {
		const used = [...read("package.json").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
		assert.deepEqual([...new Set(used)].toSorted(), Object.keys(texts).toSorted());
	});

	it("hides commands that need a row from the palette, except a command that prompts for it", () => {
		const onRows = contributes.menus["view/item/context"].map(({ command }: { command: string }) => command);
		const forRows = onRows.filter((command: string) => command !== COMMANDS.checkClient);
		const hidden = contributes.menus.commandPalette.filter(({ when }: { when: string }) => when === "false");
		assert.deepEqual(
			hidden.map(({ command }: { command: string }) => command).toSorted(),
			[...new Set<string>(forRows)].toSorted(),
		);
		assert.ok(forRows.length < onRows.length);
	});

	it("runs a key binding on the focused row, not on the selected row, and never while the user types", () => {
		// VS Code replaces these undocumented arguments by the focused row, as from a menu. Otherwise they mean nothing.
		const onFocusedRow = (view: string) => ({
			args: { $treeViewId: view, $focusedTreeItem: true },
			// A view also counts as focused while a notification has the focus. Its tree does not.
			when: `focusedView == ${view} && customTreeView && listFocus && !inputFocus`,
		});
		const deleteKeys = { key: "delete", mac: "cmd+backspace" };
		assert.deepEqual(contributes.keybindings, [
			{ command: COMMANDS.removeClients, ...deleteKeys, ...onFocusedRow(CLIENTS_VIEW) },
			{ command: COMMANDS.rename, key: "f2", ...onFocusedRow(CERTIFICATES_VIEW) },
			{ command: COMMANDS.delete, ...deleteKeys, ...onFocusedRow(CERTIFICATES_VIEW) },
		]);
	});

	it("explains in an empty view why it is empty, for every reason, with a next step", () => {
		const inLists = problems.map(([problem]) => problem).filter(({ reason }) => !NEVER_IN_LISTS.has(reason));
		const reasons = new Set(["nothing-yet", ...inLists.map((problem) => welcomeStateOf(null, problem, false))]);
		for (const [view, key] of [
			[CERTIFICATES_VIEW, CONTEXT_KEYS.empty],
			[PROJECTS_VIEW, CONTEXT_KEYS.projectsEmpty],
		])
			for (const reason of reasons) {
				const fitting = contributes.viewsWelcome.filter(
					(welcome: { view: string; when: string }) =>
						welcome.view === view && welcome.when.split(" || ").includes(`${key} == ${reason}`),
				);
				assert.equal(fitting.length, 1, `${view} ${reason}`);
				assert.match(
					texts[fitting[0].contents.replaceAll("%", "")] ?? "",
					/\[[^\]]+\]\(command:openaiCertificates\.\w+\)$/,
				);
			}
	});

	it("has welcome texts without backticks, which VS Code shows literally", () => {
		for (const [key, text] of Object.entries(texts))
			if (key.startsWith("welcome.")) assert.doesNotMatch(text, /`/, key);
	});

	it("R50 links welcome texts and the walkthrough only to commands of this extension, without arguments", () => {
		const links = Object.values(texts).flatMap((text) => [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, link]) => link));
		assert.ok(links.length > 0);
		for (const link of links)
			assert.ok(
				Object.values(COMMANDS).some((command) => link === `command:${command}`),
				link,
			);
	});

	it("R50 has the walkthrough's texts and files, without links, and a command that completes each step", () => {
		const [{ steps }] = contributes.walkthroughs;
		const completing: string[] = steps.flatMap(
			({ completionEvents }: { completionEvents: string[] }) => completionEvents,
		);
		assert.deepEqual(
			completing.filter((event) => event.startsWith("onCommand:")),
			[
				COMMANDS.setKey,
				COMMANDS.createCa,
				COMMANDS.inspect,
				COMMANDS.upload,
				COMMANDS.activate,
				COMMANDS.createClient,
				COMMANDS.addClients,
				COMMANDS.checkClient,
				COMMANDS.copyClientSetup,
				COMMANDS.rotate,
			].map((command) => `onCommand:${command}`),
		);
		// A step also completes if its result already exists.
		assert.deepEqual(
			completing.filter((event) => !event.startsWith("onCommand:")),
			[CONTEXT_KEYS.hasKey, CONTEXT_KEYS.hasCertificates, CONTEXT_KEYS.hasActive].map((key) => `onContext:${key}`),
		);
		for (const { media, description } of steps) {
			assert.doesNotMatch(read(media.markdown), /\]\(|<|https?:/);
			assert.match(texts[description.replaceAll("%", "")] ?? "", /\n\[[^\]]+\]\(command:openaiCertificates\.\w+\)$/);
		}
	});

	it("R44 reads no setting from a workspace", () => {
		for (const { scope } of Object.values<{ scope: string }>(contributes.configuration.properties))
			assert.equal(scope, "application");
		assert.equal(contributes.configuration.properties[SETTINGS.baseUrl].ignoreSync, true);
	});

	it("runs on the user's computer, in restricted and virtual workspaces too, and activates after startup", () => {
		assert.deepEqual(manifest.extensionKind, ["ui", "workspace"]);
		assert.deepEqual(manifest.capabilities, { untrustedWorkspaces: { supported: true }, virtualWorkspaces: true });
		assert.deepEqual(manifest.activationEvents, ["onStartupFinished"]);
	});

	it("R40 needs no other extension, no URI handler and no webview", () => {
		for (const key of ["extensionDependencies", "extensionPack", "dependencies"])
			assert.equal(manifest[key], undefined);
		assert.deepEqual(Object.keys(contributes).toSorted(), [
			...["commands", "configuration", "keybindings", "menus"],
			...["views", "viewsContainers", "viewsWelcome", "walkthroughs"],
		]);
	});

	it("R40 uses types no newer than the oldest supported VS Code, undici 7.29 or later, and exact versions", () => {
		assert.equal(manifest.engines.vscode, `^${manifest.devDependencies["@types/vscode"]}`);
		for (const [name, version] of Object.entries<string>(manifest.devDependencies))
			assert.match(version, /^\d+\.\d+\.\d+$/, name);
		const [major, minor] = manifest.devDependencies.undici.split(".").map(Number);
		assert.ok(major === 7 && minor >= 29);
	});

	it("has a valid category, and at most five keywords", () => {
		assert.deepEqual(manifest.categories, ["Other"]);
		assert.ok(manifest.keywords.length <= 5);
	});

	it("gives each view an icon of one colour, and a title for when a user moves the view", () => {
		for (const { icon, contextualTitle } of contributes.views.openaiCertificates) {
			assert.equal(contextualTitle, "%displayName%");
			const svg = read(icon);
			assert.match(svg, /<svg [^>]*width="24" height="24"/);
			assert.equal(new Set(svg.match(/#[0-9a-f]{3,6}/g)).size, 1);
			assert.doesNotMatch(svg, /<(?:image|style|script|text)|gradient|opacity/i);
		}
	});

	it("gives every setting a default and a description", () => {
		for (const [name, setting] of Object.entries<Record<string, string>>(contributes.configuration.properties)) {
			assert.notEqual(setting.default, undefined, name);
			assert.match(texts[setting.markdownDescription?.replaceAll("%", "") ?? ""] ?? "", /\.$/, name);
		}
	});

	it("uses only icons and colours of the theme, and labels every row for screen readers", () => {
		let rows = 0;
		for (const { file, text } of sources) {
			assert.doesNotMatch(text, /#[0-9a-f]{6}\b|iconPath = (?:vscode\.Uri|\{|")/, file);
			const made = text.match(/new vscode\.TreeItem\((?!"")/g)?.length ?? 0;
			assert.equal(text.match(/\.accessibilityInformation = /g)?.length ?? 0, made, file);
			rows += made;
		}
		assert.ok(rows > 0);
	});

	it("uses no telemetry API of VS Code", () => {
		for (const { file, text } of sources) assert.doesNotMatch(text, /telemetry/i, file);
	});

	it("R54 pins every npm package by integrity, and names no registry", () => {
		const files = findFiles("package.json");
		assert.ok(files.length > 1);
		for (const file of files) {
			const { dependencies, devDependencies } = JSON.parse(read(file));
			const lock = file.replace(/package\.json$/, "package-lock.json");
			const { "": own, ...packages } = existsSync(join(root, lock)) ? JSON.parse(read(lock)).packages : {};
			assert.deepEqual(own?.dependencies, dependencies, file);
			assert.deepEqual(own?.devDependencies, devDependencies, file);
			for (const [name, { integrity, resolved }] of Object.entries<{ integrity?: string; resolved?: string }>(
				packages,
			)) {
				assert.match(integrity ?? "", /^sha512-/, `${lock} ${name}`);
				assert.equal(resolved, undefined);
			}
		}
	});

	it("R54 installs programs for tests only by npm ci, by apt-get, and by the downloader of the desktop VS Code", () => {
		const download =
			/"(?:npm|npx|yarn|pnpm|pip3?|pipx|uv|go|cargo|gem|apt(?:-get)?|wget)", \["[\w-]+"|"(?:npm|pip3?) install.*|\bdownload\w*\(/g;
		const found = findFiles("*.{ts,mjs}").flatMap((file) =>
			/^src\/|\/manifest\.test\.ts$/.test(file)
				? []
				: [...read(file).matchAll(download)].map(([call]) => `${file} ${call}`),
		);
		assert.deepEqual(found.toSorted(), [
			'test/vscode/debian.ts "apt-get", ["install"',
			'test/vscode/debian.ts "apt-get", ["update"',
			"test/vscode/desktop.ts downloadAndUnzipVSCode(",
			'test/vscode/install.mjs "npm", ["ci"',
		]);
	});
});

/** Lists files of this repository by name, without installed packages. */
function findFiles(name: string): readonly string[] {
	const found = globSync([name, `.github/**/${name}`, `{src,test}/**/${name}`], { cwd: root });
	return found.map((file) => file.replaceAll("\\", "/")).filter((file) => !/(?:^|\/)node_modules\//.test(file));
}
