// R55: each of OpenAI's codes about client certificates at every status from 400 to 503, in the list, an upload, an
// activation and the live check. The code decides the text and the remedy, and the status what is known.
import assert from "node:assert/strict";
import { describePartialFailure, describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { remediesFor, remediesInView } from "../../../src/common/messages/problems/remedies.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import type { ParsedCertificate } from "../../../src/domain/certificateFile.ts";
import { type LiveCheckResult, ProjectKey } from "../../../src/domain/liveCheck.ts";
import { type MtlsCode, type Problem, problemOf } from "../../../src/domain/problem.ts";
import { ORGANIZATION } from "../../../src/domain/scope.ts";
import { type ScopeResult, setActive } from "../../../src/features/activation/activation.ts";
import {
	describeActivationResults,
	needsClientCertificate,
} from "../../../src/features/activation/activationResultMessages.ts";
import { describeLiveCheck } from "../../../src/features/clientCheck/liveCheckMessages.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import type { OrganizationContext } from "../../../src/features/organization/organizationSession.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { welcomeStateOf } from "../../../src/features/sidebar/welcomeState.ts";
import { JournalStore } from "../../../src/features/upload/journalStore.ts";
import { UploadService } from "../../../src/features/upload/uploadService.ts";
import { checkLive } from "../../../src/openai/liveCheck.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { Fault } from "../../emulator/faults.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { uniqueOrganizationRef } from "../fakes/certificatesApi.ts";
import { trustTestAuthority } from "../openai/network/certificateAuthority.ts";
import { directNetwork } from "../openai/network/directNetwork.ts";
import { apiFixtureForEachTest } from "../openai/setup.ts";

const CODES: readonly MtlsCode[] = [
	"certificate_required",
	"invalid_certificate",
	"certificate_verification_failed",
	"certificate_attribute_verification_failed",
	"authentication_temporarily_unavailable",
];
const TEMPORARY = "authentication_temporarily_unavailable";
const STATUSES = Array.from({ length: 104 }, (_, index) => 400 + index);
/** Statuses with different meanings, for tests that take longer. */
const SOME_STATUSES = [400, 401, 403, 404, 408, 409, 422, 429, 500, 503];
/** Remedies if OpenAI requires a client certificate: set one, or use the dashboard, which doesn't require one. */
const WAYS_BACK = ["open-settings", "open-dashboard"];
const ABOUT_THE_KEY = /admin key|API key|replace/i;

const isUnknown = (status: number) => status === 408 || status === 409 || status >= 500;

/** Returns a fault for every request of an operation. @param code `null` for an error without a code. */
const answer = (operation: NonNullable<Fault["operation"]>, status: number, code: MtlsCode | null): Fault => ({
	...{ kind: "status", status, operation, when: "before", times: Number.POSITIVE_INFINITY },
	...(code && { code }),
});

describe("R55 A code of OpenAI about client certificates", () => {
	const fixture = apiFixtureForEachTest();
	const organizationRef = uniqueOrganizationRef();
	let candidate: ParsedCertificate;
	let certificates: CertificateStore;
	let organization: OrganizationContext;
	/** The id of an inactive certificate. */
	let id: string;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Acme" });
		const { candidates } = await new X509CertificateFileReader().read(Buffer.from(pem), Date.now() / 1000, 30);
		candidate = candidates[0] ?? assert.fail("no candidate");
	});
	beforeEach(async () => {
		const open = async () => fixture.api;
		certificates = new CertificateStore(open, async () => new X509CertificateFileReader());
		certificates.bindConnection(organizationRef);
		organization = { open, certificates, projects: new ProjectStore(open) };
		id = fixture.emulator.state.put({ name: "Old" }).id;
	});

	/** Runs a call whose requests get an error. @returns its value or problem, and the number of these requests. */
	const during = async <T>(fault: Fault, call: () => Promise<T>) => {
		const { faults, exchanges } = fixture.emulator;
		exchanges.length = 0;
		faults.arm(fault);
		const ended = await call().catch((thrown) => problemOf(thrown) ?? Promise.reject(thrown));
		faults.clear();
		return { ended, requests: exchanges.filter(({ operation }) => operation === fault.operation).length };
	};

	const assertNotAboutTheKey = (text: string, problem: Problem) => {
		assert.doesNotMatch(text, ABOUT_THE_KEY);
		const shutOut = problem.reason === "mtls" && problem.code !== TEMPORARY;
		assert.deepEqual(remediesFor(problem), shutOut ? WAYS_BACK : []);
	};

	for (const code of CODES) {
		it(`R55 ${code} has its own text in the list and the empty view, at every status, and is repeated by the status`, async () => {
			for (const status of STATUSES) {
				const problem: Problem = { reason: "mtls", code, status };
				const load = () => certificates.load();
				const { ended, requests } = await during(answer("list", status, code), load);
				assert.deepEqual(ended, problem);
				assert.equal(requests, (await during(answer("list", status, null), load)).requests, `${status}`);
				assertNotAboutTheKey(describeProblem(problem), problem);
				assert.ok(describeProblem(problem).includes(`(${status})`));
				assert.deepEqual(remediesInView(problem), code === TEMPORARY ? ["refresh"] : WAYS_BACK);
				assert.equal(welcomeStateOf(null, problem, false), code);
			}
			assert.doesNotMatch(manifestText(`welcome.${code}`), ABOUT_THE_KEY);
			assert.equal(new Set(CODES.map((each) => manifestText(`welcome.${each}`))).size, CODES.length);
		});

		it(`R55 ${code} leaves an upload unconfirmed at the same statuses as without the code`, async () => {
			for (const status of STATUSES) {
				const upload = () => fixture.api.upload({ pem: candidate.pem, name: "Acme" });
				const { ended, requests } = await during(answer("upload", status, code), upload);
				const plain = await during(answer("upload", status, null), upload);
				if (isUnknown(status)) assert.deepEqual(ended, plain.ended);
				else assert.deepEqual(ended, { reason: "mtls", code, status });
				assert.equal("reason" in ended && ended.reason === "unconfirmed", isUnknown(status));
				assert.equal(requests, plain.requests);
				assert.equal(requests, status === 429 ? 2 : 1);
			}
		});

		it(`R55 ${code} leaves a row of an unconfirmed upload, or none if the status is a refusal`, async () => {
			for (const status of SOME_STATUSES) {
				const folder = temporaryFolder("mtls-codes");
				const store = new JournalStore(`${folder.path}/uploads`, new FileLocks(`${folder.path}/locks`));
				const uploads = new UploadService({ service: organization.open, certificates, store, retryDelaysMs: [] });
				const upload = () => uploads.upload({ candidate, name: "Acme", organizationRef });
				const { ended } = await during(answer("upload", status, code), upload);
				assert.equal(uploads.unconfirmed.length, isUnknown(status) ? 1 : 0, `${status}`);
				const problem = "reason" in ended ? ended : assert.fail();
				assert.equal(problem.reason, isUnknown(status) ? "unconfirmed" : "mtls");
				assert.doesNotMatch(describeProblem(problem), ABOUT_THE_KEY);
				if (isUnknown(status)) assert.deepEqual(remediesFor(problem), ["check-upload"]);
				else assertNotAboutTheKey(describeProblem(problem), problem);
				folder.remove();
			}
		});

		/** Activates a certificate in the organization. @returns the result and its text. */
		const activate = async (fault: Fault): Promise<{ result: ScopeResult; text: string; requests: number }> => {
			fixture.emulator.state.setActive("organization", [id], false).commit();
			const target = { organizationRef, scopes: [ORGANIZATION], ids: [id], active: true };
			const { ended, requests } = await during(fault, () => setActive(organization, target));
			assert.ok(!("reason" in ended));
			const [result = assert.fail()] = ended;
			const acme = certificates.state.listing?.certificates.filter((each) => each.id === id) ?? [];
			return { result, text: describeActivationResults(acme, ended, true, () => null), requests };
		};

		it(`R55 ${code} as the response to an activation means what its status means, committed or not`, async () => {
			for (const status of STATUSES)
				for (const when of ["before", "after"] as const) {
					const problem: Problem = { reason: "mtls", code, status };
					const { result, text, requests } = await activate({ ...answer("activate", status, code), when });
					const plain = await activate({ ...answer("activate", status, null), when });
					assert.deepEqual({ ...result, problem: null }, { ...plain.result, problem: null }, `${status}`);
					assert.equal(requests, plain.requests);
					const isDone = when === "after" && isUnknown(status);
					assert.deepEqual([result.changed, result.failed], isDone ? [[id], []] : [[], [id]], `${status}`);
					assert.deepEqual(result.problem, isDone ? null : problem);
					if (isDone) continue;
					assert.ok(text.includes(describePartialFailure(problem)), text);
					assertNotAboutTheKey(text, problem);
					assert.equal(needsClientCertificate([result]), code !== TEMPORARY);
				}
		});

		it(`R55 ${code} after an activation ${code === TEMPORARY ? "is no lock-out" : "is a lock-out, with the way back"}`, async () => {
			for (const status of STATUSES) {
				const problem: Problem = { reason: "mtls", code, status };
				const shutOut = () => void fixture.emulator.faults.arm(answer("list", status, code));
				const { result, text } = await activate({
					...{ kind: "none", operation: "activate", when: "after" },
					beforeSending: shutOut,
				});
				const lockedOut = code === TEMPORARY ? null : problem;
				assert.deepEqual([result.changed, result.problem, result.lockedOut], [[id], null, lockedOut]);
				assert.equal(text.includes(describePartialFailure(problem)), lockedOut !== null);
				assert.equal(needsClientCertificate([result]), lockedOut !== null);
				assertNotAboutTheKey(text, problem);
			}
		});
	}
});

