import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS, CONTEXT, PROJECTS_VIEW, SETTINGS, VIEW } from "../../../src/common/manifestIds.ts";
import { sources } from "../../sources.ts";
import { root } from "../../vscode/install.mjs";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const manifest = JSON.parse(read("package.json"));
const words: Record<string, string> = JSON.parse(read("package.nls.json"));
const { contributes } = manifest;
const menuItems: { command: string; when?: string }[] = Object.values(contributes.menus).flat() as never;

/** It is contributed by what is built beside the rest. */
const ROTATE = "openaiCertificates.rotate";

describe("Manifest", () => {
	it("contributes exactly the commands, the views and the settings that the code names", () => {
		const ids = contributes.commands.map(({ command }: { command: string }) => command);
		assert.deepEqual(ids.toSorted(), Object.values(COMMANDS).toSorted());
		assert.deepEqual(
			contributes.views.openaiCertificates.map(({ id }: { id: string }) => id),
			[VIEW, PROJECTS_VIEW],
		);
		assert.deepEqual(Object.keys(contributes.configuration.properties).toSorted(), Object.values(SETTINGS).toSorted());
		for (const { command } of menuItems) assert.ok(ids.includes(command), command);
	});

	it("gives every command a title and the one category", () => {
		for (const { command, title, category } of contributes.commands) {
			assert.ok(words[title.replaceAll("%", "")], command);
			assert.equal(category, "%displayName%");
		}
	});

	it("uses every word of package.nls.json, and no other", () => {
		const used = [...read("package.json").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
		assert.deepEqual([...new Set(used)].toSorted(), Object.keys(words).toSorted());
	});

	it("hides commands that need a row from the palette, but for one that asks", () => {
		const onRows = contributes.menus["view/item/context"].map(({ command }: { command: string }) => command);
		const forRows = onRows.filter((command: string) => command !== COMMANDS.checkClient);
		const hidden = contributes.menus.commandPalette.filter(({ when }: { when: string }) => when === "false");
		assert.deepEqual(
			hidden.map(({ command }: { command: string }) => command).toSorted(),
			[...new Set<string>(forRows)].toSorted(),
		);
		assert.ok(forRows.length < onRows.length);
	});

	it("acts by the keyboard on the row that has the focus, not on another one that is selected, and never while typing", () => {
		// The editor hands this row over as it does from a menu; the API has no name for it. Where it does not, it is junk.
		const args = { $treeViewId: VIEW, $focusedTreeItem: true };
		// A view counts as focused also while a notification is; the tree does not.
		const when = `focusedView == ${VIEW} && customTreeView && listFocus && !inputFocus`;
		assert.deepEqual(contributes.keybindings, [
			{ command: COMMANDS.rename, key: "f2", when, args },
			{ command: COMMANDS.delete, key: "delete", mac: "cmd+backspace", when, args },
		]);
	});

	it("says in an empty view why it is empty, whatever the reason, with a way on", () => {
		const reasons = [
			...[
				"nothing-yet",
				"no-key",
				"key-elsewhere",
				"base-url",
				"unreachable",
				"proxy",
				"proxy-credentials",
				"client-certificate",
				"client-key-passphrase",
				"client-certificate-refused",
				"connection-lost",
				"untrusted-server",
				"timeout",
				"redirected",
			],
			...[
				"bad-answer",
				"unauthorized",
				"wrong-region",
				"forbidden",
				"not-found",
				"conflict",
				"rejected",
				"rate-limited",
				"service-error",
			],
		];
		for (const [view, key] of [
			[VIEW, CONTEXT.empty],
			[PROJECTS_VIEW, CONTEXT.projectsEmpty],
		])
			for (const reason of reasons) {
				const fitting = contributes.viewsWelcome.filter(
					(welcome: { view: string; when: string }) =>
						welcome.view === view && welcome.when.split(" || ").includes(`${key} == ${reason}`),
				);
				assert.equal(fitting.length, 1, `${view} ${reason}`);
				assert.match(
					words[fitting[0].contents.replaceAll("%", "")] ?? "",
					/\[[^\]]+\]\(command:openaiCertificates\.\w+\)$/,
				);
			}
	});

	it("R50 links welcome texts and the walk-through to our own commands only, without arguments", () => {
		const links = Object.values(words).flatMap((text) => [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, link]) => link));
		assert.ok(links.length > 0);
		for (const link of links)
			assert.ok(
				Object.values(COMMANDS).some((command) => link === `command:${command}`),
				link,
			);
	});

	it("R50 has the walk-through's texts and files, which hold no link, and a command of ours that completes each step", () => {
		const [{ steps }] = contributes.walkthroughs;
		const completing: string[] = steps.flatMap(
			({ completionEvents }: { completionEvents: string[] }) => completionEvents,
		);
		assert.deepEqual(
			completing.filter((event) => event.startsWith("onCommand:")),
			[COMMANDS.setKey, COMMANDS.inspect, COMMANDS.upload, COMMANDS.activate, COMMANDS.checkClient, ROTATE].map(
				(command) => `onCommand:${command}`,
			),
		);
		// What was done before, or in another way, is ticked too.
		assert.deepEqual(
			completing.filter((event) => !event.startsWith("onCommand:")),
			[CONTEXT.hasKey, CONTEXT.hasCertificates, CONTEXT.hasActive].map((key) => `onContext:${key}`),
		);
		for (const { media, description } of steps) {
			assert.doesNotMatch(read(media.markdown), /\]\(|<|https?:/);
			assert.match(words[description.replaceAll("%", "")] ?? "", /\n\[[^\]]+\]\(command:openaiCertificates\.\w+\)$/);
		}
	});

	it("R44 takes no setting from a workspace", () => {
		for (const { scope } of Object.values<{ scope: string }>(contributes.configuration.properties))
			assert.equal(scope, "application");
		assert.equal(contributes.configuration.properties[SETTINGS.baseUrl].ignoreSync, true);
	});

	it("runs where the person is, in restricted and virtual workspaces, and by itself only once all else has started", () => {
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

	it("R40 has types no newer than the oldest VS Code, undici at 7.29 or later, and exact versions", () => {
		assert.equal(manifest.engines.vscode, `^${manifest.devDependencies["@types/vscode"]}`);
		for (const [name, version] of Object.entries<string>(manifest.devDependencies))
			assert.match(version, /^\d+\.\d+\.\d+$/, name);
		const [major, minor] = manifest.devDependencies.undici.split(".").map(Number);
		assert.ok(major === 7 && minor >= 29);
	});

	it("has a category of the list, and five keywords at most", () => {
		assert.deepEqual(manifest.categories, ["Other"]);
		assert.ok(manifest.keywords.length <= 5);
	});

	it("gives each view an icon of one colour and a title for where people move it", () => {
		for (const { icon, contextualTitle } of contributes.views.openaiCertificates) {
			assert.equal(contextualTitle, "%displayName%");
			const svg = read(icon);
			assert.match(svg, /<svg [^>]*width="24" height="24"/);
			assert.equal(new Set(svg.match(/#[0-9a-f]{3,6}/g)).size, 1);
			assert.doesNotMatch(svg, /<(?:image|style|script|text)|gradient|opacity/i);
		}
	});

	it("offers row commands on rows they are for only, three at most on the row itself", () => {
		const items: { command: string; when: string; group: string }[] = contributes.menus["view/item/context"];
		for (const { command, when, group } of items) {
			assert.match(when, /^view == openaiCertificates\.\w+ && viewItem (?:=~|==) /, command);
			assert.match(group, /^(?:inline|\d_\w+)@\d$/, command);
		}
		for (const view of [VIEW, PROJECTS_VIEW]) {
			const inline = items.filter(({ when, group }) => group.startsWith("inline") && when.includes(`${view} `));
			for (const row of ["certificate;active;deactivatable", "certificate;inactive", "upload", "unconfirmed"]) {
				const shown = inline.filter(({ when }) => fits(when, row));
				assert.ok(shown.length <= 3, `${view} ${row}: ${shown.map(({ command }) => command)}`);
			}
		}
	});

	it("gives every setting a default and a sentence", () => {
		for (const [name, setting] of Object.entries<Record<string, string>>(contributes.configuration.properties)) {
			assert.notEqual(setting.default, undefined, name);
			assert.match(words[setting.markdownDescription?.replaceAll("%", "") ?? ""] ?? "", /\.$/, name);
		}
	});

	it("draws only with icons and colours of the theme, and says every row to screen readers", () => {
		let rows = 0;
		for (const { file, text } of sources) {
			assert.doesNotMatch(text, /#[0-9a-f]{6}\b|iconPath = (?:vscode\.Uri|\{|")/, file);
			const made = text.match(/new vscode\.TreeItem\((?!"")/g)?.length ?? 0;
			assert.equal(text.match(/\.accessibilityInformation = /g)?.length ?? 0, made, file);
			rows += made;
		}
		assert.ok(rows > 0);
	});

	it("sends no telemetry", () => {
		for (const { file, text } of sources) assert.doesNotMatch(text, /telemetry/i, file);
	});

	it("R54 pins what tests download by integrity, and names no registry", () => {
		const locks = [
			"package-lock.json",
			...readdirSync(join(root, "test/vscode/hosts")).map((host) => `test/vscode/hosts/${host}/package-lock.json`),
		];
		for (const lock of locks) {
			const packages = Object.entries<{ integrity?: string; resolved?: string }>(JSON.parse(read(lock)).packages);
			for (const [name, { integrity, resolved }] of packages.filter(([name]) => name !== "")) {
				assert.match(integrity ?? "", /^sha512-/, `${lock} ${name}`);
				assert.equal(resolved, undefined);
			}
		}
	});
});

/** Whether a row with this `contextValue` fits a `when` of the manifest. */
function fits(when: string, row: string): boolean {
	const [, pattern, value] = /viewItem (?:=~ \/(.*)\/|== (\w+))$/.exec(when) ?? [];
	return pattern === undefined ? row === value : new RegExp(pattern).test(row);
}
