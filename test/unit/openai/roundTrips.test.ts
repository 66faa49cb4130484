import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import type { ArmedFault } from "../../emulator/faults.ts";
import { readerOf } from "../fakes/certificatesApi.ts";
import { benchForEachTest } from "./setup.ts";

const PROJECTS = 250;
const CERTIFICATES = 50;
/** Of 100 projects each. */
const PAGES = 3;
const AT_ONCE = 16;

describe("An organization of 250 projects and 50 certificates", () => {
	const bench = benchForEachTest();
	let certificates: CertificateStore;
	let projects: ProjectStore;

	beforeEach(() => {
		const { emulator, transport } = bench;
		const ids = Array.from({ length: CERTIFICATES }, (_, index) => emulator.state.put({ name: `CA ${index}` }).id);
		for (let index = 0; index < PROJECTS; index++) {
			const { id } = emulator.state.addProject(`Project ${index}`);
			emulator.state.setActive(id, [ids[index % CERTIFICATES] ?? ""], true).commit();
		}
		const access = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		const api = new AdminClient(transport, async () => access);
		certificates = new CertificateStore(
			async () => api,
			async () => readerOf(),
		);
		projects = new ProjectStore(async () => api);
	});

	it("shows its certificates after one round trip, its first projects after one more, and all there is after as many as sixteen at a time take", async () => {
		const { emulator } = bench;
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
		assert.ok(roundTrips() <= Math.ceil(PROJECTS / AT_ONCE) + 3, `${roundTrips()} round trips`);
		const listed = certificates.state.listing?.certificates ?? [];
		const known = listed.map(({ id }) => enforcement.activity(id));
		assert.deepEqual(
			known.map(({ projects, unread }) => [projects.length, unread]),
			Array(CERTIFICATES).fill([PROJECTS / CERTIFICATES, 0]),
		);
	});

	/**
	 * Answers nothing before the client has asked all that it can ask without an answer, as if each answer took equally long:
	 * one thing at first, then sixteen, until so many are answered. It hangs where the client asks for less at a time.
	 * @returns how often it has answered.
	 */
	function countRoundTrips(requests: number): () => number {
		const { faults } = bench.emulator;
		let roundTrips = 0;
		let answered = 0;
		let held = 0;
		let armed: ArmedFault;
		const hold = () => {
			armed = faults.next({ kind: "silence", when: "before", times: Number.POSITIVE_INFINITY, match: take });
		};
		const take = () => {
			held++;
			const expected = answered === 0 ? 1 : Math.min(AT_ONCE, requests - answered);
			if (held === expected) {
				roundTrips++;
				answered += held;
				held = 0;
				const full = armed;
				faults.clear();
				hold();
				full.release();
			}
			return true;
		};
		hold();
		return () => roundTrips;
	}
});
