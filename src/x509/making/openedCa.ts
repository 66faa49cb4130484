import { createPublicKey, type KeyObject } from "node:crypto";
import type { ClientRequest, MadeCertificate, OpenCa, SigningRequest } from "../../domain/certificateMaking.ts";
import { findNamesIssue } from "../../domain/certificateNames.ts";
import { ProblemError } from "../../domain/problem.ts";
import { readTime } from "../asn1/asn1Time.ts";
import { type Element, readElement } from "../asn1/der.ts";
import { encodePem } from "../asn1/pem.ts";
import { decodeCertificate } from "../certificate.ts";
import { checkChain } from "../chainCheck.ts";
import { fingerprint } from "../parsedCertificate.ts";
import { defaultKeyId, isSameKey } from "../publicKey.ts";
import { buildClientCertificate, randomSerial, type Signer, signerOf, validityFrom } from "./buildCertificate.ts";
import { type CaPath, caRefused } from "./caFile.ts";
import { exportKey, makeKeyPair, publicKeyInfo } from "./newKey.ts";

/** A CA whose key is unlocked. */
export class OpenedCa implements OpenCa {
	readonly sha256: string;
	readonly notBefore: number;
	readonly notAfter: number;
	readonly #path: CaPath;
	readonly #publicKey: KeyObject;
	readonly #signer: Signer;
	readonly #now: () => number;

	private constructor(path: CaPath, privateKey: KeyObject, now: () => number) {
		const [{ raw }] = path;
		const [notBefore, notAfter] = [readTime(raw.notBefore), readTime(raw.notAfter)];
		if (notBefore === null || notAfter === null) throw caRefused("not-accepted");
		this.sha256 = fingerprint(raw.der);
		this.notBefore = notBefore;
		this.notAfter = notAfter;
		this.#path = path;
		this.#publicKey = createPublicKey(privateKey);
		this.#signer = signerOf(privateKey);
		this.#now = now;
	}

	/**
	 * Opens a CA, if the check accepts what it issues.
	 * @param privateKey The key of the path's first certificate.
	 * @param now Returns Unix seconds.
	 * @throws ProblemError `ca-refused`
	 */
	static async open(path: CaPath, privateKey: KeyObject, now: () => number): Promise<OpenedCa> {
		const ca = new OpenedCa(path, privateKey, now);
		// A trial, thrown away. Its random name differs from the CA's, and isn't a DNS name that constraints could exclude.
		const { publicKey } = await makeKeyPair("p-256");
		await ca.#make(publicKeyInfo(publicKey), { commonName: `Check ${randomSerial()}`, names: [], validDays: 1 });
		return ca;
	}

	async issue({ keyType, passphrase, ...request }: Parameters<OpenCa["issue"]>[0]): Promise<MadeCertificate> {
		refuseNames(request);
		const { publicKey, privateKey } = await makeKeyPair(keyType);
		const made = await this.#make(publicKeyInfo(publicKey), request);
		return { ...made, key: await exportKey(privateKey, passphrase) };
	}

	async sign({ publicKey }: SigningRequest, approved: ClientRequest): Promise<MadeCertificate> {
		refuseNames(approved);
		const info = readElement(publicKey);
		if (!info) throw new ProblemError({ reason: "request-refused", why: "unreadable" });
		if (isSameKey(info, this.#publicKey)) throw new ProblemError({ reason: "request-refused", why: "ca-key" });
		return this.#make(info, approved);
	}

	/** Makes a client certificate for a SubjectPublicKeyInfo, and checks it. */
	async #make(publicKey: Element, { commonName, names, validDays }: ClientRequest): Promise<MadeCertificate> {
		const [ca] = this.#path;
		const validity = validityFrom(this.#now(), validDays, this);
		const serial = randomSerial();
		const der = await buildClientCertificate({
			...{ commonName: commonName.trim(), names, publicKey, validity, serial, signer: this.#signer },
			issuer: ca.raw.subject,
			issuerKeyId: ca.extensions.subjectKey ?? defaultKeyId(ca.raw.publicKey),
		});
		const element = readElement(der);
		// With its issuer's name, a certificate claims to have signed itself.
		if (element && decodeCertificate(element)?.selfIssued !== false)
			throw new ProblemError({ reason: "names-refused", issue: { name: "common-name", why: "is-ca" } });
		const intermediates = this.#path.filter(({ selfIssued }) => !selfIssued).map(({ raw }) => raw.der);
		const certificatePem = [der, ...intermediates].map((each) => encodePem(each)).join("");
		this.#refuseUnlessAccepted(certificatePem);
		return {
			...{ certificatePem, key: null, serial, sha256: fingerprint(der), ...validity },
			...{ commonName: commonName.trim(), names },
		};
	}

	/** Checks a chain against the CA and the root above it, since either can be the trust anchor. */
	#refuseUnlessAccepted(chain: string): void {
		for (const anchor of new Set([this.#path[0], this.#path.at(-1) ?? this.#path[0]])) {
			const result = checkChain(Buffer.from(chain), [anchor.raw.der], this.#now());
			if (result?.rfc5280 === "valid" && result.verdict === "accepted") continue;
			const isTooLong = result?.issues.some(({ code }) => code === "path-too-long");
			throw caRefused(isTooLong ? "path-too-long" : "not-accepted");
		}
	}
}

function refuseNames({ commonName, names }: ClientRequest): void {
	const issue = findNamesIssue(commonName, names);
	if (issue) throw new ProblemError({ reason: "names-refused", issue });
}
