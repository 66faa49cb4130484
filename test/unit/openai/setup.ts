import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Credentials, RequestLogEntry } from "../../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import type { NetworkSettings } from "../../../src/domain/networkSettings.ts";
import { type Problem, problemOf } from "../../../src/domain/problem.ts";
import { CertificatesClient } from "../../../src/openai/certificates.ts";
import { HttpTransport, type TransportLimits } from "../../../src/openai/httpTransport.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { plainNetwork } from "./network/directNetwork.ts";

/** What a test of the API has at hand. */
export interface Bench {
	emulator: Emulator;
	transport: HttpTransport;
	api: CertificatesClient;
	/** What the log was told. */
	observed: RequestLogEntry[];
	/** Emits `observed` with each of it. */
	log: EventEmitter<{ observed: [RequestLogEntry] }>;
	/** What the editor says of the network; a test changes it. */
	network: NetworkSettings;
	/** The API at another base URL, or with another key, over the same transport. */
	apiFor(url: string, key: string, clientCertificate?: Credentials["clientCertificate"]): CertificatesClient;
}

/** Starts an emulator and the API on it before each test of the suite, and ends both after it. */
export function benchForEachTest(limits?: Partial<TransportLimits>): Bench {
	const bench = {} as Bench;
	beforeEach(async () => {
		bench.emulator = await startEmulator();
		bench.observed = [];
		bench.log = new EventEmitter();
		bench.log.on("observed", (exchange) => bench.observed.push(exchange));
		bench.network = plainNetwork;
		bench.transport = new HttpTransport(
			{
				userAgent: "certificates-for-openai.openai-certificates/0",
				observe: (exchange) => bench.log.emit("observed", exchange),
				network: () => bench.network,
			},
			{ pauseMilliseconds: 1, ...limits },
		);
		bench.apiFor = (url, key, clientCertificate = null) =>
			new CertificatesClient(bench.transport, async () => ({ baseUrl: parseBaseUrl(url), key, clientCertificate }));
		bench.api = bench.apiFor(bench.emulator.url, bench.emulator.adminKey);
	});
	afterEach(async () => {
		await bench.transport.close();
		await bench.emulator.close();
	});
	return bench;
}

/** How long a call may take in total. */
export const TOTAL_MILLISECONDS = 60_000;

/** Stops the client's clock in each test of the suite: no time passes there but by `pass`, however slow the computer is. */
export function stopClock(): { pass(milliseconds: number): Promise<void> } {
	beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
	afterEach(() => mock.timers.reset());
	return {
		pass: async (milliseconds) => {
			// What follows from an answer, such as the pause before the next try, has begun by then.
			await setImmediate();
			mock.timers.tick(milliseconds);
		},
	};
}

/** The problem that a call ends with. */
export async function problemIn(call: Promise<unknown>): Promise<Problem> {
	const thrown = await call.then(
		() => assert.fail("nothing was thrown"),
		(error) => error,
	);
	return problemOf(thrown) ?? assert.fail(`not a Failure: ${thrown}`);
}
