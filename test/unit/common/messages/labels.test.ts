import assert from "node:assert/strict";
import { interfaceLabels } from "../../../../src/common/messages/interfaceMessages.ts";
import { labels } from "../../../../src/common/messages/labels.ts";

describe("Labels", () => {
	it("name the buttons and boxes of prompts", () => {
		const { checkNow, dontDiscard, forget, name, showCertificates, showDetails } = labels;
		assert.deepEqual(
			[checkNow, dontDiscard, forget, name, showCertificates, showDetails],
			["Check Now", "Don't Discard", "Forget", "Name", "Show Certificates", "Show Details"],
		);
	});

	for (const [title, group] of [
		["several features", labels],
		["the parts of the interface", interfaceLabels],
	] as const)
		it(`for ${title} are unique, without placeholders`, () => {
			const texts = Object.values(group);
			assert.equal(new Set(texts).size, texts.length);
			for (const text of texts) assert.match(text, /^[A-Za-z][^{}]+$/);
		});
});
