import assert from "node:assert/strict";
import * as vscode from "vscode";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { assertExpectedPrompts, expectButton, expectInput, shown } from "./user.ts";

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
		const { Global } = vscode.ConfigurationTarget;
		await vscode.workspace.getConfiguration().update("openaiCertificates.baseUrl", emulator.url, Global);
		made = await makeCertificate({ commonName: "Virtual CA" });
		fileSystem = new MemoryFileSystem({
			"/virtual.pem": Buffer.from(made.pem),
			"/large.pem": Buffer.alloc(1024 * 1024 + 1, "-"),
		});
		registration = vscode.workspace.registerFileSystemProvider("elsewhere", fileSystem, { isReadonly: true });
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
		assert.match(shown.messages[0] ?? "", /larger than 1 MiB/);
		assert.match(shown.messages[1] ?? "", /not there any more/);
		assert.equal(shown.messages.length, 2);
		assert.equal(fileSystem.bytesRead, 0);
	});

	it("uploads a file that is not on disk", async () => {
		expectInput(/^Admin key for 127\.0\.0\.1/, emulator.adminKey);
		expectInput(/^Upload Virtual CA$/, "From elsewhere");
		expectButton("Upload");
		await upload("virtual.pem");
		assert.deepEqual(
			emulator.state.certificates.map(({ name, sha256 }) => [name, sha256]),
			[["From elsewhere", made.sha256]],
		);
	});
});
