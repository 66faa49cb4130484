import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { addCaCertificate, signIn } from "../e2e/setup/certificateActions.ts";
import { startSession } from "../e2e/setup/session.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { root } from "../vscode/install.mjs";
import { atMost, type Benchmark } from "./measure.ts";
import { packageOnce } from "./packaged.ts";

const CERTIFICATE = "Bench CA";
const PROJECTS = manifestText("view.projects");
const PROJECT = "Bench project";
/** Wait in milliseconds until the views have finished loading. */
const SETTLE_MS = 5000;

export const idle: Benchmark = {
	name: "idle",
	run: async (quick) => {
		const milliseconds = quick ? 10_000 : 300_000;
		const pictures = join(root, "out/bench");
		const session = await startSession({ version: "1.139", vsix: await packageOnce(), pictures, files: {} });
		try {
			const { emulator, window } = session;
			await addCaCertificate(emulator, CERTIFICATE);
			emulator.state.addProject(PROJECT);
			await signIn(session);
			await window.openView(PROJECTS);
			await window.view(PROJECTS).row(PROJECT).waitUntilVisible();
			await pause(SETTLE_MS);
			const { length } = emulator.exchanges;
			// The organization's list, the list of projects, and the project's list.
			if (length < 3) throw new Error(`Both views are open, and there were only ${length} requests.`);
			await pause(milliseconds);
			const ours = [emulator.exchanges.length - length];
			const title = `idle for ${milliseconds / 1000} s, both views open`;
			return [{ title, unit: "requests", ours, beside: [], goal: atMost(0, ours) }];
		} finally {
			await session.close();
		}
	},
};
