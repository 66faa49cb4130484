import type { KeyObject } from "node:crypto";
import {
	type CertificateMaker,
	MAX_CA_DAYS,
	type MadeCertificate,
	type OpenCa,
	type SigningRequest,
} from "../../domain/certificateMaking.ts";
import { findCommonNameIssue } from "../../domain/certificateNames.ts";
import { ProblemError } from "../../domain/problem.ts";
import { encodePem } from "../asn1/pem.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { fingerprint } from "../parsedCertificate.ts";
import { buildCaCertificate, randomSerial, signerOf, validityFrom } from "./buildCertificate.ts";
import { findCa, readCaFile } from "./caFile.ts";
import { exportKey, makeKeyPair, publicKeyInfo } from "./newKey.ts";
import { OpenedCa } from "./openedCa.ts";
import { readPrivateKey } from "./privateKeyFile.ts";
import { readSigningRequest } from "./signingRequestFile.ts";

export class X509CertificateMaker implements CertificateMaker {
	readonly #now: () => number;

	/** @param now Returns Unix seconds. */
	constructor(now: () => number = () => Date.now() / 1000) {
		this.#now = now;
	}

	async createCa(request: Parameters<CertificateMaker["createCa"]>[0]): Promise<MadeCertificate> {
		const { validDays, keyType, passphrase } = request;
		const why = findCommonNameIssue(request.commonName);
		if (why) throw new ProblemError({ reason: "names-refused", issue: { name: "common-name", why } });
		if (validDays > MAX_CA_DAYS) throw new RangeError("The validity is too long.");
		const commonName = request.commonName.trim();
		const validity = validityFrom(this.#now(), validDays);
		const serial = randomSerial();
		const pair = await makeKeyPair(keyType);
		const publicKey = publicKeyInfo(pair.publicKey);
		const signer = signerOf(pair.privateKey);
		const der = await buildCaCertificate({ commonName, publicKey, validity, serial, signer });
		// Checks the CA, and what it issues.
		await this.#open(readCaFile(der, this.#now()), pair.privateKey);
		const key = await exportKey(pair.privateKey, passphrase);
		return {
			certificatePem: encodePem(der),
			key,
			serial,
			sha256: fingerprint(der),
			...validity,
			commonName,
			names: [],
		};
	}

	async openCa(certificateFile: Uint8Array, keyFile: Uint8Array, passphrase: string | null): Promise<OpenCa> {
		const certificates = readCaFile(certificateFile, this.#now());
		return this.#open(certificates, readPrivateKey(keyFile, passphrase));
	}

	async readRequest(file: Uint8Array): Promise<SigningRequest> {
		return readSigningRequest(file);
	}

	#open(certificates: readonly DecodedCertificate[], privateKey: KeyObject): Promise<OpenCa> {
		return OpenedCa.open(findCa(certificates, privateKey, this.#now()), privateKey, this.#now);
	}
}
