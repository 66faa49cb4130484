import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { formatClientSetup } from "../../../../src/features/clientSetup/formatClientSetup.ts";
import { skipTest } from "../../../skipTest.ts";
import { isWindows } from "../../../systemDifferences.ts";
import { describeSetups } from "./setupTests.ts";

// Python: clientSetup.slow.test.ts.
describeSetups("curl", "node");

describe("A copied setup of environment variables", () => {
	it("sets the SDKs' base URL to the mTLS host", function () {
		if (isWindows) skipTest(this, "a POSIX shell runs the setup");
		const url = "https://mtls-eu.api.openai.com/v1";
		const text = formatClientSetup("environment", { certificatePath: null, keyPath: null }, url, false);
		const output = execFileSync("/bin/sh", ["-c", `${text}printenv OPENAI_BASE_URL`], { encoding: "utf8" });
		assert.equal(output, `${url}\n`);
	});
});
