import assert from "node:assert/strict";
import { Socket } from "node:net";
import * as vscode from "vscode";
import packageJson from "../../package.json" with { type: "json" };
import { formatTimeLeft } from "../../src/common/messages/dates.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { bySeverity } from "../../src/domain/certificateFile.ts";
import { connectionLabels } from "../../src/features/connections/connectionMessages.ts";
import { keyTitle } from "../../src/features/connections/keyMessages.ts";
import {
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../../src/features/upload/uploadPromptMessages.ts";
import { X509CertificateFileReader } from "../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import type { FaultKind } from "../emulator/faults.ts";
import {
	assertExpectedPrompts,
	certificatesView,
	expectButton,
	expectInput,
	readRows,
	setBaseUrl,
	shown,
	waitForContext,
} from "./user.ts";

const EMPTY = "openaiCertificates.empty";

describe(`In the extension host of VS Code ${vscode.version}`, () => {
	const extension = vscode.extensions.getExtension("certificates-for-openai.openai-certificates");
	let emulator: Emulator;
	let connections = 0;
	let listening: vscode.Disposable | undefined;

	/** Returns the globals that a second undici, or a proxy of another extension, would replace. */
	const globals = () => ({
		dispatcher1: Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.1")),
		dispatcher2: Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.2")),
		fetch: globalThis.fetch,
	});
	let originalGlobals: ReturnType<typeof globals>;
	const assertGlobalsUnchanged = () => {
		for (const [name, value] of Object.entries(globals()))
			assert.ok(value === Reflect.get(originalGlobals, name), name);
	};

	before(async () => {
		originalGlobals = globals();
		emulator = await startEmulator();
		await setBaseUrl(emulator.url);
		const { connect } = Socket.prototype;
		Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
			connections++;
			return Reflect.apply(connect, this, args);
		};
	});

	afterEach(assertExpectedPrompts);

	after(() => emulator.close());

	/** Clears the cached list, by another spelling of the base URL. */
	const forceReload = async () => {
		slashes += "/";
		await setBaseUrl(emulator.url + slashes);
	};
	let slashes = "";

	const refresh = () => vscode.commands.executeCommand("openaiCertificates.refresh");

	const hostOf = ({ url }: Emulator) => new URL(url).host;

	const file = (name: string) => {
		const [folder] = vscode.workspace.workspaceFolders ?? [];
		return vscode.Uri.joinPath(folder?.uri ?? assert.fail(), name);
	};

	const rows = async () => (await readRows()).map(({ label, description }) => `${label} ${description ?? ""}`.trim());

	it("R38 activates without a connection, and does not change fetch and undici's dispatcher", async () => {
		assert.ok(extension);
		assert.equal(extension.isActive, false);
		const before = connections;
		await extension.activate();
		assert.ok(extension.isActive);
		assert.equal(connections, before);
		assertGlobalsUnchanged();
	});

	it("registers every command of the manifest", async () => {
		const registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith("openaiCertificates."));
		const contributed = packageJson.contributes.commands.map(({ command }) => command);
		// VS Code registers additional commands for each view.
		for (const command of contributed) assert.ok(registered.includes(command), command);
	});

	it("reports a missing key", async () => {
		await refresh();
		assert.deepEqual(await rows(), []);
		await waitForContext(EMPTY, "no-key");
		assert.equal(emulator.connections.total, 0);
		await vscode.commands.executeCommand("openaiCertificates.removeKey");
		assert.equal(shown.messages.at(-1), describeProblem({ reason: "no-key" }));
	});

	const JUNK: readonly (readonly unknown[])[] = [
		[undefined, undefined],
		["cert_x"],
		[7],
		[null, null],
		[{ kind: "certificate" }],
		[{ kind: "certificate", certificate: null }],
		[{ kind: "certificate", certificate: { id: "other" } }],
		[{ kind: "certificate", certificate: { id: "../x" } }],
		[{ kind: "upload" }],
		[{ kind: "upload", upload: null }],
		[{ kind: "unconfirmed" }],
		[{ kind: "unconfirmed", upload: { id: "other", pending: { name: "x" } } }],
	];

	/** Files that the suite does not create on Windows. */
	const ONLY_POSIX = [
		["broken-link.pem", "dead-link"],
		["pipe.pem", "not-a-file"],
		["zero.pem", "dead-link"],
	] as const;

	const ROW_COMMANDS = new Set(packageJson.contributes.menus["view/item/context"].map(({ command }) => command));
	/** A command that shows a prompt if called without a row. */
	const PICKER_COMMAND = "openaiCertificates.checkClient";

	/** Asserts that each command for rows, called with each list of arguments, only asks for a row. */
	const callWithJunk = async (...calls: readonly (readonly unknown[])[]) => {
		await vscode.env.clipboard.writeText("untouched");
		for (const junk of calls)
			for (const command of ROW_COMMANDS) {
				if (command === PICKER_COMMAND && junk.length === 0) continue;
				shown.messages.length = 0;
				await vscode.commands.executeCommand(command, ...junk);
				const call = `${command} ${JSON.stringify(junk)}`;
				assert.deepEqual(shown.messages, [describeProblem({ reason: "nothing-selected" })], call);
				assert.equal(await vscode.env.clipboard.readText(), "untouched", call);
			}
	};

	it("R39 rejects invalid arguments of commands with a message", async () => {
		const uri = vscode.Uri.parse("http://evil.test/x.pem");
		await callWithJunk([], ...JUNK);
		shown.messages.length = 0;
		await vscode.commands.executeCommand("openaiCertificates.upload", uri, [uri]);
		assert.deepEqual(shown.messages, [describeProblem({ reason: "file-unreadable", file: "x.pem", why: "other" })]);
	});

	it("R09 explains in one sentence why a file cannot be read", async () => {
		const cases = [
			["folder.pem", "folder"],
			["large.pem", "too-large"],
			["gone.pem", "gone"],
			...(process.platform === "win32" ? [] : ONLY_POSIX),
		] as const;
		for (const [name, why] of cases) {
			shown.messages.length = 0;
			await vscode.commands.executeCommand("openaiCertificates.upload", file(name));
			assert.deepEqual(shown.messages, [describeProblem({ reason: "file-unreadable", file: name, why })]);
		}
	});

	it("stores a key that the service accepts, and shows the service's certificates", async () => {
		expectInput(keyTitle(hostOf(emulator)), emulator.adminKey);
		await vscode.commands.executeCommand("openaiCertificates.setKey");
		assert.deepEqual(await rows(), []);
		expectInput(uploadTitle("Acme Root CA", undefined), "Named in the test");
		expectButton(uploadPromptLabels.upload);
		await vscode.commands.executeCommand("openaiCertificates.upload", file("root.pem"), [file("root.pem")]);
		const [certificate, ...others] = emulator.state.certificates;
		assert.deepEqual(others, []);
		assert.equal(certificate?.name, "Named in the test");
		const timeLeft = formatTimeLeft(certificate.expiresAt, Date.now() / 1000);
		assert.deepEqual(await rows(), [`Named in the test ${timeLeft} · ${certificate.id}`]);
	});

	it("R39 does not use the selected row for invalid arguments", async () => {
		const [certificate] = emulator.state.certificates;
		const { tree, provider } = certificatesView();
		assert.deepEqual(tree.selection, provider.getChildren());
		await callWithJunk(...JUNK);
		await vscode.commands.executeCommand("openaiCertificates.copyId");
		assert.equal(await vscode.env.clipboard.readText(), certificate?.id);
	});

	it("redraws nothing if a refresh finds no change, and only the row of a changed certificate", async () => {
		const { provider } = certificatesView();
		// Without the uploaded certificate: its row is expanded, so a refresh would read the projects and update the row.
		const [uploaded] = emulator.state.certificates;
		assert.ok(uploaded);
		emulator.state.remove(uploaded.id).commit();
		const other = emulator.state.put({ name: "Other" });
		await refresh();
		assert.equal((await rows()).length, 1);
		const changeEvents: unknown[] = [];
		const changed = new Promise<void>((resolve) => {
			listening = provider.onDidChangeTreeData?.((event) => {
				changeEvents.push(event);
				resolve();
			});
		});
		await refresh();
		emulator.state.rename(other.id, "Renamed").commit();
		await refresh();
		await changed;
		listening?.dispose();
		const [row] = (await provider.getChildren()) ?? [];
		assert.match(String((await rows())[0]), /^Renamed /);
		assert.equal(changeEvents.length, 1);
		assert.ok(Array.isArray(changeEvents[0]) && changeEvents[0].length === 1 && changeEvents[0][0] === row);
		emulator.state.remove(other.id).commit();
		emulator.state.put(uploaded);
		await refresh();
	});

	it("uploads the text of an unsaved editor, with a warning", async () => {
		const { pem } = await makeCertificate({ commonName: "Unsaved CA" });
		const document = await vscode.workspace.openTextDocument({ content: pem });
		shown.details.length = 0;
		expectInput(uploadTitle("Unsaved CA", undefined), "Never sent");
		await vscode.commands.executeCommand("openaiCertificates.upload", document.uri);
		const now = Date.now() / 1000;
		const [candidate = assert.fail()] = (await new X509CertificateFileReader().read(Buffer.from(pem), now, 30))
			.candidates;
		const findings = [...candidate.findings, { code: "unsaved", level: "warn" } as const].sort(bySeverity);
		const destination = { host: hostOf(emulator), label: hostOf(emulator) };
		const prompt = { candidate, name: "Never sent", destination, filePosition: undefined };
		assert.deepEqual(shown.details, [describeUploadPrompt(prompt, findings, now).detail]);
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("R07 explains why a text contains no certificate, without quoting the text", async () => {
		const document = await vscode.workspace.openTextDocument({ content: "nothing of this kind" });
		shown.messages.length = 0;
		await vscode.commands.executeCommand("openaiCertificates.upload", document.uri);
		const refusal = { reason: "file-refused", refusal: "no-block", skipped: [] } as const;
		assert.deepEqual(shown.messages, [describeProblem({ ...refusal, file: document.uri.path, wanted: "anchor" })]);
		assert.doesNotMatch(shown.messages[0] ?? "", /nothing of this kind/);
	});

	it("R15 shows nothing after Escape at the prompt for the name", async () => {
		shown.messages.length = 0;
		expectInput(uploadTitle("Acme Root CA", undefined), null);
		await vscode.commands.executeCommand("openaiCertificates.upload", file("root.pem"));
		assert.deepEqual(shown.messages, []);
		assert.equal(emulator.state.certificates.length, 1);
	});

	const failures: readonly [string, FaultKind][] = [
		["unauthorized", { kind: "status", status: 401 }],
		["forbidden", { kind: "status", status: 403 }],
		["not-found", { kind: "status", status: 404 }],
		["conflict", { kind: "status", status: 409 }],
		["rejected", { kind: "status", status: 400 }],
		["rate-limited", { kind: "status", status: 429 }],
		["service-error", { kind: "status", status: 500 }],
		["redirected", { kind: "redirect", status: 302, location: "http://127.0.0.1:9/" }],
		["bad-answer", { kind: "html" }],
		["connection-lost", { kind: "reset" }],
	];
	for (const [reason, fault] of failures)
		it(`shows a welcome view for the reason why the list could not load: ${reason}`, async () => {
			// Fail every request, because some failures are retried.
			emulator.faults.arm({ ...fault, operation: "list", when: "before", times: Infinity });
			// Reloads at once, because the upload has opened the view.
			await forceReload();
			await waitForContext(EMPTY, reason);
			assert.deepEqual(await rows(), []);
			emulator.faults.clear();
		});

	it("R02 rejects an invalid base URL without connecting to any host", async () => {
		const before = connections;
		await setBaseUrl("http://api.openai.com/v1");
		await waitForContext(EMPTY, "base-url");
		assert.equal(connections, before);
	});

	it("R03 never sends a key to another host than it was set for", async () => {
		const other = await startEmulator();
		await setBaseUrl(other.url);
		await waitForContext(EMPTY, "key-elsewhere");
		expectInput(keyTitle(hostOf(other)), null);
		await vscode.commands.executeCommand("openaiCertificates.upload", file("root.pem"));
		// The prompt's title names the other host.
		expectInput(keyTitle(hostOf(other)), null);
		await vscode.commands.executeCommand("openaiCertificates.upload", file("root.pem"));
		assert.equal(other.connections.total, 0);
		await other.close();
		await setBaseUrl(emulator.url);
		await waitForContext(EMPTY, "no");
		await refresh();
		assert.equal((await rows()).length, 1);
	});

	it("clears the list at once when the key is removed", async () => {
		const { provider } = certificatesView();
		const changed = new Promise<void>((resolve) => {
			const listening = provider.onDidChangeTreeData?.(async () => {
				if ((await rows()).length > 0) return;
				listening?.dispose();
				resolve();
			});
		});
		expectButton(connectionLabels.remove);
		await vscode.commands.executeCommand("openaiCertificates.removeKey");
		await changed;
		assert.deepEqual(await rows(), []);
	});

	it("R38 does not change fetch and undici's dispatcher after requests to the service either", () => {
		assert.ok(emulator.connections.total > 0);
		assertGlobalsUnchanged();
	});
});
