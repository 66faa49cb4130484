import assert from "node:assert/strict";
import { keyTitle } from "../../../src/features/connections/keyMessages.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { QuickInput } from "../../vscode/quickInput.ts";
import { environment } from "../setup/environment.ts";
import { manifestButtons } from "../setup/productTexts.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";

const STEPS = ["key", "ca", "upload", "activate", "client", "check", "setup", "rotate"];

describe(`The walk-through in VS Code ${environment.version}`, () => {
	let session: Session;

	before(async () => {
		session = await startSession({ ...environment, files: {} });
	});

	after(() => session.close());

	resetBeforeEachTest(() => session);

	it("shows the steps from the key to the rotation with their buttons, and completes the first step by its command", async () => {
		const { window, emulator } = session;
		const { page } = window;
		await window.run("Welcome: Open Walkthrough...");
		await new QuickInput(page.locator(".quick-input-widget")).pick(manifestText("walkthrough.title"));
		const steps = page.locator(".gettingStartedContainer .step-list-container .getting-started-step");
		await steps.last().waitFor();
		assert.deepEqual(
			await steps.locator(".step-title").allInnerTexts(),
			STEPS.map((step) => manifestText(`walkthrough.${step}.title`)),
		);
		// Only one step is expanded, but each step contains its buttons.
		assert.deepEqual(
			await steps.locator(".monaco-button").allTextContents(),
			STEPS.flatMap((step) => manifestButtons(`walkthrough.${step}.description`)),
		);
		await session.picture("walkthrough");
		const button = { name: manifestText("command.setKey") };
		await page.locator(".gettingStartedContainer").getByRole("button", button).click();
		const box = await window.quickInput(keyTitle(new URL(emulator.url).host));
		await box.cancel();
		await steps.first().and(page.locator(":has(.codicon-getting-started-step-checked)")).waitFor();
		assert.equal(emulator.connections.total, 0);
	});
});
