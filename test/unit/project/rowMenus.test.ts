import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CERTIFICATES_VIEW, CLIENTS_VIEW, COMMANDS, PROJECTS_VIEW } from "../../../src/common/manifestIds.ts";
import type { EnforcedCertificate } from "../../../src/domain/activationStatus.ts";
import { certificateContextValue, enforcedContextValue } from "../../../src/features/sidebar/contextValues.ts";
import { sources } from "../../sources.ts";
import { root } from "../../vscode/install.mjs";
import { certificate } from "../fakes/certificatesApi.ts";

type CommandName = keyof typeof COMMANDS;
/** A row's context value, the commands beside its label, and the commands in its context menu. */
type Row = readonly [contextValue: string, inline: readonly CommandName[], menu: readonly CommandName[]];

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const items: readonly { readonly command: string; readonly when: string; readonly group: string }[] =
	manifest.contributes.menus["view/item/context"];

const SHOW: readonly CommandName[] = ["details", "openPem", "history", "checkClient"];
const COPY: readonly CommandName[] = ["copyId", "copyFingerprint", "copyPem"];
const ON_EVERY_CERTIFICATE: readonly CommandName[] = ["activate", ...SHOW, "rename", ...COPY, "savePem", "delete"];

/** The rows of certificates in the organization: each also as the old certificate of an unfinished rotation. */
const certificateRows = (
	[
		["certificate;inactive", ["activate", "copyId"], ON_EVERY_CERTIFICATE],
		["certificate;inactive;deactivatable", ["activate", "copyId"], [...ON_EVERY_CERTIFICATE, "deactivate", "rotate"]],
		["certificate;active;deactivatable", ["deactivate", "copyId"], [...ON_EVERY_CERTIFICATE, "deactivate", "rotate"]],
	] satisfies Row[]
).flatMap(([value, inline, menu]): Row[] => [
	[value, inline, menu],
	[`${value};rotating`, [...inline, "finishRotation"], [...menu, "finishRotation", "undoRotation"]],
]);

/** The rows of certificates in a project. */
const enforcedRows: readonly Row[] = [
	["certificate;active", [], [...SHOW, ...COPY]],
	["certificate;active;deactivatable", ["deactivate"], [...SHOW, ...COPY, "deactivate"]],
];

const CLIENT_MENU: readonly CommandName[] = ["checkClient", "copyFingerprint", "copyClientSetup", "removeClients"];

/** All other rows. */
const otherRows = {
	[CERTIFICATES_VIEW]: [
		["upload", ["cancelUpload"], ["cancelUpload"]],
		["unconfirmed", ["checkUpload", "forgetUpload"], ["checkUpload", "uploadAgain", "forgetUpload"]],
		["unconfirmedElsewhere", ["checkUpload"], ["checkUpload"]],
		["unconfirmedUnplaced", ["checkUpload", "forgetUpload"], ["checkUpload", "forgetUpload"]],
		["unplacedPlan", ["forgetRotation"], ["forgetRotation"]],
		...(["fact", "note", "remedy"] as const).map((value): Row => [value, [], []]),
	],
	[PROJECTS_VIEW]: (["project", "note", "remedy"] as const).map((value): Row => [value, [], []]),
	[CLIENTS_VIEW]: [
		["client", [], CLIENT_MENU],
		["client;file", [], CLIENT_MENU],
		...(["note", "remedy"] as const).map((value): Row => [value, [], []]),
	],
} satisfies Record<string, readonly Row[]>;

const rows: Readonly<Record<string, readonly Row[]>> = {
	[CERTIFICATES_VIEW]: [...certificateRows, ...otherRows[CERTIFICATES_VIEW]],
	[PROJECTS_VIEW]: [...enforcedRows, ...otherRows[PROJECTS_VIEW]],
	[CLIENTS_VIEW]: otherRows[CLIENTS_VIEW],
};

describe("The menu of a row", () => {
	for (const [view, rowsOfView] of Object.entries(rows))
		for (const [value, inline, menu] of rowsOfView)
			it(`with the context value ${value} in ${view} has exactly its commands, at most three of them inline`, () => {
				const shown = items.filter(({ when }) => matchesRow(when, view, value));
				const commands = (isInline: boolean) =>
					shown
						.filter(({ group }) => group.startsWith("inline") === isInline)
						.map(({ command }) => command)
						.toSorted();
				const ids = (names: readonly CommandName[]) => names.map((name) => COMMANDS[name]).toSorted();
				assert.deepEqual(commands(true), ids(inline));
				assert.deepEqual(commands(false), ids(menu));
				assert.ok(inline.length <= 3);
			});

	it("names its view, its rows and its place", () => {
		for (const { command, when, group } of items) {
			const { view, matches } = parseWhen(when);
			assert.ok(
				rows[view]?.some(([value]) => matches(value)),
				`${command}: ${when}`,
			);
			assert.match(group, /^(?:inline|\d_\w+)@\d$/, command);
		}
	});

	it("is tested for every context value of certificates", () => {
		const project = { id: "p", name: "Production" };
		const values = [true, false, undefined].flatMap((organization) =>
			[[], [project]].flatMap((projects) =>
				[0, 1].flatMap((unread) =>
					[true, false].flatMap((allProjects) =>
						[true, false].map((rotating) =>
							certificateContextValue({ organization, projects, unread, allProjects, problem: null }, rotating),
						),
					),
				),
			),
		);
		assert.deepEqual(new Set(values), new Set(certificateRows.map(([value]) => value)));
		const ways: readonly EnforcedCertificate["how"][] = ["own", "inherited", "either"];
		assert.deepEqual(
			new Set(ways.map((how) => enforcedContextValue({ certificate: certificate("a"), how }))),
			new Set(enforcedRows.map(([value]) => value)),
		);
	});

	it("is tested for every other context value in the sources", () => {
		const literals = sources
			.filter(({ text }) => text.includes("contextValue = "))
			.flatMap(({ text }) => text.match(/contextValue = .*|return .*"unconfirmed.*/g) ?? [])
			.flatMap((line) => [...line.matchAll(/"([^"]+)"/g)].map(([, value]) => value));
		const tested = Object.values(otherRows).flatMap((rowsOfView) => rowsOfView.map(([value]) => value));
		assert.deepEqual(new Set(literals), new Set(tested));
	});
});

/** Parses a `when` clause of a row's menu. @throws AssertionError if it doesn't name a view and rows. */
function parseWhen(when: string): { readonly view: string; readonly matches: (value: string) => boolean } {
	const [, view, pattern, value] = /^view == ([\w.]+) && viewItem (?:=~ \/(.*)\/|== (\w+))$/.exec(when) ?? [];
	assert.ok(view, when);
	return { view, matches: (row) => (pattern === undefined ? row === value : new RegExp(pattern).test(row)) };
}

/** True if a `when` clause matches a row. @param row Its context value. */
function matchesRow(when: string, view: string, row: string): boolean {
	const parsed = parseWhen(when);
	return parsed.view === view && parsed.matches(row);
}