describe("R55 A code of OpenAI about client certificates in the live check", () => {
	const authority = trustTestAuthority();
	let service: Emulator;
	let check: () => Promise<LiveCheckResult>;

	before(async () => {
		service = await startEmulator({ tls: await authority.issueServerCertificate(["127.0.0.1"]) });
		const anchor = await makeCertificate();
		const client = await makeCertificate({ ca: false, issuer: anchor });
		const project = service.state.addProject("Production").id;
		service.state.setActive(project, [service.state.put({ pem: anchor.pem }).id], true).commit();
		const key = ProjectKey.of(service.keys.addProjectKey(project)) ?? assert.fail();
		const names = { certificate: "client.pem", key: "client.key" };
		const credentials = { certificate: client.pem, key: client.privateKeyPem, passphrase: null, names };
		const options = {
			...{ userAgent: "test/0", observe: () => {} },
			// The test's authority is among Node's own, which load faster without the system's.
			network: () => ({ ...directNetwork, systemCertificates: false }),
		};
		const request = { baseUrl: parseBaseUrl(service.mtlsUrl ?? ""), key, client: credentials };
		check = () => checkLive(options, request, new AbortController().signal);
	});
	after(() => service.close());

	for (const code of CODES)
		for (const [requests, statuses] of [
			["the request with the certificate", STATUSES],
			["both requests", SOME_STATUSES],
		] as const)
			it(`R55 ${code} as the response to ${requests} is reported as such, whatever its status`, async () => {
				const texts = new Set<string>();
				for (const status of statuses) {
					service.exchanges.length = 0;
					const match = () => requests === "both requests" || service.exchanges.length === 2;
					service.faults.arm({ ...answer("models", status, code), match });
					const problem: Problem = { reason: "mtls", code, status };
					const result = await check();
					service.faults.clear();
					assert.deepEqual(
						result,
						code === TEMPORARY ? { code: "failed", problem } : { code: "refused", how: code },
						`${status}`,
					);
					const { message, detail } = describeLiveCheck(result, "mtls.test");
					assert.doesNotMatch(message + detail, ABOUT_THE_KEY);
					texts.add(`${message} ${detail}`.replace(`(${status})`, ""));
				}
				assert.equal(texts.size, 1);
			});

	it("R55 does not blame the key or the certificate for any other response to the first request", async () => {
		for (const status of SOME_STATUSES.filter((each) => each !== 401 && each !== 403)) {
			service.faults.arm(answer("models", status, null));
			assert.equal((await check()).code, "failed", `${status}`);
			service.faults.clear();
		}
		assert.deepEqual(await check(), { code: "accepted", without: "required" });
	});
});
