import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { itKeepsTheContract } from "./contract.ts";
import { environment } from "./environment.ts";
import { signIn } from "./managing.ts";
import { itKeepsTheKeySecret } from "./secrecy.ts";
import { EXTENSION, eachTestBegins, type Session, startSession } from "./session.ts";
import { acceptName, chooseUpload, confirm, giveKey, rowOf, VIEW } from "./uploading.ts";

describe(`Several connections in VS Code ${environment.version}`, () => {
	let session: Session;
	/** The first organization is that of the session's emulator. */
	let second: Emulator;
	/** The name of the upload that is not confirmed. */
	let pendingName: string;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Acme" });
		second = await startEmulator({ organizationName: "org-second" });
		second.state.put({ name: "Second CA" });
		session = await startSession({
			...environment,
			files: { "acme.pem": pem },
			service: { organizationName: "org-first" },
		});
		session.emulator.state.put({ name: "First CA" });
	});

	after(async () => {
		await session.close();
		await second.close();
	});

	eachTestBegins(() => session);

	const hostOf = ({ url }: Emulator) => new URL(url).host;
	const view = () => session.window.view(VIEW);
	const pending = () => view().rowWith("upload not confirmed");
	const posts = () =>
		[session.emulator, second].map(({ exchanges }) => exchanges.filter(({ method }) => method === "POST").length);

	/** Uploads the file with the name that is offered. @returns the name. */
	const upload = async () => {
		await chooseUpload(session.window, "acme.pem");
		const name = await acceptName(session.window, "Acme");
		await confirm(session.window, name);
		return name;
	};

	const switchTo = async (label: string) => {
		await session.window.run(`${EXTENSION}: Switch Connection…`);
		const pick = await session.window.quickInput("Switch connection");
		const options = await pick.options();
		await pick.pick(label);
		return options;
	};

	/** The base URL in the person's own settings. */
	const baseUrl = () => {
		const settings = readFileSync(join(session.code.dataFolder, "user/User/settings.json"), "utf8");
		return JSON.parse(settings)["openaiCertificates.baseUrl"];
	};

	it("one alone is not named", async () => {
		const { window, emulator } = session;
		await signIn(session);
		await view().isCalled(VIEW);
		emulator.faults.next({ kind: "reset", operation: "upload", when: "before" });
		pendingName = await upload();
		await (await window.toast(`“${pendingName}” was sent, but no answer came.`)).dismiss();
		await window.openViews();
		await pending().appears();
	});

	it("R03 the key of one is not sent to another host, and what is not confirmed is still shown", async () => {
		const { window } = session;
		await session.configure({ "openaiCertificates.baseUrl": second.url });
		await window.openViews();
		await view()
			.rowWith(`The stored admin key belongs to ${hostOf(session.emulator)}`)
			.appears();
		await pending().appears();
		assert.equal(second.connections.total, 0);
	});

	it("R22 another one is added and named, without what is not confirmed of the first, which can be uploaded there", async () => {
		const { window } = session;
		await window.run(`${EXTENSION}: Add Connection…`);
		await giveKey(window, hostOf(second), second.adminKey);
		await rowOf(window, "Second CA");
		await view().isCalled(`${VIEW}: ${hostOf(second)}`);
		await pending().disappears();
		const name = await upload();
		await (await rowOf(window, name)).becomesSelected();
		await view().becomes(name, "Second CA");
		assert.deepEqual(posts(), [1, 1]);
	});

	it("R22 is switched to by its name, with the base URL and what is not confirmed of it", async () => {
		const { window, emulator } = session;
		const options = await switchTo(hostOf(emulator));
		assert.deepEqual(
			options.map((option) => option.includes("in use")),
			[false, true],
		);
		await view().isCalled(`${VIEW}: ${hostOf(emulator)}`);
		await view().becomes(pendingName, "First CA");
		assert.equal(baseUrl(), emulator.url);
		await pending().action("Check Now");
		await (await window.toast("not seen among the organization's certificates at")).dismiss();
		assert.deepEqual(posts(), [1, 1]);
	});

	it("is called what the person likes, but not as another one", async () => {
		const { window, emulator } = session;
		await window.run(`${EXTENSION}: Rename Connection…`);
		const box = await window.quickInput(`Rename the connection to ${hostOf(emulator)}`);
		assert.equal(await box.value(), hostOf(emulator));
		await box.type(hostOf(second));
		await box.message("Another connection has this name already.");
		await box.type("Acme production");
		await box.accept();
		await view().isCalled(`${VIEW}: Acme production`);
		await session.picture("connection");
	});

	it("is removed by its name, and the other one is in use as soon as it is switched to", async () => {
		const { window } = session;
		await window.run(`${EXTENSION}: Remove Admin Key…`);
		await (await window.dialog("Remove the admin key for Acme production")).press("Remove Key");
		await view().welcome("The base URL leads to another host");
		await view().isCalled(VIEW);
		assert.equal((await switchTo(hostOf(second))).length, 1);
		await rowOf(window, "Second CA");
		assert.equal(baseUrl(), second.url);
	});

	it("R52 says where the key is kept, and keeps one in memory alone where that is wanted", async () => {
		const { window } = session;
		await window.run(`${EXTENSION}: Remove Admin Key…`);
		await (await window.dialog("Remove the admin key for")).press("Remove Key");
		await view().rowWith("There is no admin key yet.").appears();
		await window.run(`${EXTENSION}: Set or Replace Admin Key…`);
		const box = await window.quickInput(`Admin key for ${hostOf(second)}`);
		await box.message("kept in this browser's storage, since a browser has no keyring");
		await box.press("Forget the Key with This Window");
		await box.message("kept in memory until this window is closed");
		await session.picture("passing-key");
		await box.type(second.adminKey);
		await box.accept();
		await rowOf(window, "Second CA");
		await session.configure({ "openaiCertificates.baseUrl": second.url });
		await window.openViews();
		await view().rowWith("There is no admin key yet.").appears();
	});

	it("R03 the key of each was sent to its own host alone", () => {
		for (const { exchanges } of [session.emulator, second]) {
			assert.ok(exchanges.length > 0);
			for (const { requestHeaders, status } of exchanges) {
				assert.equal(requestHeaders.authorization, "Bearer sk-emulator-***");
				assert.notEqual(status, 401);
			}
		}
	});

	itKeepsTheContract(() => session);

	itKeepsTheKeySecret(
		() => session,
		() => ({ secrets: [second.adminKey], records: second.exchanges }),
	);
});
