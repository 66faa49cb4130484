import { basename, dirname } from "node:path";
import { findExisting, isInside, resolveLinks } from "./newFiles.ts";

/** Why a private key in a folder might be shared by mistake. */
export type FolderRisk =
	/** The folder is in a folder that is open in the window, whose files tools and people share. */
	| "workspace"
	/** The folder is in a Git working tree, so the key could be committed. */
	| "git"
	/** A program copies the folder to other computers. */
	| "synced";

/** Names of folders that programs copy to other computers: OneDrive, Dropbox, iCloud, Google Drive and others. */
const SYNCED_FOLDERS =
	/^(?:OneDrive(?: ?-.*)?|Dropbox(?: \(.*\))?|iCloud ?Drive|iCloud~.*|com~apple~CloudDocs|Mobile Documents|CloudStorage|Google ?Drive|GoogleDrive-.*|My Drive|Box(?: Sync)?|Nextcloud|ownCloud|Syncthing|Sync|MEGA|MEGAsync|pCloud ?Drive|Proton ?Drive|Seafile|SynologyDrive|Yandex\.Disk|Creative Cloud Files)$/i;

/** Files and folders that mark a folder. */
const MARKERS: readonly (readonly [name: string, risk: FolderRisk])[] = [
	[".git", "git"],
	[".dropbox.cache", "synced"],
	[".stfolder", "synced"],
];

/** Variables with the folders of OneDrive on Windows. */
const ONEDRIVE_VARIABLES = ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"];

/**
 * Finds risks of a folder for a new private key.
 * @param folder An absolute path, which need not exist.
 * @param workspaceFolders The absolute paths of the folders that are open in the window.
 */
export async function findFolderRisks(
	folder: string,
	workspaceFolders: readonly string[],
	environment: NodeJS.ProcessEnv = process.env,
): Promise<readonly FolderRisk[]> {
	const paths = await withTarget(folder);
	const isInsideAny = async (folders: readonly string[]) =>
		(await Promise.all(folders.map(withTarget))).flat().some((each) => paths.some((path) => isInside(path, each)));
	const risks = new Set<FolderRisk>();
	if (await isInsideAny(workspaceFolders)) risks.add("workspace");
	if (await isInsideAny(ONEDRIVE_VARIABLES.flatMap((name) => environment[name] || []))) risks.add("synced");
	for (const each of new Set(paths.flatMap(foldersAbove))) {
		if (SYNCED_FOLDERS.test(basename(each))) risks.add("synced");
		for (const [name, risk] of MARKERS) if ((await findExisting(each, [name])) !== null) risks.add(risk);
	}
	return [...risks];
}

/** Returns a folder's path as chosen, and where its links lead if they can be followed. */
async function withTarget(folder: string): Promise<readonly string[]> {
	return [folder, await resolveLinks(folder).catch(() => folder)];
}

/** Returns a folder and all folders above it. */
function foldersAbove(folder: string): readonly string[] {
	const parent = dirname(folder);
	return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}
