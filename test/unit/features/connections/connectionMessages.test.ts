import assert from "node:assert/strict";
import {
	connectionLabels,
	describeConnectionRemoval,
	describeNameTooLong,
	type RemovedConnection,
	renameConnectionTitle,
} from "../../../../src/features/connections/connectionMessages.ts";

describe("The messages about connections", () => {
	const removal = (overrides: Partial<RemovedConnection> = {}) =>
		describeConnectionRemoval({
			label: "Acme",
			sessionOnly: false,
			isNamed: true,
			unfinished: { uploads: 0, rotations: 0 },
			withPassphrase: false,
			...overrides,
		});

	it("ask for a connection and its name", () => {
		assert.deepEqual(
			{ ...connectionLabels },
			{
				switchTitle: "Switch connection",
				switchPlaceholder: "Select the connection to use",
				renamePrompt: "Name for this connection. Only you see it.",
				nameTaken: "Another connection already has this name.",
				remove: "Remove",
			},
		);
		assert.equal(renameConnectionTitle("api.test"), "Rename connection (api.test)");
		assert.equal(describeNameTooLong(60), "A name can have at most 60 characters.");
	});

	it("say before a removal that the key stays valid, and whether a passphrase is removed, too", () => {
		assert.deepEqual(removal(), {
			message: "Remove the connection “Acme” and its admin key from this computer?",
			detail: "This doesn't revoke the key at OpenAI.",
		});
		assert.equal(
			removal({ withPassphrase: true }).detail,
			`${removal().detail}\n\nThe saved client key passphrase for this host is removed, too.`,
		);
	});

	it("say before a session-only key is removed that a saved key stays", () => {
		assert.deepEqual(removal({ sessionOnly: true }), {
			message: "Remove the connection “Acme” and its admin key from this window?",
			detail: `If a key for this organization is also saved, it isn't removed.\n\n${removal().detail}`,
		});
	});

	it("count unfinished work, and say where it appears again", () => {
		const first = (unfinished: RemovedConnection["unfinished"], isNamed: boolean) =>
			removal({ unfinished, isNamed }).detail.split("\n\n")[0];
		assert.equal(
			first({ uploads: 1, rotations: 2 }, true),
			"Unfinished: 1 unconfirmed upload and 2 rotations in progress. The record is kept and appears again with any admin key of this organization.",
		);
		assert.equal(
			first({ uploads: 2, rotations: 1 }, false),
			"Unfinished: 2 unconfirmed uploads and 1 rotation in progress. The record is kept, but OpenAI didn't name the organization. It's shown with “organization unknown” until a list contains its certificates.",
		);
	});

	it("R12 show a label as plain text", () => {
		assert.doesNotMatch(removal({ label: "a\u202e[x](command:y)\n" }).message, /\u202e|\]\(|\n/);
	});
});
