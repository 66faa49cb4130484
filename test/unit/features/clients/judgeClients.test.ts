import assert from "node:assert/strict";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { type ClientStatus, judgeInScopes, type ScopeAnchors } from "../../../../src/features/clients/clientStatus.ts";
import { type Anchor, ClientJudge } from "../../../../src/features/clients/judgeClients.ts";
import type { KnownClient } from "../../../../src/features/clients/knownClient.ts";
import { encodePem } from "../../../../src/x509/asn1/pem.ts";
import { checkChain, openChecks } from "../../../../src/x509/chainCheck.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { projectScope } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";
import { knownClient, makeClient } from "./setup.ts";

const NOW = Math.floor(Date.now() / 1000);

describe("Known clients", () => {
	let one: TestCertificate;
	let other: TestCertificate;
	let intermediate: TestCertificate;
	let direct: TestCertificate;
	let deep: TestCertificate;
	let foreign: TestCertificate;
	let judge: ClientJudge;
	/** The number of checks that were made. */
	let checks: number;

	before(async () => {
		[one, other] = await Promise.all([
			makeCertificate({ commonName: "One" }),
			makeCertificate({ commonName: "Other" }),
		]);
		intermediate = await makeCertificate({ commonName: "Intermediate", issuer: other });
		direct = await makeClient({ issuer: one, notAfter: daysFromNow(10) });
		deep = await makeClient({ issuer: intermediate });
		foreign = await makeClient({ issuer: await makeCertificate() });
	});
	beforeEach(() => {
		checks = 0;
		judge = new ClientJudge(async () => {
			const opened = openChecks();
			const check: typeof opened.check = (...call) => {
				checks++;
				return opened.check(...call);
			};
			return { ...opened, check };
		});
	});

	const anchor = (id: string, { der }: TestCertificate): Anchor => ({ id, der });
	const anchors = () => [anchor("cert_other", other), anchor("cert_one", one)];
	const clients = () => [knownClient([direct]), knownClient([deep, intermediate]), knownClient([foreign])];
	const judgeOne = async (clients: readonly KnownClient[], set: readonly Anchor[], now: number) =>
		[...(await judge.judge(clients, [set], now)).values()].map(([verdict]) => verdict ?? assert.fail("No verdict."));
	const verdicts = async (...call: Parameters<typeof judgeOne>) =>
		(await judgeOne(...call)).map(({ verdict, anchorId }) => `${verdict} ${anchorId}`);

	it("get the verdicts of the check, with the trust anchor that each chains to", async () => {
		assert.deepEqual(await verdicts(clients(), anchors(), NOW), [
			"accepted cert_one",
			"accepted cert_other",
			"rejected null",
		]);
		assert.deepEqual(await verdicts(clients(), [anchor("cert_one", one)], NOW), [
			"accepted cert_one",
			"rejected null",
			"rejected null",
		]);
	});

	it("are judged again only if a date passed, the time went back, or an hour later", async () => {
		await judgeOne(clients(), anchors(), NOW);
		assert.equal(checks, 3);
		await judgeOne(clients(), anchors().reverse(), NOW + 3599);
		assert.equal(checks, 3);
		await judgeOne(clients(), anchors(), NOW + 3600);
		assert.equal(checks, 6);
		await judgeOne(clients(), anchors(), NOW);
		assert.equal(checks, 9);
		const end = Math.floor(daysFromNow(10).getTime() / 1000);
		const around = async (at: number) => (await verdicts([knownClient([direct])], anchors(), at))[0];
		const results = [];
		for (let at = end - 2; at < end + 4; at++) results.push((await around(at))?.split(" ")[0]);
		assert.deepEqual([...new Set(results)], ["accepted", "unknown", "rejected"]);
	});

	it("get the same verdicts as if all trust anchors were looked at", async () => {
		const [renewed, namesake] = await Promise.all([
			makeCertificate({ commonName: "one ", keyOf: one, notAfter: daysFromNow(5) }),
			makeCertificate({ commonName: "One" }),
		]);
		const crossed = await makeCertificate({ commonName: "Intermediate", keyOf: intermediate, issuer: one });
		const chains = [
			...[
				[direct],
				[deep],
				[foreign],
				[deep, intermediate],
				[deep, intermediate, other],
				[deep, crossed, intermediate],
			],
			...[[intermediate], [one], [await makeClient({ commonName: "Deep", issuer: crossed }), crossed]],
		];
		const all = [one, other, renewed, namesake, intermediate, crossed, direct];
		const pairs = all.flatMap((first, index) => all.slice(index + 1).map((second) => [first, second]));
		const sets = [all, all.slice(0, 2), ...pairs, ...all.map((each) => [each])].map((certificates) =>
			certificates.map((each) => anchor(each.sha256, each)).sort((a, b) => (a.id < b.id ? -1 : 1)),
		);
		const known = chains.map((chain) => knownClient(chain, { sha256: String(chains.indexOf(chain)) }));
		const judged = await judge.judge(known, sets, NOW);
		for (const { sha256, chain } of known) {
			const file = Buffer.concat(chain.map((der) => Buffer.from(encodePem(der))));
			for (const [index, set] of sets.entries()) {
				const ders = set.map(({ der }) => der);
				const { verdict, complete, chain: path, issues } = checkChain(file, ders, NOW) ?? assert.fail();
				const expected = { verdict, anchorId: complete ? path.at(-1)?.sha256 : null, issues };
				const { from: _, until: __, ...actual } = { ...judged.get(sha256)?.[index] } as Record<string, unknown>;
				assert.deepEqual(actual, expected);
			}
		}
		assert.ok(checks < (chains.length * sets.length) / 2, `${checks} checks`);
	});

	it("are judged again with other intermediates", async () => {
		assert.deepEqual(await verdicts([knownClient([deep])], anchors(), NOW), ["rejected null"]);
		assert.deepEqual(await verdicts([knownClient([deep, intermediate])], anchors(), NOW), ["accepted cert_other"]);
	});

	it("are not checked again because of a trust anchor with another name", async () => {
		await judgeOne(clients(), anchors(), NOW);
		const unrelated = await makeCertificate({ commonName: "Unrelated" });
		await judgeOne(clients(), [anchor("cert_one", one), anchor("cert_unrelated", unrelated)], NOW);
		// The client that chains to the missing one.
		assert.equal(checks, 4);
	});

	it("are unknown if a certificate or a trust anchor is malformed", async () => {
		const broken = knownClient([direct], { chain: [new Uint8Array([1])] });
		assert.deepEqual(await verdicts([broken], anchors(), NOW), ["unknown null"]);
		const malformed = [...anchors(), { id: "cert_x", der: new Uint8Array([1]) }];
		assert.deepEqual(await verdicts([knownClient([direct])], malformed, NOW), ["unknown null"]);
	});

	it("stop being judged when that is cancelled", async () => {
		await assert.rejects(judge.judge(clients(), [anchors()], NOW, AbortSignal.abort()), CancelledError);
	});

	describe("in scopes", () => {
		const scope = (id: string | null, complete: boolean, ...ids: readonly string[]): ScopeAnchors => ({
			scope: id === null ? ORGANIZATION : projectScope(id),
			certificates: ids.map((each) => certificate(each)),
			complete,
		});
		const contents = () => new Map(anchors().map(({ id, der }) => [id, der]));
		const statusOf = async (client: TestCertificate, ...scopes: readonly ScopeAnchors[]): Promise<ClientStatus> => {
			const contentOf = (id: string) => contents().get(id) ?? null;
			const statuses = await judgeInScopes([knownClient([client])], scopes, { judge, contentOf, now: NOW });
			return statuses.get(client.sha256) ?? assert.fail("The client has no status.");
		};
		const [p, q] = [projectScope("p"), projectScope("q")];

		it("are accepted, rejected, or not concerned", async () => {
			const scopes = [scope(null, true), scope("p", true, "cert_one"), scope("q", true, "cert_other")];
			const { issues, ...status } = await statusOf(direct, ...scopes);
			assert.deepEqual(status, { accepted: [p], rejected: [q], unknown: [], anchorIds: ["cert_one"] });
			assert.deepEqual(
				issues.map(({ code }) => code),
				["no-issuer"],
			);
		});

		it("with the same trust anchors are judged once", async () => {
			const ids = ["cert_one", "cert_other"];
			const { accepted } = await statusOf(direct, scope("p", true, ...ids), scope("q", true, ...ids.toReversed()));
			assert.deepEqual(accepted, [p, q]);
			assert.equal(checks, 1);
		});

		it("are never rejected where a trust anchor or its content is not known", async () => {
			for (const [rejecting, accepting] of [
				[scope("p", false, "cert_other"), scope("q", false, "cert_one")],
				[scope("p", true, "cert_other", "unread"), scope("q", true, "cert_one", "unread")],
			] as const) {
				const { accepted, rejected, unknown } = await statusOf(direct, rejecting, accepting);
				assert.deepEqual([accepted, rejected, unknown], [[q], [], [p]]);
			}
			const { unknown } = await statusOf(direct, scope("p", false), scope("q", true, "unread"));
			assert.deepEqual(unknown, [p, q]);
		});
	});
});
