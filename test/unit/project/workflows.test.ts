import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../../vscode/install.mjs";

interface Job {
	readonly permissions?: Readonly<Record<string, string>>;
	readonly environment?: string;
	readonly uses?: string;
	readonly steps?: readonly {
		readonly uses?: string;
		readonly with?: Record<string, unknown>;
		readonly run?: string;
	}[];
	readonly "timeout-minutes"?: number;
}

const read = (file: string) => readFileSync(join(root, file), "utf8");
const files = globSync(".github/**/*.yml", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
const workflows = files
	.filter((file) => file.startsWith(".github/workflows/"))
	.map((file) => ({ file, text: read(file), ...parse(read(file)) }));
const jobs = workflows.flatMap(({ file, jobs }) =>
	Object.entries<Job>(jobs).map(([name, job]) => ({ where: `${file} ${name}`, job })),
);
const steps = jobs.flatMap(({ where, job }) => (job.steps ?? []).map((step) => ({ where, step })));

describe("Workflows", () => {
	it("exist for tests and for releases", () => {
		assert.deepEqual(workflows.map(({ file }) => file).toSorted(), [
			".github/workflows/release.yml",
			".github/workflows/test.yml",
		]);
	});

	it("R54 pin every action by the hash of a commit, with its version in a comment", () => {
		const used = workflows.flatMap(({ text }) => [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action ?? ""));
		assert.ok(used.length > 0);
		for (const action of used.filter((each) => !each.startsWith("./")))
			assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	});

	it("R54 use one version of each action everywhere", () => {
		const hashes = new Map<string, Set<string>>();
		for (const { step } of steps) {
			const [name = "", hash = ""] = step.uses?.split("@") ?? [];
			if (name) hashes.set(name, new Set([...(hashes.get(name) ?? []), hash]));
		}
		for (const [name, versions] of hashes) assert.equal(versions.size, 1, name);
	});

	it("have no permissions except those of their jobs, and only the necessary write permissions", () => {
		for (const { file, permissions } of workflows) assert.deepEqual(permissions, {}, file);
		const writing = jobs.flatMap(({ where, job }) => {
			assert.ok(job.permissions, where);
			return Object.entries(job.permissions).flatMap(([permission, level]) =>
				level === "read" ? [] : `${where} ${permission}`,
			);
		});
		assert.deepEqual(writing.toSorted(), [
			".github/workflows/release.yml attest attestations",
			".github/workflows/release.yml attest id-token",
			".github/workflows/release.yml github contents",
			".github/workflows/release.yml marketplace id-token",
			".github/workflows/release.yml open-vsx id-token",
		]);
	});

	it("run no code of a pull request with permissions, and insert no outside text into a command", () => {
		for (const { file, text, on } of workflows) {
			assert.ok(!("pull_request_target" in on) && !("workflow_run" in on), file);
			assert.doesNotMatch(text, /npm_token|_PAT\b|secrets\b/i, file);
		}
		for (const { where, step } of steps) assert.doesNotMatch(step.run ?? "", /\$\{\{/, where);
	});

	it("leave no credentials in a checkout, and have a timeout", () => {
		for (const { where, step } of steps)
			if (step.uses?.startsWith("actions/checkout@")) assert.equal(step.with?.["persist-credentials"], false, where);
		for (const { where, job } of jobs) if (!job.uses) assert.ok((job["timeout-minutes"] ?? 0) > 0, where);
	});

	it("publish by identity, from an environment that can require approval", () => {
		const publishing = jobs.filter(({ job }) => job.steps?.some(({ run }) => /\bpublish\b/.test(run ?? "")));
		assert.deepEqual(publishing.map(({ job }) => job.environment).toSorted(), ["marketplace", "open-vsx"]);
		for (const { where, job } of publishing)
			assert.match(job.steps?.at(-1)?.run ?? "", /--azure-credential|--trusted-publishing/, where);
	});

	it("R54 publish with tools pinned by a lock file", () => {
		const { dependencies } = JSON.parse(read(".github/open-vsx/package.json"));
		assert.match(dependencies.ovsx, /^\d+\.\d+\.\d+$/);
		const { packages } = JSON.parse(read(".github/open-vsx/package-lock.json"));
		for (const [name, { integrity, resolved }] of Object.entries<{ integrity?: string; resolved?: string }>(packages)) {
			if (name === "") continue;
			assert.match(integrity ?? "", /^sha512-/, name);
			assert.equal(resolved, undefined, name);
		}
		for (const { where, step } of steps) assert.doesNotMatch(step.run ?? "", /npm install|npx (?!--no-install)/, where);
	});
});

describe("Issue forms", () => {
	const forms = files.filter((file) => file.startsWith(".github/ISSUE_TEMPLATE/") && !file.endsWith("config.yml"));

	it("begin with a warning not to paste keys", () => {
		assert.equal(forms.length, 2);
		for (const form of forms) {
			const [first] = parse(read(form)).body;
			assert.equal(first.type, "markdown", form);
			assert.match(first.attributes.value, /^\*\*Never paste an admin key, a private key/, form);
		}
	});

	it("name commands as VS Code shows them", () => {
		const titles = Object.values<string>(JSON.parse(read("package.nls.json")));
		const named = forms.flatMap((form) => [...read(form).matchAll(/“Certificates for OpenAI: ([^”]+)”/g)]);
		assert.ok(named.length > 0);
		for (const [, title] of named) assert.ok(titles.includes(title ?? ""), title);
	});
});
