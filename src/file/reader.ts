import { createHash } from "node:crypto";
import type {
	BlockKind,
	Candidate,
	CertificateFile,
	CertificateReader,
	RefusalReason,
	SkippedBlock,
} from "../domain/certificateFile.ts";
import { decodeBase64, skipHeaders } from "./base64.ts";
import { decodeText, findBlocks, lineCounter, type TextBlock } from "./blocks.ts";
import { readCertificate } from "./certificate.ts";
import { isCutOff, readElement } from "./der.ts";
import { identify } from "./identify.ts";
import { commonNameOf, nameText } from "./name.ts";
import { encodePem } from "./pem.ts";
import { readTime } from "./time.ts";

export class X509Reader implements CertificateReader {
	async read(bytes: Uint8Array, at: number, reminderDays: number): Promise<CertificateFile> {
		void at;
		void reminderDays;
		const candidates: Candidate[] = [];
		const skipped: SkippedBlock[] = [];
		const text = decodeText(bytes);
		let block = 0;
		const take = (line: number, der: Uint8Array) => {
			const element = readElement(der);
			const kind = identify(element) ?? "unknown";
			const certificate = element && kind === "certificate" ? readCertificate(element) : null;
			if (!element || !certificate) {
				const reason = kind === "certificate" ? "unreadable" : isCutOff(der) ? "cut-off" : reasonOf(kind);
				skipped.push({ block, line, kind, reason });
				return;
			}
			const { structure, subject, issuer, publicKey } = certificate;
			candidates.push({
				der: structure.der,
				pem: encodePem(structure.der),
				sha256: createHash("sha256").update(structure.der).digest("hex"),
				serialNumber: Buffer.from(structure.serialNumber).toString("hex"),
				subject: nameText(subject),
				issuer: nameText(issuer),
				commonName: commonNameOf(subject),
				notBefore: readTime(structure.notBefore),
				notAfter: readTime(structure.notAfter),
				isCa: certificate.extensions.basicConstraints?.ca ?? null,
				selfSigned: null,
				keyType: publicKey.type,
				keyBits: publicKey.bits,
				block,
				line,
				findings: [],
			});
		};
		if (identify(readElement(bytes)) !== null) {
			block = 1;
			take(1, bytes);
		} else
			for (const found of findBlocks(text)) {
				block++;
				const kind = kindOfLabel(found.label);
				if (kind === "private-key" || found.fault !== null) {
					skipped.push({
						block,
						line: found.line,
						kind,
						reason: kind === "private-key" ? kind : (found.fault ?? "unknown"),
					});
					continue;
				}
				const decoded = decodeBase64(text, skipHeaders(text, found.from, found.to), found.to);
				if ("faultAt" in decoded)
					skipped.push({
						block,
						line: found.line,
						kind,
						reason: "bad-base64",
						faultLine: lineCounter(text)(decoded.faultAt),
					});
				else take(found.line, decoded.bytes);
				await new Promise((resolve) => setImmediate(resolve));
			}
		return {
			outcome: candidates.length === 0 ? "refuse" : candidates.length === 1 ? "accept" : "choose",
			reason: candidates.length > 0 ? null : (skipped[0]?.reason ?? (text.trim() === "" ? "empty" : "no-block")),
			holdsPrivateKey: skipped.some(({ kind }) => kind === "private-key"),
			candidates,
			skipped,
		};
	}
}

function kindOfLabel(label: TextBlock["label"]): BlockKind {
	if (/PRIVATE KEY/i.test(label)) return "private-key";
	return /CERTIFICATE/i.test(label) ? "certificate" : "unknown";
}

function reasonOf(kind: BlockKind): RefusalReason {
	return kind === "certificate" || kind === "pkcs7" ? "unreadable" : kind;
}
