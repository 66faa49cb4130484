import assert from "node:assert/strict";
import { hostname } from "node:os";
import * as vscode from "vscode";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { keyTitle } from "../../src/features/connections/keyMessages.ts";
import { uploadPromptLabels, uploadTitle } from "../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { assertExpectedPrompts, expectButton, expectInput, setBaseUrl, shown } from "./user.ts";

/** A file system in memory, as for a remote repository. */
class MemoryFileSystem implements vscode.FileSystemProvider {
	readonly #files: ReadonlyMap<string, Uint8Array>;
	readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
	readonly onDidChangeFile = this.#changes.event;
	/** Number of bytes read. */
	bytesRead = 0;

	constructor(files: Readonly<Record<string, Uint8Array>>) {
		this.#files = new Map(Object.entries(files));
	}

	#contentOf(uri: vscode.Uri): Uint8Array {
		const content = this.#files.get(uri.path);
		if (!content) throw vscode.FileSystemError.FileNotFound(uri);
		return content;
	}

	stat(uri: vscode.Uri): vscode.FileStat {
		return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.#contentOf(uri).length };
	}

	readFile(uri: vscode.Uri): Uint8Array {
		const content = this.#contentOf(uri);
		this.bytesRead += content.length;
		return content;
	}

	watch(): vscode.Disposable {
		return new vscode.Disposable(() => {});
	}

	readDirectory(): [] {
		return [];
	}

	createDirectory(): never {
		throw vscode.FileSystemError.NoPermissions();
	}

	writeFile(): never {
		throw vscode.FileSystemError.NoPermissions();
	}

	delete(): never {
		throw vscode.FileSystemError.NoPermissions();
	}

	rename(): never {
		throw vscode.FileSystemError.NoPermissions();
	}
}

describe("In a virtual workspace", () => {
	let emulator: Emulator;
	let made: TestCertificate;
	let fileSystem: MemoryFileSystem;
	let registration: vscode.Disposable;

	before(async () => {
		emulator = await startEmulator();
		await setBaseUrl(emulator.url);
		made = await makeCertificate({ commonName: "Virtual CA" });
		fileSystem = new MemoryFileSystem({
			"/virtual.pem": Buffer.from(made.pem),
			"/large.pem": Buffer.alloc(1024 * 1024 + 1, "-"),
		});
		registration = vscode.workspace.registerFileSystemProvider("elsewhere", fileSystem, { isReadonly: true });
	});

	beforeEach(() => {
		shown.messages.length = 0;
	});

	afterEach(assertExpectedPrompts);

	after(async () => {
		registration.dispose();
		await emulator.close();
	});

	const upload = (name: string) =>
		vscode.commands.executeCommand("openaiCertificates.upload", vscode.Uri.parse(`elsewhere:/${name}`));

	it("R09 explains why a file that is too large or missing cannot be read, without reading it", async () => {
		await upload("large.pem");
		await upload("gone.pem");
		assert.deepEqual(shown.messages, [
			describeProblem({ reason: "file-unreadable", file: "large.pem", why: "too-large" }),
			describeProblem({ reason: "file-unreadable", file: "gone.pem", why: "gone" }),
		]);
		assert.equal(fileSystem.bytesRead, 0);
	});

	it("R60 says where a CA must be, because no key is read or written elsewhere", async () => {
		const ca = vscode.Uri.parse("elsewhere:/virtual.pem");
		const { bytesRead } = fileSystem;
		await vscode.commands.executeCommand("openaiCertificates.createClient", ca);
		assert.deepEqual(shown.messages, [
			describeProblem({ reason: "not-on-this-computer", file: "virtual.pem", computer: hostname() }),
		]);
		assert.equal(fileSystem.bytesRead, bytesRead);
	});

	it("uploads a file that is not on disk", async () => {
		expectInput(keyTitle(new URL(emulator.url).host), emulator.adminKey);
		expectInput(uploadTitle("Virtual CA", undefined), "From elsewhere");
		expectButton(uploadPromptLabels.upload);
		await upload("virtual.pem");
		assert.deepEqual(
			emulator.state.certificates.map(({ name, sha256 }) => [name, sha256]),
			[["From elsewhere", made.sha256]],
		);
	});
});
