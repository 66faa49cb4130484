// Real file systems that lack features of Linux's own, mounted from an image for a test run.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onExit, temporaryFolder } from "./temporaryFolders.ts";
import { installProgram } from "./vscode/debian.ts";

const IMAGE_BYTES = 64 * 1024 * 1024;

/** A mounted file system. */
export interface MountedFileSystem {
	readonly path: string;
	unmount(): void;
}

export interface MountableFileSystem {
	readonly name: string;
	/** Mounts the file system. @throws Error with the reason if mounting fails. */
	mount(): MountedFileSystem;
}

/** Without hard links, modes and symbolic links; names are case-insensitive. */
export const exfat: MountableFileSystem = {
	name: "exFAT",
	mount: () =>
		mountBy(["exfat-fuse", "exfatprogs"], "/usr/sbin/mount.exfat-fuse", (image, path) => {
			run("mkfs.exfat", image);
			// mount.exfat-fuse accepts only devices.
			const device = run("losetup", "--find", "--show", image).trim();
			try {
				run("mount.exfat-fuse", device, path);
			} catch (error) {
				run("losetup", "--detach", device);
				throw error;
			}
			return () => {
				run("umount", path);
				run("losetup", "--detach", device);
			};
		}),
};

/** Names are case-insensitive. */
export const ntfs: MountableFileSystem = {
	name: "NTFS, without case",
	mount: () =>
		mountBy(["ntfs-3g"], "/usr/bin/lowntfs-3g", (image, path) => {
			run("mkntfs", "--force", "--quick", image);
			run("lowntfs-3g", "-o", "ignore_case", image, path);
			return () => run("umount", path);
		}),
};

/** Mounts a disk in memory. @throws Error if mounting fails */
export function mountSmallDisk(bytes: number): MountedFileSystem & { makeReadOnly(): void } {
	const { path, remove } = temporaryFolder("small-disk");
	run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path);
	const unmount = () => run("umount", path);
	const removeExitHandler = onExit(unmount);
	return {
		path,
		makeReadOnly: () => run("mount", "-o", "remount,ro", path),
		unmount: () => {
			removeExitHandler();
			unmount();
			remove();
		},
	};
}

/** @param mount Mounts an image, and returns a function that unmounts the image. */
function mountBy(
	packages: readonly string[],
	program: string,
	mount: (image: string, path: string) => () => unknown,
): MountedFileSystem {
	if (!existsSync("/dev/fuse")) throw new Error("there is no /dev/fuse");
	if (!installProgram(packages, [program])) throw new Error(`there is no ${program}`);
	const temporary = temporaryFolder("file-system");
	const image = join(temporary.path, "image");
	const path = join(temporary.path, "mounted");
	mkdirSync(path);
	writeFileSync(image, "");
	truncateSync(image, IMAGE_BYTES);
	try {
		const unmount = mount(image, path);
		const removeExitHandler = onExit(unmount);
		return {
			path,
			unmount: () => {
				removeExitHandler();
				unmount();
				temporary.remove();
			},
		};
	} catch (error) {
		temporary.remove();
		throw new Error(`${packages[0]} cannot mount here: ${error}`);
	}
}

function run(program: string, ...args: readonly string[]): string {
	return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
