import assert from "node:assert/strict";
import {
	describeRenamed,
	renamePrompt,
	renameTitle,
	renamingTitle,
} from "../../../../src/features/certificates/renameMessages.ts";
import {
	describeSavedPem,
	describeSavedPems,
	type SavedPem,
	savePemLabels,
	saveTitle,
} from "../../../../src/features/certificates/savePemMessages.ts";
import {
	describeCopiedFingerprints,
	describeCopiedIds,
	describeCopiedPems,
	detailsTitle,
	historyTitle,
	viewAndCopyLabels,
} from "../../../../src/features/certificates/viewAndCopyMessages.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

const one = certificate("cert_1", { name: "Root" });
const two = certificate("cert_2", { name: "Other" });

describe("Texts of commands that show, copy, save and rename certificates", () => {
	it("say what was copied, of one certificate or several", () => {
		assert.equal(describeCopiedIds([one]), "Copied the certificate's ID.");
		assert.equal(describeCopiedIds([one, two]), "Copied the IDs, one per line.");
		assert.equal(describeCopiedFingerprints([one]), "Copied the SHA-256 fingerprint.");
		assert.equal(describeCopiedFingerprints([one, two]), "Copied the SHA-256 fingerprints, one per line.");
		assert.equal(describeCopiedPems([one]), "Copied the certificate as PEM.");
		assert.equal(describeCopiedPems([one, two]), "Copied the certificates as PEM, one after the other.");
	});

	it("name the certificate's ID in the tab's title", () => {
		assert.deepEqual([detailsTitle(one), historyTitle(one)], ["cert_1 (details)", "cert_1 (history)"]);
		assert.equal(viewAndCopyLabels.loadingAuditLog, "Loading the audit log…");
	});

	it("name the certificate to rename, and say that its name changed", () => {
		assert.deepEqual([renameTitle(one), renamingTitle(one)], ["Rename “Root”", "Renaming “Root”…"]);
		assert.equal(renamePrompt(false), "New name of the certificate at OpenAI");
		assert.equal(renamePrompt(true), "It was renamed in the meantime. New name at OpenAI:");
		assert.equal(describeRenamed(one), "Renamed to “Root”.");
	});

	it("ask where to save, and say what was saved", () => {
		assert.deepEqual([saveTitle([one]), saveTitle([one, two])], ["Save “Root” as PEM", "Save 2 certificates as PEM"]);
		assert.equal(savePemLabels.saveHere, "Save Here");
		assert.equal(describeSavedPem("root.pem"), "Saved root.pem.");
	});

	it("say how many certificates were saved, and why the others were not", () => {
		const saved = (...outcomes: SavedPem["outcome"][]) =>
			describeSavedPems(outcomes.map((outcome) => ({ certificate: one, outcome })));
		assert.equal(saved("saved"), "Saved 1 of 1 certificate.");
		assert.equal(
			saved("saved", "taken"),
			"Saved 1 of 2 certificates. Not saved, because a different file has that name: Root.",
		);
		assert.match(saved("unreadable"), / Not saved, because the certificate couldn't be read: Root\.$/);
		assert.match(saved("failed"), / Not saved, because the file couldn't be written: Root\.$/);
		assert.match(saved(...Array<"failed">(6).fill("failed")), /: Root, Root, Root, Root, Root, and …\.$/);
	});

	it("R12 show file names as plain text", () => {
		assert.doesNotMatch(describeSavedPem("[a](command:b)"), /\]\(/);
	});
});
