import assert from "node:assert/strict";
import { isNamedOrganization, mayBelongTo, organizationRef } from "../../../src/common/organizationRef.ts";

const ID = "00000000-0000-4000-8000-000000000001";

describe("An organization reference", () => {
	const refOf = (origin: string, organization: string | null, id = ID) => organizationRef({ id, origin, organization });
	const here = refOf("https://api.openai.com", "org-1");

	it("R22 is equal for all hosts of OpenAI, whatever the connection", () => {
		for (const host of ["eu.api.openai.com", "mtls.api.openai.com", "mtls-us.api.openai.com"])
			assert.equal(refOf(`https://${host}`, "org-1", "another id"), here, host);
		assert.ok(isNamedOrganization(here));
	});

	it("differs for another organization, and for an origin other than OpenAI's", () => {
		const others = [
			refOf("https://api.openai.com", "org-2"),
			...["https://gateway.test", "https://api.openai.com.evil.test", "https://evilapi.openai.com"].map((origin) =>
				refOf(origin, "org-1"),
			),
			...["https://api.openai.com:8443", "http://api.openai.com"].map((origin) => refOf(origin, "org-1")),
		];
		assert.equal(new Set([...others, here]).size, others.length + 1);
	});

	it("is the connection's id if the service names no organization, and then possibly matches any reference", () => {
		const unnamed = refOf("https://gateway.test", null);
		assert.equal(unnamed, ID);
		assert.ok(!isNamedOrganization(unnamed));
		assert.ok(mayBelongTo({ organizationRef: unnamed }, here));
		assert.ok(mayBelongTo({ organizationRef: here }, here));
		assert.ok(!mayBelongTo({ organizationRef: here }, unnamed));
		assert.ok(!mayBelongTo({ organizationRef: refOf("https://api.openai.com", "org-2") }, here));
	});
});
