import assert from "node:assert/strict";
import {
	activationResponseParser,
	deletionResponseParser,
	parseProject,
} from "../../../src/openai/administrationSchemas.ts";

describe("What an answer about an organization says", () => {
	const project = { object: "organization.project", id: "proj_1", name: "One", created_at: 1 };

	it("a project is archived by its status or by when it was", () => {
		const archived = (more: object) => parseProject({ ...project, ...more })?.archived;
		assert.deepEqual(
			[{}, { status: "active" }, { archived_at: null }, { status: "archived" }, { archived_at: 5 }].map(archived),
			[false, false, false, true, true],
		);
	});

	const certificate = (id: string, active?: boolean) => ({ object: "certificate", id, name: id, active });

	it("an activation is one of each certificate, in the order in which they were asked for", () => {
		const parse = activationResponseParser(["cert_1", "cert_2"], true);
		const both = parse({ data: [certificate("cert_2", true), 7, certificate("cert_1", true)] });
		assert.deepEqual(
			both?.map(({ id }) => id),
			["cert_1", "cert_2"],
		);
	});

	const untold: readonly [string, unknown][] = [
		["leaves one out", { data: [certificate("cert_1", true)] }],
		["says of another one", { data: [certificate("cert_1", true), certificate("cert_3", true)] }],
		["says the opposite of one", { data: [certificate("cert_1", true), certificate("cert_2", false)] }],
		["does not say of one", { data: [certificate("cert_1", true), certificate("cert_2")] }],
		["has no data", {}],
		["is none", null],
	];
	for (const [title, json] of untold)
		it(`is no answer where it ${title}`, () => {
			assert.equal(activationResponseParser(["cert_1", "cert_2"], true)(json), null);
		});

	it("a deletion is one of this very certificate", () => {
		const parse = deletionResponseParser("cert_1");
		assert.equal(parse({ object: "certificate.deleted", id: "cert_1" }), true);
		for (const json of [
			{ object: "certificate.deleted", id: "cert_2" },
			{ object: "certificate", id: "cert_1" },
			{ id: "cert_1" },
			{},
			null,
		])
			assert.equal(parse(json), null);
	});
});
