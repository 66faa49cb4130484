import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { keepsAccess } from "../../../../src/features/clientCheck/clientCheckMessages.ts";
import { selfAccessOf } from "../../../../src/features/clientCheck/selfAccess.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { makeCertificate } from "../../../certificates.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const NOW = Math.floor(Date.now() / 1000);
const MTLS = parseBaseUrl("https://mtls.api.openai.com/v1");

describe("The extension's own access after an activation", () => {
	const make = async () => {
		const root = await makeCertificate();
		const other = await makeCertificate();
		const client = await makeCertificate({ ca: false, issuer: root });
		const check = (...anchors: readonly Uint8Array[]) => checkChain(Buffer.from(client.pem), anchors, NOW);
		const read = (id: string, { sha256 }: { sha256: string }) => ({
			...{ certificate: certificate(id), content: parsedCertificate(id, { sha256 }) },
		});
		return { root, other, check, read };
	};

	it("R33 is kept if the client certificate is accepted with all trust anchors read, and names the one it chains to", async () => {
		const { root, other, check, read } = await make();
		const readable = [read("other", other), read("root", root)];
		const access = selfAccessOf(check(other.der, root.der), ["root", "other"], readable, MTLS);
		assert.ok(access.kind === "checked" && access.check.verdict === "accepted");
		assert.equal(access.anchor?.id, "root");
		assert.ok(keepsAccess(access));
	});

	it("R33 is unknown if a trust anchor couldn't be read, which can have the subject and key of another one", async () => {
		const { root, check, read } = await make();
		const accepted = check(root.der);
		assert.equal(accepted?.verdict, "accepted");
		const access = selfAccessOf(accepted, ["root", "unread"], [read("root", root)], MTLS);
		assert.deepEqual(access, { kind: "unknown" });
		assert.ok(!keepsAccess(access));
		// What the unread one would have shown: the same subject and key, but expired.
		const past = { notBefore: new Date((NOW - 9000) * 1000), notAfter: new Date((NOW - 900) * 1000) };
		const expired = await makeCertificate({ keyOf: root, ...past });
		assert.equal(check(root.der, expired.der)?.verdict, "unknown");
	});

	it("R33 is unknown if the readable trust anchors reject the certificate, or one of them is malformed", async () => {
		const { other, check, read } = await make();
		for (const result of [check(other.der), check(other.der, new Uint8Array(9))])
			assert.deepEqual(selfAccessOf(result, ["other", "unread"], [read("other", other)], MTLS), { kind: "unknown" });
		assert.deepEqual(selfAccessOf(null, ["other"], [read("other", other)], MTLS), { kind: "unknown" });
		const access = selfAccessOf(check(other.der), ["other"], [read("other", other)], MTLS);
		assert.ok(access.kind === "checked" && access.check.verdict === "rejected" && access.anchor === null);
	});

	it("R33 depends on the host of the base URL, which must ask for client certificates", async () => {
		const { root, check, read } = await make();
		const api = parseBaseUrl("https://api.openai.com/v1");
		const access = selfAccessOf(check(root.der), ["root"], [read("root", root)], api);
		assert.ok(access.kind === "checked" && access.hostWithoutMtls === "api.openai.com");
		assert.ok(!keepsAccess(access));
	});
});
