import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificate } from "../../certificates.ts";
import { type Contract, openContract, type WireExchange } from "../../contract.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { Operation } from "../../emulator/routes.ts";
import { skipTest } from "../../skipTest.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { call } from "./client.ts";

describe("contract", () => {
	const folder = temporaryFolder("contract");

	after(() => folder.remove());

	const open = async (yaml: string) => {
		const path = join(folder.path, "contract.yaml");
		await writeFile(path, yaml);
		return openContract(path);
	};

	const exchange = (changes: Partial<WireExchange>): WireExchange => ({
		method: "GET",
		path: "/v1/things/a",
		query: "",
		requestBody: "",
		status: 200,
		responseBody: '{"size":1}',
		...changes,
	});

	describe("of OpenAPI 3.1", () => {
		let contract: Contract;

		before(async () => {
			contract = await open(
				contractOf("3.1.0", "size: {type: [integer, 'null']}, at: {type: string, format: date-time}"),
			);
		});

		it("accepts valid exchanges", () => {
			for (const valid of [
				exchange({}),
				exchange({ query: "limit=5&sort=up&include[]=a&include[]=b" }),
				exchange({ responseBody: '{"size":null,"at":"2026-11-24T08:00:00Z"}' }),
				exchange({ method: "POST", requestBody: '{"name":"x"}' }),
			]) {
				assert.deepEqual(contract.validate(valid), { documented: true, errors: [] });
			}
		});

		it("names each error and its location", () => {
			for (const [changes, error] of [
				[{ responseBody: '{"size":"big"}' }, "response/size: must be integer,null"],
				[{ responseBody: '{"size":1,"at":"today"}' }, 'response/at: must match format "date-time"'],
				[{ responseBody: "{}" }, "response: must have required property 'size'"],
				[{ responseBody: "<html>" }, "response: not JSON"],
				[{ method: "POST" }, "request: not JSON"],
				[{ method: "POST", requestBody: '{"name":1}' }, "request/name: must be string"],
				[{ requestBody: "{}" }, "request: a body where none is documented"],
				[{ query: "limit=many" }, "query limit: must be integer"],
				[{ query: "include[]=c" }, "query include/0: must be equal to one of the allowed values"],
				[{ query: "other=1" }, "query other: not documented"],
				[{ status: 404, responseBody: '{"error":"text"}' }, "response/error: must be object"],
			] as const) {
				const { errors } = contract.validate(exchange(changes));
				assert.ok(errors.includes(error), `${error} in ${errors}`);
			}
		});

		it("prefers the path with fewer parameters", () => {
			const result = contract.validate(exchange({ path: "/v1/things/all", responseBody: "[]" }));
			assert.deepEqual(result, { documented: true, errors: [] });
		});

		it("marks exchanges that the contract does not describe", () => {
			for (const undocumented of [
				exchange({ status: 500, responseBody: "<html>" }),
				exchange({ status: null, responseBody: "" }),
				exchange({ method: "DELETE" }),
				exchange({ path: "/v1/others" }),
				exchange({ path: "/v2/things/a" }),
			]) {
				assert.deepEqual(contract.validate(undocumented), { documented: false, errors: [] });
			}
		});

		it("does not validate a refused request", () => {
			const refused = exchange({ query: "other=1", status: 404, responseBody: '{"error":{}}' });
			assert.deepEqual(contract.validate(refused), { documented: true, errors: [] });
		});
	});

	it("reads the nullable values and exclusive bounds of OpenAPI 3.0", async () => {
		const contract = await open(
			contractOf("3.0.3", "size: {allOf: [{type: integer, minimum: 0, exclusiveMinimum: true}], nullable: true}"),
		);
		const errorsOf = (responseBody: string) => contract.validate(exchange({ responseBody })).errors;
		assert.deepEqual(errorsOf('{"size":null}'), []);
		assert.deepEqual(errorsOf('{"size":1}'), []);
		assert.ok(errorsOf('{"size":0}').includes("response/size: must be > 0"));
		assert.notDeepEqual(errorsOf('{"size":"big"}'), []);
	});

	it("supports no other version", async () => {
		await assert.rejects(open("swagger: '2.0'"), /OpenAPI undefined; 3\.0 or 3\.1 is needed/);
	});
});

