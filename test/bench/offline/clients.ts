import { CERTIFICATE_LIMIT } from "../../../src/domain/limits.ts";
import { type Anchor, ClientJudge } from "../../../src/features/clients/judgeClients.ts";
import type { KnownClient } from "../../../src/features/clients/knownClient.ts";
import { openChecks } from "../../../src/x509/chainCheck.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { atMost, type Benchmark, MAX_BLOCKED_MS } from "../measure.ts";
import { watchEventLoop } from "./eventLoop.ts";

const CLIENTS = 1000;
const PROJECTS = 100;

/** Maximum time of judging all clients, in milliseconds. */
const MAX_JUDGING_MS = 2000;

export const clients: Benchmark = {
	name: "clients",
	run: async (quick) => {
		const { anchors, known } = await makeClients();
		const now = Date.now() / 1000;
		// Each project has other trust anchors.
		const projects = Array.from({ length: PROJECTS }, (_, project) =>
			anchors.filter((_, index) => index !== project % anchors.length && index !== Math.floor(project / 2)),
		);
		const first: number[] = [];
		const again: number[] = [];
		const inProjects: number[] = [];
		const blocked: number[] = [];
		for (let run = 0; run < (quick ? 2 : 9); run++) {
			const judge = new ClientJudge(async () => openChecks());
			const measure = async (times: number[], sets: readonly (readonly Anchor[])[]) => {
				const start = performance.now();
				const { result, longest } = await watchEventLoop(() => judge.judge(known, sets, now));
				times.push(performance.now() - start);
				blocked.push(longest);
				const verdicts = [...result.values()].map(([verdict]) => verdict?.verdict);
				const accepted = verdicts.filter((verdict) => verdict === "accepted").length;
				if (accepted !== CLIENTS) throw new Error(`${accepted} of ${CLIENTS} clients were accepted.`);
			};
			await measure(first, [anchors]);
			await measure(again, [anchors]);
			await measure(inProjects, [anchors, ...projects]);
		}
		const title = `clients: ${CLIENTS} × ${anchors.length} trust anchors`;
		const longest = [Math.max(...blocked)];
		return [
			{ title, unit: "ms", ours: first, beside: [], goal: atMost(MAX_JUDGING_MS, first) },
			{ title: `${title}, again`, unit: "ms", ours: again, beside: [], goal: null },
			{
				title: `${title}, in ${PROJECTS} projects, too`,
				unit: "ms",
				ours: inProjects,
				beside: [],
				goal: atMost(MAX_JUDGING_MS, inProjects),
			},
			{
				title: "clients: the longest stretch of judging",
				unit: "ms",
				ours: longest,
				beside: [],
				goal: atMost(MAX_BLOCKED_MS, longest),
			},
		];
	},
};

/** Makes as many trust anchors as OpenAI allows, and clients of all of them, every second one with an intermediate. */
async function makeClients() {
	const roots = await Promise.all(
		Array.from({ length: CERTIFICATE_LIMIT }, (_, index) =>
			makeCertificate({ commonName: `Root ${index}`, keyType: index % 2 === 0 ? "p-256" : "rsa-2048" }),
		),
	);
	const issuers: { readonly issuer: TestCertificate; readonly chain: readonly Uint8Array[] }[] = [];
	for (const [index, root] of roots.entries()) {
		const intermediate = await makeCertificate({ commonName: `Intermediate ${index}`, issuer: root });
		issuers.push(index % 4 < 2 ? { issuer: root, chain: [] } : { issuer: intermediate, chain: [intermediate.der] });
	}
	const known: KnownClient[] = [];
	while (known.length < CLIENTS)
		for (const { issuer, chain } of issuers) {
			const name = `client-${known.length}`;
			const { der, sha256 } = await makeCertificate({ ca: false, commonName: name, issuer });
			known.push({
				...{ sha256, name, chain: [der, ...chain], notBefore: 0, notAfter: 0 },
				...{ certificatePath: null, keyPath: null, fileStamp: null },
			});
		}
	return { known, anchors: roots.map(({ der }, index) => ({ id: `cert_${index}`, der })) };
}
