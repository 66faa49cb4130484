import assert from "node:assert/strict";
import { makeCertificate } from "../../certificates.ts";
import { packageChanged, removeActivationEvents } from "../../vsix.ts";
import { signIn } from "../setup/certificateActions.ts";
import { environment } from "../setup/environment.ts";
import { showRunningExtensions } from "../setup/runningExtensions.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { chooseUpload } from "../setup/uploadActions.ts";

const HOSTILE = "[x](command:workbench.action.quit) $(trash) <img src=x> \u202e\u001b[31m";

describe(`A hostile file in VS Code ${environment.version}`, () => {
	let session: Session;

	before(async () => {
		const { pem, privateKeyPem } = await makeCertificate({ commonName: HOSTILE });
		session = await startSession({
			...environment,
			// Without the activation after VS Code's start, after which no other event would activate the extension.
			vsix: await packageChanged(removeActivationEvents),
			files: {
				"hostile.pem": `${HOSTILE}\n${privateKeyPem}${pem.repeat(50)}`,
				"cut.pem": pem.slice(0, 300),
				"not-text.pem": Buffer.alloc(1000, 0xff),
			},
		});
	});

	after(() => session.close());

	resetBeforeEachTest(() => session);

	/** Selects two files, and opens each. */
	const selectAndOpen = async () => {
		const { window } = session;
		await window.selectFiles("hostile.pem", "cut.pem");
		await window.openFile("hostile.pem");
		await window.editorText("BEGIN PRIVATE KEY");
		await window.openFile("cut.pem");
		await window.editorText("BEGIN CERTIFICATE");
	};

	/** Chooses the upload of a file that is not a certificate. @returns the notification. */
	const uploadNoCertificate = async () => {
		await chooseUpload(session.window, "not-text.pem");
		return session.window.toast("not-text.pem");
	};

	it("R51 activates nothing, connects to nothing and shows no notification if it exists, is selected or is opened", async () => {
		const { window, emulator } = session;
		const before = emulator.connections.total;
		// In a new extension host, and without the extension's views.
		await window.loadWithoutData();
		await selectAndOpen();
		assert.equal(await (await showRunningExtensions(window)).count(), 0);
		assert.deepEqual(await window.toasts(), []);
		assert.equal(emulator.connections.total, before);
	});

	it("R51 connects to nothing and shows no notification if it is selected or opened while the extension is active", async () => {
		const { window, emulator } = session;
		await (await uploadNoCertificate()).dismiss();
		const before = emulator.connections.total;
		await selectAndOpen();
		// The extension has also handled the events of the opened files by the time it refuses the upload.
		const refusal = await uploadNoCertificate();
		assert.deepEqual(await window.toasts(), [refusal.text]);
		assert.equal(emulator.connections.total, before);
	});

	it("R51 activates the extension, which shows a notification and connects, only as the user chooses its commands", async () => {
		const { window, emulator } = session;
		const before = emulator.connections.total;
		await window.loadWithoutData();
		const refusal = await uploadNoCertificate();
		assert.deepEqual(await window.toasts(), [refusal.text]);
		await refusal.dismiss();
		assert.equal(emulator.connections.total, before);
		await signIn(session);
		assert.ok(emulator.connections.total > before);
		await (await showRunningExtensions(window)).waitFor();
	});
});
