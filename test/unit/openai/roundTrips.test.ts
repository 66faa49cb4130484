import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import type { ArmedFault } from "../../emulator/faults.ts";
import { fakeReader } from "../fakes/certificatesApi.ts";
import { apiFixtureForEachTest } from "./setup.ts";

const PROJECTS = 250;
const CERTIFICATES = 50;
/** Number of pages, of 100 projects each. */
const PAGES = 3;
const MAX_CONCURRENT_REQUESTS = 16;

describe("An organization of 250 projects and 50 certificates", () => {
	const fixture = apiFixtureForEachTest();
	let certificates: CertificateStore;
	let projects: ProjectStore;

	beforeEach(() => {
		const { emulator, transport } = fixture;
		const ids = Array.from({ length: CERTIFICATES }, (_, index) => emulator.state.put({ name: `CA ${index}` }).id);
		for (let index = 0; index < PROJECTS; index++) {
			const { id } = emulator.state.addProject(`Project ${index}`);
			emulator.state.setActive(id, [ids[index % CERTIFICATES] ?? ""], true).commit();
		}
		const credentials = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		const api = new AdminClient(transport, async () => credentials);
		certificates = new CertificateStore(
			async () => api,
			async () => fakeReader(),
		);
		projects = new ProjectStore(async () => api);
	});

	it("loads its certificates in one round trip, its first projects in one more, and the rest with sixteen requests at a time", async () => {
		const { emulator } = fixture;
		await certificates.refresh();
		assert.equal(emulator.exchanges.length, 1);
		assert.equal(certificates.state.listing?.certificates.length, CERTIFICATES);

		const enforcement = new EnforcementIndex(certificates, projects);
		const roundTrips = countRoundTrips(PAGES + PROJECTS);
		const first = new Promise<number>((resolve) => {
			projects.on("change", () => projects.state.projects && resolve(roundTrips()));
		});
		await projects.refresh();
		assert.equal(await first, 1);
		assert.ok(roundTrips() <= Math.ceil(PROJECTS / MAX_CONCURRENT_REQUESTS) + 3, `${roundTrips()} round trips`);
		const listed = certificates.state.listing?.certificates ?? [];
		const known = listed.map(({ id }) => enforcement.activationStatus(id));
		assert.deepEqual(
			known.map(({ projects, unread }) => [projects.length, unread]),
			Array(CERTIFICATES).fill([PROJECTS / CERTIFICATES, 0]),
		);
	});

	/**
	 * Delays responses until the client has sent every request that needs no further response, as if all responses had
	 * the same latency: one request at first, then sixteen, up to `requests`. Hangs if the client sends fewer at a time.
	 * @returns a function that returns the number of round trips so far.
	 */
	function countRoundTrips(requests: number): () => number {
		const { faults } = fixture.emulator;
		let roundTrips = 0;
		let answered = 0;
		let waiting = 0;
		let armed: ArmedFault;
		const arm = () => {
			armed = faults.arm({ kind: "silence", when: "before", times: Number.POSITIVE_INFINITY, match: count });
		};
		const count = () => {
			waiting++;
			const expected = answered === 0 ? 1 : Math.min(MAX_CONCURRENT_REQUESTS, requests - answered);
			if (waiting === expected) {
				roundTrips++;
				answered += waiting;
				waiting = 0;
				const current = armed;
				faults.clear();
				arm();
				current.release();
			}
			return true;
		};
		arm();
		return () => roundTrips;
	}
});