describe("contract: the emulator", () => {
	let emulator: Emulator;

	beforeEach(async () => {
		emulator = await startEmulator();
	});

	afterEach(() => emulator.close());

	async function openOpenAIContract(context: Mocha.Context): Promise<Contract> {
		const path = process.env.OPENAPI_CONTRACT;
		return path ? openContract(path) : skipTest(context, "OPENAPI_CONTRACT does not name OpenAI's OpenAPI document");
	}

	it("performs all twelve operations as OpenAI's document describes them", async function () {
		const contract = await openOpenAIContract(this);
		await runAllOperations(emulator);
		const seen = new Set(emulator.exchanges.map(({ operation }) => operation));
		const operations: Operation[] = [
			"list",
			"upload",
			"get",
			"rename",
			"delete",
			"activate",
			"deactivate",
			"projectList",
			"projectActivate",
			"projectDeactivate",
			"projects",
			"history",
		];
		assert.deepEqual([...seen].sort(), operations.sort());
		for (const each of emulator.exchanges) {
			const title = `${each.method} ${each.path}?${each.query} ${each.status}`;
			assert.equal(each.status, 200, title);
			assert.deepEqual(contract.validate(each), { documented: true, errors: [] }, title);
		}
	});

	it("rejects requests as the document describes, where it describes a response of that status", async function () {
		const contract = await openOpenAIContract(this);
		const { adminKey: key } = emulator;
		await call(emulator, "GET /certificates?limit=0");
		await call(emulator, "POST /certificates", { body: { certificate: "text" } });
		await call(emulator, "GET /certificates/cert_none");
		await call(emulator, "GET /certificates", { key: emulator.keys.add([]) });
		emulator.faults.arm({ kind: "status", status: 429, retryAfter: "1", when: "before" });
		await call(emulator, "GET /certificates");
		emulator.keys.revoke(key);
		await call(emulator, "GET /certificates", { key });
		await call(emulator, "GET /projects", { key });

		const results = emulator.exchanges.map((each) => ({ each, result: contract.validate(each) }));
		const undocumented = results
			.filter(({ result }) => !result.documented)
			.map(({ each }) => `${each.operation} ${each.status}`);
		console.log(`      not documented: ${undocumented.length} of ${results.length} (${undocumented.join(", ")})`);
		assert.ok(undocumented.length < results.length);
		for (const { each, result } of results) assert.deepEqual(result.errors, [], `${each.operation} ${each.status}`);
	});

	it("is reported if it deviates", async function () {
		const contract = await openOpenAIContract(this);
		emulator.state.put();
		emulator.faults.arm({
			kind: "rewrite",
			when: "after",
			rewrite: (body) => ({ ...(body as object), has_more: "yes" }),
		});
		await call(emulator, "GET /certificates");
		const [exchange] = emulator.exchanges;
		assert.ok(exchange);
		assert.deepEqual(contract.validate(exchange).errors, ["response/has_more: must be boolean"]);
	});
});

/** Runs every operation, in each variant that changes the shape of its response. */
async function runAllOperations(emulator: Emulator): Promise<void> {
	const project = emulator.state.addProject("Open");
	emulator.state.addProject("Archived", { archived: true });
	const inProject = `/projects/${project.id}/certificates`;
	const { pem: certificate } = await makeCertificate();
	await call(emulator, "GET /certificates");
	const { body } = await call(emulator, "POST /certificates", { body: { certificate } });
	await call(emulator, "POST /certificates", { body: { certificate, name: "Root" } });
	const certificate_ids = [body.id];
	await call(emulator, "GET /certificates?limit=1&order=asc");
	await call(emulator, `GET /certificates?after=${body.id}&limit=100`);
	await call(emulator, `GET /certificates/${body.id}`);
	await call(emulator, `GET /certificates/${body.id}?include[]=content`);
	await call(emulator, "POST /certificates/activate", { body: { certificate_ids } });
	await call(emulator, "POST /certificates/deactivate", { body: { certificate_ids } });
	await call(emulator, `POST ${inProject}/activate`, { body: { certificate_ids } });
	await call(emulator, `GET ${inProject}?limit=100`);
	await call(emulator, `POST ${inProject}/deactivate`, { body: { certificate_ids } });
	await call(emulator, "GET /projects?include_archived=true&limit=100");
	await call(emulator, `POST /certificates/${body.id}`, { body: { name: "New" } });
	await call(emulator, `DELETE /certificates/${body.id}`);
	await call(emulator, "GET /audit_logs");
	await call(emulator, `GET /audit_logs?event_types[]=certificate.deleted&resource_ids[]=${body.id}&limit=1`);
}

/** Returns a small contract. @param version Of OpenAPI. @param size Schema properties of the response body. */
function contractOf(version: string, size: string): string {
	return `
openapi: ${version}
servers: [{url: "https://example.test/v1"}]
paths:
  /things/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: sort, in: query, schema: {type: string}}
        - {name: include, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
      responses:
        "200": {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        "4XX": {$ref: "#/components/responses/Refused"}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string}}}
      responses:
        "200": {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  /things/all:
    get:
      responses:
        "200": {content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}}
components:
  schemas:
    Thing: {type: object, required: [size], properties: {${size}}}
  responses:
    Refused: {content: {application/json: {schema: {type: object, properties: {error: {type: object}}}}}}
`;
}
