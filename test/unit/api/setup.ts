import assert from "node:assert/strict";
import { CertificatesApi } from "../../../src/api/certificates.ts";
import { Transport, type TransportLimits } from "../../../src/api/transport.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { type Problem, problemOf } from "../../../src/domain/failure.ts";
import type { Exchange } from "../../../src/domain/service.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";

/** What a test of the API has at hand. */
export interface Bench {
	emulator: Emulator;
	transport: Transport;
	api: CertificatesApi;
	/** What the log was told. */
	observed: Exchange[];
	/** The API at another base URL, or with another key, over the same transport. */
	apiFor(url: string, key: string): CertificatesApi;
}

/** Starts an emulator and the API on it before each test of the suite, and ends both after it. */
export function benchForEachTest(limits?: Partial<TransportLimits>): Bench {
	const bench = {} as Bench;
	beforeEach(async () => {
		bench.emulator = await startEmulator();
		bench.observed = [];
		bench.transport = new Transport(
			"certificates-for-openai.openai-certificates/0",
			(exchange) => bench.observed.push(exchange),
			limits,
		);
		bench.apiFor = (url, key) =>
			new CertificatesApi(bench.transport, async () => ({ baseUrl: parseBaseUrl(url), key }));
		bench.api = bench.apiFor(bench.emulator.url, bench.emulator.adminKey);
	});
	afterEach(async () => {
		await bench.transport.close();
		await bench.emulator.close();
	});
	return bench;
}

/** The problem that a call ends with. */
export async function problemIn(call: Promise<unknown>): Promise<Problem> {
	const thrown = await call.then(
		() => assert.fail("nothing was thrown"),
		(error) => error,
	);
	return problemOf(thrown) ?? assert.fail(`not a Failure: ${thrown}`);
}
