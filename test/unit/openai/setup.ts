import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Credentials, RequestLogEntry } from "../../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import type { NetworkSettings } from "../../../src/domain/networkSettings.ts";
import { type Problem, problemOf } from "../../../src/domain/problem.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { HttpTransport, type TransportLimits } from "../../../src/openai/httpTransport.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { directNetwork } from "./network/directNetwork.ts";

/** An emulator, and an API client for it. */
export interface ApiFixture {
	emulator: Emulator;
	transport: HttpTransport;
	api: AdminClient;
	/** All log entries. */
	logEntries: RequestLogEntry[];
	/** Emits `observed` for each log entry. */
	logEvents: EventEmitter<{ observed: [RequestLogEntry] }>;
	/** VS Code's network settings, for tests to change. */
	network: NetworkSettings;
	/** Creates a client for another base URL or key, over the same transport. */
	createApi(url: string, key: string, clientCertificate?: Credentials["clientCertificate"]): AdminClient;
}

/** Starts an emulator and a client before each test of the suite, and closes both afterwards. */
export function apiFixtureForEachTest(limits?: Partial<TransportLimits>): ApiFixture {
	const fixture = {} as ApiFixture;
	beforeEach(async () => {
		fixture.emulator = await startEmulator();
		fixture.logEntries = [];
		fixture.logEvents = new EventEmitter();
		fixture.logEvents.on("observed", (entry) => fixture.logEntries.push(entry));
		fixture.network = directNetwork;
		fixture.transport = new HttpTransport(
			{
				userAgent: "certificates-for-openai.openai-certificates/0",
				observe: (entry) => fixture.logEvents.emit("observed", entry),
				network: () => fixture.network,
			},
			{ pauseMilliseconds: 1, ...limits },
		);
		fixture.createApi = (url, key, clientCertificate = null) =>
			new AdminClient(fixture.transport, async () => ({ baseUrl: parseBaseUrl(url), key, clientCertificate }));
		fixture.api = fixture.createApi(fixture.emulator.url, fixture.emulator.adminKey);
	});
	afterEach(async () => {
		await fixture.transport.close();
		await fixture.emulator.close();
	});
	return fixture;
}

/** Total time limit of a call. */
export const TOTAL_MILLISECONDS = 60_000;

/** Stops the client's clock in each test of the suite, so that only `advance` moves it. */
export function stopClock(): { advance(milliseconds: number): Promise<void> } {
	beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
	afterEach(() => mock.timers.reset());
	return {
		advance: async (milliseconds) => {
			// First the client must react to the last response, for example start the pause before the next attempt.
			await setImmediate();
			mock.timers.tick(milliseconds);
		},
	};
}

/** Returns the problem with which a call fails. */
export async function expectProblem(call: Promise<unknown>): Promise<Problem> {
	const thrown = await call.then(
		() => assert.fail("nothing was thrown"),
		(error) => error,
	);
	return problemOf(thrown) ?? assert.fail(`not a ProblemError: ${thrown}`);
}
