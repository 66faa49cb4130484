// Compares the offline check with OpenSSL on random chains.
import { checkChain } from "../../src/x509/chainCheck.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { type Difference, explain } from "./explanation.ts";
import { type OpensslResult, verifyWithOpenssl } from "./openssl.ts";
import { type MadeCertificate, type MadeChain, makeChain } from "./plan.ts";
import { type RandomChain, randomChains } from "./randomChains.ts";

export interface PathComparison {
	/** Chains with the same verdict. */
	readonly valid: number;
	readonly invalid: number;
	/** How often each rule explained a different verdict, by its name. */
	readonly explained: ReadonlyMap<string, number>;
	readonly unexplained: readonly UnexplainedDifference[];
}

export interface UnexplainedDifference {
	/** The chain's position, from 0. */
	readonly number: number;
	/** The changes of the chain, both verdicts and their reasons. */
	readonly text: string;
	readonly chain: MadeChain;
}

/** Makes chains at random and compares. @throws Error if the check says nothing about a chain. */
export function comparePaths(count: number, seed: number): PathComparison {
	const folder = temporaryFolder("compare-paths");
	try {
		const agreed = { valid: 0, invalid: 0 };
		const explained = new Map<string, number>();
		const unexplained: UnexplainedDifference[] = [];
		for (const [number, random] of randomChains(count, seed).entries()) {
			const difference = compareChain(random, folder.path);
			const { ours, openssl, chain } = difference;
			const text = describe(difference);
			if (contradicts(difference)) unexplained.push({ number, text: `verdict ${ours.verdict}, ${text}`, chain });
			if (ours.rfc5280 === (openssl.accepted ? "valid" : "invalid")) {
				agreed[ours.rfc5280]++;
				continue;
			}
			const rules = explain(difference);
			for (const { name } of rules ?? []) explained.set(name, (explained.get(name) ?? 0) + 1);
			if (rules === null) unexplained.push({ number, text, chain });
		}
		return { ...agreed, explained, unexplained };
	} finally {
		folder.remove();
	}
}

interface ComparedChain extends Difference {
	readonly chain: MadeChain;
	readonly openssl: OpensslResult;
}

function compareChain({ plan, changes }: RandomChain, folder: string): ComparedChain {
	const chain = makeChain(plan);
	const { client, anchor, intermediates, file, at } = chain;
	const ours = checkChain(Buffer.from(file), [anchor.der], at);
	if (ours === null) throw new Error(`Nothing was found to check: ${changes.join(" + ")}`);
	const verify = (others: readonly MadeCertificate[]) => verifyWithOpenssl(folder, client, others, anchor, at);
	const openssl = verify(intermediates);
	const used = new Set(ours.chain.slice(1).map(({ sha256 }) => sha256));
	const opensslOnOurPath = () =>
		verify(intermediates.filter(({ sha256 }) => used.has(sha256) && sha256 !== anchor.sha256));
	return { changes, chain, ours, openssl, opensslOnOurPath };
}

/** True if the prediction for OpenAI says more than is certain: it must hold for every validator, so also for OpenSSL. */
function contradicts({ ours, openssl }: ComparedChain): boolean {
	if (ours.verdict === "accepted") return !openssl.accepted;
	// OpenAI documents that it requires the identifier.
	const isDocumented = ours.issues.some(({ code }) => code === "no-authority-key-identifier");
	return ours.verdict === "rejected" && openssl.accepted && !isDocumented;
}

function describe({ changes, ours, openssl }: ComparedChain): string {
	const issues = ours.issues.map(({ code, subject }) => `${code} (${subject})`);
	return `${changes.join(" + ")}: ${ours.rfc5280}, ${issues.join(", ")}; OpenSSL: ${openssl.text || "OK"}`;
}
