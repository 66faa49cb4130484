import { SEED } from "../../random.ts";
import { soakRotation } from "../../soak/rotation/model.ts";

describe("A rotation in any sequence of events", () => {
	it(`keeps its guarantees and reports correctly in 100 sequences (seed ${SEED})`, () =>
		soakRotation({ sequences: 100, seed: SEED }));
});
