import { soak } from "../soak/model.ts";

describe("Uploads in any sequence of events", () => {
	it("are neither lost, nor doubled, nor told wrongly in 200 sequences", async () => {
		await soak({ sequences: 200, seed: 20_261_124 });
	});
});
