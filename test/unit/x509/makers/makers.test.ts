import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import type { FindingCode } from "../../../../src/domain/certificateFile.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { hasOpenssl3 } from "../../../network/opensslServer.ts";
import { skipTest } from "../../../skipTest.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import * as der from "../der.ts";
import { levelsAndCodes } from "../findings/setup.ts";
import { findingsOf } from "../read.ts";
import { makers } from "./makers.ts";
import { installCertificatePrograms, missingReason, runCertificateProgram } from "./programs.ts";

/** The lints of zlint that check the same as our findings. */
const LINTS: Readonly<Record<string, FindingCode>> = {
	e_ca_key_usage_missing: "no-key-usage",
	e_ca_key_usage_not_critical: "key-usage-not-critical",
	e_basic_constraints_not_critical: "basic-constraints-not-critical",
	e_ext_name_constraints_not_critical: "name-constraints-not-critical",
};

describe("Certificates of other programs", () => {
	const temporary = temporaryFolder("makers");
	const folder = temporary.path;
	before(function () {
		// Downloads once; no time limit is right for every network.
		this.timeout(0);
		installCertificatePrograms();
	});
	after(() => temporary.remove());

	for (const { title, program, env = {}, make, ca, client } of makers)
		it(`have these findings: ${title}`, async function () {
			const reason = missingReason(program);
			if (reason !== null) skipTest(this, reason);
			const own = temporaryFolder("maker");
			try {
				const options = { folder: own.path, env };
				make((args, input = "") => runCertificateProgram(program, args, { ...options, input }), own.path);
				const read = (name: string) => readFileSync(join(own.path, name));
				assert.deepEqual(await levelsAndCodes(read("ca.pem")), ca);
				if (!client) return;
				assert.deepEqual(await levelsAndCodes(read("client.pem")), [client.finding]);
				const anchor = new X509Certificate(read("ca.pem")).raw;
				const { issues } = checkChain(read("client.pem"), [anchor], Date.now() / 1000) ?? assert.fail();
				const lacksKey = issues.some(({ code }) => code === "no-authority-key-identifier");
				assert.equal(lacksKey, !client.hasAuthorityKey, JSON.stringify(issues));
			} finally {
				own.remove();
			}
		});

	/** Certificates with each combination of the extensions that the findings are about. */
	const variants = () => {
		const each = (oid: string, value: Uint8Array) =>
			[null, false, true].map((critical) => ({ [oid]: critical === null ? null : { oid, critical, value } }));
		const constraints = der.sequence(der.context(0, der.sequence(der.text("a.test", 0x82))));
		return [
			...each(der.BASIC_CONSTRAINTS, der.sequence(der.boolean(true))),
			...each(der.BASIC_CONSTRAINTS, der.sequence()).slice(1),
		].flatMap((basic) =>
			each(der.KEY_USAGE, der.tlv(0x03, Buffer.of(1, 0b0000_0110))).flatMap((usage) =>
				each(der.NAME_CONSTRAINTS, constraints).map((names) =>
					der.certificate({ extensions: der.usualExtensions({ ...basic, ...usage, ...names }) }),
				),
			),
		);
	};
	const codesOf = async (file: string | Uint8Array) => (await findingsOf(file)).map(({ code }) => code);

	it("are judged as by zlint, where a finding and a lint check the same", async function () {
		const reason = missingReason("zlint");
		if (reason !== null) skipTest(this, reason);
		const files = [...variants().map((file) => der.pemBlock("CERTIFICATE", file)), ...rootCertificates];
		for (const [index, file] of files.entries()) writeFileSync(join(folder, `${index}.pem`), file);
		const names = files.map((_, index) => `${index}.pem`).join(" ");
		const output = runCertificateProgram("zlint", `-includeNames=${Object.keys(LINTS)} ${names}`, { folder });
		const lines = output.trimEnd().split("\n");
		assert.equal(lines.length, files.length);
		const found = new Set<string>();
		for (const [index, file] of files.entries()) {
			const codes = await codesOf(file);
			const lints: Record<string, { readonly result: string }> = JSON.parse(lines[index] ?? "");
			for (const [lint, code] of Object.entries(LINTS)) {
				const result = lints[lint]?.result ?? assert.fail(lint);
				// Not in effect when the certificate was made.
				if (result === "NE") continue;
				assert.equal(codes.includes(code), result === "error", `${lint} is ${result}:\n${file}`);
				if (result === "error") found.add(code);
			}
		}
		assert.deepEqual([...found].toSorted(), Object.values(LINTS).toSorted());
	});

	it("are rejected by OpenSSL's strict checks exactly if a finding warns of that", async function () {
		if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
		const client = der.certificate({
			issuer: der.name("Test CA"),
			subject: der.name("Client"),
			extensions: der.usualExtensions({
				[der.BASIC_CONSTRAINTS]: null,
				[der.KEY_USAGE]: { oid: der.KEY_USAGE, critical: true, value: der.tlv(0x03, Buffer.of(7, 0b1000_0000)) },
			}),
		});
		writeFileSync(join(folder, "client.pem"), der.pemBlock("CERTIFICATE", client));
		for (const file of variants()) {
			const codes = await codesOf(file);
			if (codes.includes("not-a-ca") || codes.includes("no-basic-constraints")) continue;
			writeFileSync(join(folder, "ca.pem"), der.pemBlock("CERTIFICATE", file));
			const verify = (...options: readonly string[]) =>
				spawnSync("openssl", ["verify", ...options, "-CAfile", "ca.pem", "client.pem"], { cwd: folder }).status === 0;
			const isWarned = codes.includes("no-key-usage") || codes.includes("basic-constraints-not-critical");
			assert.equal(verify(), true);
			assert.equal(verify("-x509_strict"), !isWarned, codes.join());
		}
	});
});
