import assert from "node:assert/strict";
import { activationResponseParser, deletionResponseParser, parseProject } from "../../../src/openai/schemas.ts";

describe("Response schemas", () => {
	const project = { object: "organization.project", id: "proj_1", name: "One", created_at: 1 };

	it("recognize an archived project by its status or its archiving time", () => {
		const archived = (more: object) => parseProject({ ...project, ...more })?.archived;
		assert.deepEqual(
			[{}, { status: "active" }, { archived_at: null }, { status: "archived" }, { archived_at: 5 }].map(archived),
			[false, false, false, true, true],
		);
	});

	const certificate = (id: string, active?: boolean) => ({ object: "certificate", id, name: id, active });

	it("return the certificates of an activation in the requested order", () => {
		const parse = activationResponseParser(["cert_1", "cert_2"], true);
		const both = parse({ data: [certificate("cert_2", true), 7, certificate("cert_1", true)] });
		assert.deepEqual(
			both?.map(({ id }) => id),
			["cert_1", "cert_2"],
		);
	});

	const invalid: readonly [string, unknown][] = [
		["omits a certificate", { data: [certificate("cert_1", true)] }],
		["has another certificate", { data: [certificate("cert_1", true), certificate("cert_3", true)] }],
		["has the opposite state of a certificate", { data: [certificate("cert_1", true), certificate("cert_2", false)] }],
		["has no state of a certificate", { data: [certificate("cert_1", true), certificate("cert_2")] }],
		["has no data", {}],
		["is null", null],
	];
	for (const [title, json] of invalid)
		it(`reject an activation that ${title}`, () => {
			assert.equal(activationResponseParser(["cert_1", "cert_2"], true)(json), null);
		});

	it("accept only the deletion of the requested certificate", () => {
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
