import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { createGunzip, gunzipSync } from "node:zlib";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import {
	appendItem,
	emptyPageWithMore,
	endlessList,
	mapCertificates,
	mapContent,
	repeatedItem,
	repeatedPage,
	rewrapPem,
} from "../../emulator/bodies.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import { call, idsOf } from "./client.ts";

describe("emulator: faults", () => {
	let emulator: Emulator;
	let root: TestCertificate;

	before(async () => {
		root = await makeCertificate();
	});

	beforeEach(async () => {
		emulator = await startEmulator();
	});

	afterEach(() => emulator.close());

	/** Starts an upload whose response is inspected on the wire. */
	function startUpload(): ClientRequest {
		const outgoing = request(`${emulator.url}/organization/certificates`, {
			method: "POST",
			agent: false,
			headers: { authorization: `Bearer ${emulator.adminKey}`, "content-type": "application/json" },
		});
		outgoing.end(JSON.stringify({ certificate: root.pem, name: "Root" }));
		return outgoing;
	}

	async function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
		const [response] = (await once(outgoing, "response")) as [IncomingMessage];
		return response;
	}

	const stored = () => emulator.state.certificates.length;

	/** The faults after which a client has no valid response, with a check of the client's view. */
	const lostResponses: [FaultKind, (outgoing: ClientRequest) => Promise<void>][] = [
		[{ kind: "reset" }, (outgoing) => assert.rejects(responseTo(outgoing), { message: "read ECONNRESET" })],
		[{ kind: "close" }, (outgoing) => assert.rejects(responseTo(outgoing), { message: "socket hang up" })],
		[
			{ kind: "cut" },
			async (outgoing) => {
				const response = await responseTo(outgoing);
				assert.equal(response.statusCode, 200);
				const chunks: Buffer[] = [];
				response.on("data", (chunk) => chunks.push(chunk));
				await assert.rejects(once(response, "end"), { message: "aborted" });
				const expected = Number(response.headers["content-length"]);
				assert.equal(Buffer.concat(chunks).length, Math.floor(expected / 2));
			},
		],
		[{ kind: "status", status: 502 }, async (outgoing) => assert.equal((await responseTo(outgoing)).statusCode, 502)],
		[
			{ kind: "html" },
			async (outgoing) => {
				const response = await responseTo(outgoing);
				assert.equal(response.statusCode, 200);
				assert.equal(response.headers["content-type"], "text/html");
				assert.match((await buffer(response)).toString(), /^<!doctype html>/);
			},
		],
		[
			{ kind: "body", text: "{}" },
			async (outgoing) => assert.equal((await buffer(await responseTo(outgoing))).toString(), "{}"),
		],
		[
			{ kind: "redirect", status: 308, location: "http://127.0.0.1:1/v1" },
			async (outgoing) => {
				const response = await responseTo(outgoing);
				assert.equal(response.statusCode, 308);
				assert.equal(response.headers.location, "http://127.0.0.1:1/v1");
			},
		],
		[
			{ kind: "drip", everyMilliseconds: 1 },
			async (outgoing) => {
				const response = await responseTo(outgoing);
				const [first] = (await once(response, "data")) as [Buffer];
				assert.equal(first.toString(), "{");
				response.destroy();
			},
		],
		[
			{ kind: "contentLength", off: 5 },
			async (outgoing) => {
				await assert.rejects(buffer(await responseTo(outgoing)), { message: "aborted" });
			},
		],
		[
			{ kind: "endless" },
			async (outgoing) => {
				const response = await responseTo(outgoing);
				let received = 0;
				for await (const chunk of response) {
					received += chunk.length;
					if (received > 2 * 1024 * 1024) break;
				}
				assert.ok(received > 2 * 1024 * 1024);
			},
		],
	];

	for (const [fault, check] of lostResponses) {
		it(`${fault.kind} after the commit and before the commit`, async () => {
			const after = emulator.faults.arm({ ...fault, operation: "upload", when: "after" });
			await check(startUpload());
			await after.ended;
			assert.equal(stored(), 1);
			const before = emulator.faults.arm({ ...fault, operation: "upload", when: "before" });
			await check(startUpload());
			await before.ended;
			assert.equal(stored(), 1);
			assert.equal(emulator.exchanges.length, 2);
		});
	}

	it("records the intended response if none was sent", async () => {
		const { ended } = emulator.faults.arm({ kind: "reset", when: "after" });
		await assert.rejects(responseTo(startUpload()));
		const exchange = await ended;
		assert.equal(exchange.status, null);
		assert.equal(JSON.parse(exchange.responseBody).id, emulator.state.certificates[0]?.id);
	});

	it("sends nothing until it is released", async () => {
		const silence = emulator.faults.arm({ kind: "silence", when: "after" });
		const outgoing = startUpload();
		let answered = false;
		outgoing.on("response", () => {
			answered = true;
		});
		assert.equal((await silence.reached).operation, "upload");
		assert.equal(stored(), 1);
		// A complete exchange with the same server leaves enough time for an unexpected response.
		assert.equal((await call(emulator, "GET /certificates")).status, 200);
		assert.equal(answered, false);
		silence.release();
		assert.equal((await responseTo(outgoing)).statusCode, 200);
	});

	it("reports if the client hangs up during a silence", async () => {
		const silence = emulator.faults.arm({ kind: "silence", when: "before" });
		const outgoing = startUpload();
		outgoing.on("error", () => {});
		await silence.reached;
		outgoing.destroy();
		assert.equal((await silence.ended).status, null);
		silence.release();
		assert.equal((await call(emulator, "GET /certificates")).status, 200);
	});

	it("commits late, on demand", async () => {
		const { ended } = emulator.faults.arm({ kind: "reset", when: "late" });
		await assert.rejects(responseTo(startUpload()));
		const exchange = await ended;
		assert.equal(stored(), 0);
		emulator.faults.commitLate();
		emulator.faults.commitLate();
		assert.equal(emulator.state.auditLog.events.length, 1);
		assert.equal(emulator.state.certificates[0]?.id, JSON.parse(exchange.responseBody).id);
	});

	it("commits late by itself, some time after the connection was closed", async () => {
		const { committed, ended } = emulator.faults.arm({ kind: "close", when: "late", lateMilliseconds: 1 });
		await assert.rejects(responseTo(startUpload()));
		await ended;
		await committed;
		assert.equal(stored(), 1);
		emulator.faults.commitLate();
		assert.equal(stored(), 1);
	});

	it("responds with any status, with body and headers as from the service", async () => {
		emulator.faults.arm({ kind: "status", status: 429, retryAfter: "17", when: "before" });
		const tooMany = await call(emulator, "GET /certificates");
		assert.equal(tooMany.status, 429);
		assert.equal(tooMany.headers.get("retry-after"), "17");
		emulator.faults.arm({
			kind: "status",
			status: 401,
			code: "incorrect_hostname",
			message: "Wrong region",
			when: "before",
		});
		assert.deepEqual((await call(emulator, "GET /certificates")).body.error, {
			message: "Wrong region",
			type: "invalid_request_error",
			param: null,
			code: "incorrect_hostname",
		});
		emulator.faults.arm({ kind: "status", status: 403, message: "No", shape: "text", when: "before" });
		assert.deepEqual((await call(emulator, "GET /certificates")).body, { error: "No" });
		emulator.faults.arm({
			kind: "status",
			status: 500,
			body: null,
			headers: { "x-request-id": "$(trash)", "x-should-retry": "false" },
			when: "before",
		});
		const broken = await call(emulator, "GET /certificates");
		assert.equal(broken.status, 500);
		assert.equal(broken.body, null);
		assert.equal(broken.headers.get("x-request-id"), "$(trash)");
		assert.equal(broken.headers.get("x-should-retry"), "false");
	});

	it("compresses a response", async () => {
		emulator.state.put();
		emulator.faults.arm({ kind: "gzip", when: "after" });
		const response = await responseTo(startUpload());
		assert.equal(response.headers["content-encoding"], "gzip");
		const body = JSON.parse(gunzipSync(await buffer(response)).toString());
		assert.equal(body.name, "Root");
	});

	it("sends a gzip bomb: small on the wire, huge unpacked, with a valid response at its end", async () => {
		emulator.faults.arm({ kind: "gzipBomb", bytes: 10_000_001, when: "after" });
		const response = await responseTo(startUpload());
		let packed = 0;
		response.on("data", (chunk) => {
			packed += chunk.length;
		});
		const unpacked = await buffer(response.pipe(createGunzip()));
		assert.ok(packed < 20_000, `${packed}`);
		assert.ok(unpacked.length > 10_000_001);
		assert.equal(JSON.parse(unpacked.toString()).name, "Root");
	});

	it("sends a long body completely, with a valid response at its end", async () => {
		emulator.faults.arm({ kind: "long", bytes: 1_000_001, when: "after" });
		const response = await responseTo(startUpload());
		const body = await buffer(response);
		assert.equal(response.headers["content-length"], String(body.length));
		assert.ok(body.length > 1_000_001);
		assert.equal(JSON.parse(body.toString()).name, "Root");
	});

	it("declares fewer bytes than it sends", async () => {
		emulator.faults.arm({ kind: "contentLength", off: -5, when: "after" });
		const { host, port, hostname } = new URL(emulator.url);
		const socket = connect(Number(port), hostname);
		socket.end(
			`GET /v1/organization/projects HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${emulator.adminKey}\r\n\r\n`,
		);
		const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
		const declared = /content-length: (\d+)/i.exec(head)?.[1];
		assert.equal(Number(declared), body.length - 5);
	});

	it("sends many headers", async () => {
		emulator.faults.arm({ kind: "headers", count: 200, bytes: 3, when: "after" });
		const { headers } = await responseTo(startUpload());
		const more = Object.keys((headers as OutgoingHttpHeaders) ?? {}).filter((name) => name.startsWith("x-more-"));
		assert.equal(more.length, 200);
		assert.equal(headers["x-more-199"], "xxx");
	});

	it("applies to one operation, to matching requests, and several times, in the requested order", async () => {
		emulator.faults.arm({ kind: "status", status: 500, operation: "projects", when: "before" });
		emulator.faults.arm({ kind: "status", status: 502, match: ({ query }) => query === "limit=1", when: "before" });
		emulator.faults.arm({ kind: "status", status: 503, operation: "list", when: "before", times: 2 });
		emulator.faults.arm({ kind: "status", status: 504, operation: "list", when: "before" });
		const statuses: number[] = [];
		for (const query of ["", "?limit=1", "", "", "", "?limit=1"]) {
			statuses.push((await call(emulator, `GET /certificates${query}`)).status);
		}
		assert.deepEqual(statuses, [503, 502, 503, 504, 200, 200]);
		assert.equal((await call(emulator, "GET /projects")).status, 500);
	});

	it("is removed by clear()", async () => {
		emulator.faults.arm({ kind: "status", status: 500, when: "before", times: Number.POSITIVE_INFINITY });
		assert.equal((await call(emulator, "GET /certificates")).status, 500);
		assert.equal((await call(emulator, "GET /certificates")).status, 500);
		emulator.faults.clear();
		assert.equal((await call(emulator, "GET /certificates")).status, 200);
	});

	it("lets another administrator make a change between two requests", async () => {
		const [second, first] = [emulator.state.put(), emulator.state.put()];
		emulator.faults.arm({ kind: "none", when: "after", beforeSending: () => emulator.state.remove(first.id).commit() });
		const page = await call(emulator, "GET /certificates?limit=1");
		assert.deepEqual(idsOf(page), [first.id]);
		const next = await call(emulator, `GET /certificates?after=${page.body.last_id}`);
		assert.equal(next.body.error?.param, "after");
		assert.deepEqual(idsOf(await call(emulator, "GET /certificates")), [second.id]);
	});

	describe("in bodies", () => {
		const rewriteNext = (rewrite: ReturnType<typeof appendItem>, times = 1) =>
			emulator.faults.arm({ kind: "rewrite", rewrite, when: "after", times });
		const list = (query = "") => call(emulator, `GET /certificates${query}`);

		it("an endless list", async () => {
			rewriteNext(endlessList(), Number.POSITIVE_INFINITY);
			const seen = new Set<unknown>();
			let after = "";
			for (let page = 0; page < 25; page += 1) {
				const { body } = await list(`?limit=100${after}`);
				for (const item of body.data ?? []) seen.add(item.id);
				assert.equal(body.has_more, true);
				after = `&after=${body.last_id}`;
				emulator.switches.unknownCursor = "ignored";
			}
			assert.equal(seen.size, 2500);
		});

		it("a page that repeats forever", async () => {
			const ids = [emulator.state.put().id, emulator.state.put().id].reverse();
			rewriteNext(repeatedPage(), Number.POSITIVE_INFINITY);
			const first = await list();
			assert.deepEqual(idsOf(first), ids);
			assert.equal(first.body.has_more, true);
			assert.deepEqual((await list(`?after=${first.body.last_id}`)).body, first.body);
		});

		it("an empty page that promises more", async () => {
			emulator.state.put();
			rewriteNext(emptyPageWithMore);
			assert.deepEqual((await list()).body, {
				object: "list",
				data: [],
				first_id: null,
				last_id: null,
				has_more: true,
			});
		});

		it("a duplicate id", async () => {
			const { id } = emulator.state.put();
			rewriteNext(repeatedItem);
			assert.deepEqual(idsOf(await list()), [id, id]);
		});

		it("an invalid item", async () => {
			const { id } = emulator.state.put();
			rewriteNext(appendItem({ id: "..", object: 7 }));
			assert.deepEqual(idsOf(await list()), [id, ".."]);
		});

		it("changed details", async () => {
			emulator.state.put();
			rewriteNext(mapCertificates((certificate) => ({ ...certificate, certificate_details: { valid_at: "soon" } })));
			assert.deepEqual((await list()).body.data?.[0]?.certificate_details, { valid_at: "soon" });
		});

		it("content with other line breaks, with several blocks, or without any", async () => {
			const { id } = emulator.state.upload({ certificate: root.pem }).commit();
			const content = async (map: (pem: string) => string | undefined) => {
				rewriteNext(mapContent(map));
				const { body } = await call(emulator, `GET /certificates/${id}?include[]=content`);
				return body.certificate_details?.content;
			};
			const reflowed = await content((pem) => rewrapPem(pem, 76, "\r\n"));
			assert.match(reflowed ?? "", /^-----BEGIN CERTIFICATE-----\r\n[\w+/]{76}\r\n/);
			assert.equal(rewrapPem(reflowed?.replaceAll("\r", "") ?? "", 64, "\n"), root.pem);
			assert.equal(await content((pem) => pem + pem), root.pem + root.pem);
			assert.equal(await content(() => undefined), undefined);
		});
	});
});
