import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../../certificates.ts";
import { environment } from "../setup/environment.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { chooseUpload } from "../setup/uploadActions.ts";

const HOSTILE = "[x](command:workbench.action.quit) $(trash) <img src=x> \u202e\u001b[31m";

describe(`A hostile file in VS Code ${environment.version}`, () => {
	let session: Session;

	before(async () => {
		const { pem, privateKeyPem } = await makeCertificate({ commonName: HOSTILE });
		session = await startSession({
			...environment,
			files: {
				"hostile.pem": `${HOSTILE}\n${privateKeyPem}${pem.repeat(50)}`,
				"cut.pem": pem.slice(0, 300),
				"not-text.pem": Buffer.alloc(1000, 0xff),
			},
		});
	});

	after(() => session.close());

	resetBeforeEachTest(() => session);

	/**
	 * Returns the log lines of the extension's activations so far, except `onStartupFinished`, used for reminders. Ignores
	 * the line about an activation that ended early because the window was reloaded.
	 */
	const activations = () => {
		const logs = join(session.code.dataFolder, "user/logs");
		return readdirSync(logs, { recursive: true, encoding: "utf8" })
			.filter((file) => file.endsWith("exthost.log"))
			.flatMap((file) => readFileSync(join(logs, file), "utf8").split("\n"))
			.filter((line) => line.includes("certificates-for-openai.openai-certificates"))
			.filter((line) => /activationEvent: '(?!onStartupFinished')/.test(line));
	};

	it("R51 runs none of the extension's code if the file exists, is selected or is opened", async () => {
		const { window, emulator } = session;
		const before = { activations: activations(), connections: emulator.connections.total };
		// In a new extension host, where nothing has run yet.
		await window.loadWithoutData();
		await window.selectFiles("hostile.pem", "cut.pem");
		await window.openFile("hostile.pem");
		await window.editorText("BEGIN PRIVATE KEY");
		await window.openFile("cut.pem");
		await window.editorText("BEGIN CERTIFICATE");
		assert.deepEqual(await window.toasts(), []);
		assert.deepEqual({ activations: activations(), connections: emulator.connections.total }, before);
	});

	it("R51 runs code if the user chooses the command", async () => {
		const { window, emulator } = session;
		const before = emulator.connections.total;
		await chooseUpload(window, "not-text.pem");
		await (await window.toast("not-text.pem")).dismiss();
		assert.equal(emulator.connections.total, before);
	});
});
