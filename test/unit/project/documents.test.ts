import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { SETTINGS } from "../../../src/common/manifestIds.ts";
import { sources } from "../../sources.ts";
import { root } from "../../vscode/install.mjs";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const { scripts, contributes, version } = JSON.parse(read("package.json"));
const titles: Record<string, string> = JSON.parse(read("package.nls.json"));
const documents = globSync(["*.md", "docs/*.md"], { cwd: root });

describe("Documents", () => {
	it("link only to existing files and headings", () => {
		assert.ok(documents.length >= 5);
		for (const document of documents)
			for (const [, target = ""] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
				if (/^https:/.test(target)) continue;
				const [file = "", heading] = target.split("#");
				const path = file === "" ? document : join(dirname(document), file);
				assert.ok(existsSync(join(root, path)), `${document}: ${target}`);
				if (heading === undefined) continue;
				const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
					text
						.toLowerCase()
						.replace(/[^\w -]/g, "")
						.replaceAll(" ", "-"),
				);
				assert.ok(headings.includes(heading), `${document}: ${target}`);
			}
	});

	it("name every command and every setting as VS Code shows them", () => {
		const readme = read("README.md").replace(/\s+/g, " ");
		for (const { command, title } of contributes.commands)
			assert.ok(readme.includes(titles[title.replaceAll("%", "")] ?? "?"), command);
		for (const setting of Object.values(SETTINGS)) assert.ok(readme.includes(`\`${setting}\``), setting);
	});

	it("name every script, and no others", () => {
		const named = new Set(
			documents.flatMap((file) => [...read(file).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name)),
		);
		for (const name of named) assert.ok(name && name in scripts, name);
		const contributing = read("CONTRIBUTING.md");
		for (const name of Object.keys(scripts))
			assert.match(contributing, new RegExp(`npm (?:run (?:--silent )?)?${name}\\b`), name);
	});

	it("give a reason for every file in src of more than 300 lines, and for no other", () => {
		const [rule = assert.fail("no such rule")] =
			/^- A source file of more than 300 lines .*(?:\n {2}.*)*/m.exec(read("CONTRIBUTING.md")) ?? [];
		const reasons = [...rule.matchAll(/`(src\/[\w/]+\.ts)` is \w+/g)].map(([, file]) => file);
		const long = sources.filter(({ text }) => text.split("\n").length > 301);
		assert.deepEqual(reasons.toSorted(), long.map(({ file }) => file).toSorted());
	});

	it("show every picture in media, each small enough to load", () => {
		const shown = [...read("README.md").matchAll(/\((media\/[^)]+)\)/g)].map(([, file]) => file ?? "");
		assert.ok(shown.length >= 3);
		for (const file of shown) {
			const limit = read("README.md").indexOf(file) < read("README.md").indexOf("## ") ? 1_500_000 : 100_000;
			assert.ok(statSync(join(root, file)).size <= limit, `${file}: ${statSync(join(root, file)).size}`);
		}
		const existing = globSync("media/*.png", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
		assert.deepEqual(existing.toSorted(), ["media/icon.png", ...shown].toSorted());
	});

	it("list the changes in this version", () => {
		assert.match(read("CHANGELOG.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}\\b`, "m"));
	});
});
