import assert from "node:assert/strict";
import { QuickInput } from "../../vscode/quickInput.ts";
import { environment } from "../setup/environment.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";

const TITLE = "Demand Client Certificates from OpenAI's API";

describe(`The walk-through in VS Code ${environment.version}`, () => {
	let session: Session;

	before(async () => {
		session = await startSession({ ...environment, files: {} });
	});

	after(() => session.close());

	resetBeforeEachTest(() => session);

	it("leads from the key to the rotation with the extension's commands", async () => {
		const { window, emulator } = session;
		const { page } = window;
		await window.run("Welcome: Open Walkthrough...");
		await new QuickInput(page.locator(".quick-input-widget")).pick(TITLE);
		const steps = page.locator(".gettingStartedContainer .step-list-container .getting-started-step");
		await steps.last().waitFor();
		assert.deepEqual(await steps.locator(".step-title").allInnerTexts(), [
			"Set an admin key",
			"Look at the certificate",
			"Upload it",
			"Activate it in a test project",
			"Check a client certificate",
			"Replace it in time",
		]);
		await session.picture("walkthrough");
		await page.locator(".gettingStartedContainer").getByRole("button", { name: "Set Admin Key…" }).click();
		const box = await window.quickInput(`Admin key for ${new URL(emulator.url).host}`);
		await box.cancel();
		await steps.first().and(page.locator(":has(.codicon-getting-started-step-checked)")).waitFor();
		assert.equal(emulator.connections.total, 0);
	});
});
